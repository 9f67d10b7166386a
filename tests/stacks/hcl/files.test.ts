import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Testing } from "cdktf";
import { synthesizedGlobal } from "../../../stacks/hcl/global-files";
import { synthesizedRegion } from "../../../stacks/hcl/region-files";
import { synthesizedWitness } from "../../../stacks/hcl/witness-files";

/** What a value becomes that only Terraform knows, where code has treated it as a value of its own. */
const TAKEN_FOR_A_VALUE = /\[object Object\]|\bundefined\b|\bNaN\b/;

test.each([
  ["region", synthesizedRegion],
  ["global", synthesizedGlobal],
  ["witness", synthesizedWitness],
])("the module %s has an expression wherever only Terraform knows the value", (_, synthesized) => {
  const outdir = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-files-"));
  const { files } = synthesized(Testing.app({ outdir }));
  rmSync(outdir, { recursive: true, force: true });
  expect(Object.keys(files)).toContain("checks.tf");
  const faults = Object.entries(files).flatMap(([file, text]) =>
    text.split("\n").flatMap((line) => (TAKEN_FOR_A_VALUE.test(line) ? [`${file}: ${line.trim()}`] : [])),
  );
  expect(faults).toEqual([]);
});

test("a function has the runtime that the caller says", () => {
  const outdir = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-files-"));
  const { files } = synthesizedRegion(Testing.app({ outdir }));
  rmSync(outdir, { recursive: true, force: true });
  const functions = Object.values(files).flatMap(
    (text) => text.match(/^resource "aws_lambda_function" [\s\S]*?^}/gm) ?? [],
  );
  expect(functions).toHaveLength(5);
  for (const block of functions) expect(block).toMatch(/^ +runtime += [\w.[\]]+\.functions\.runtime$/m);
});
