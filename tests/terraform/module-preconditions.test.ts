import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Testing } from "cdktf";
import { synthesizedRegion } from "../../stacks/module/region-files";
import { CASES, PLAIN, sentencesOf } from "../stacks/module/checks/check-cases";
import type { Values } from "../stacks/module/variable-cases";
import { providerOf } from "./planned";
import { jsonLines, TerraformFolder } from "./terraform-folder";

jest.setTimeout(600_000);

const REGION = "us-east-1";
const HOME = { region: REGION, check_account: false };
const AWS = { aws: providerOf(REGION) };

/** Of the module of a region, what its checks need. */
const MODULE = ["variables.tf", "locals.tf", "checks.tf", "versions.tf"];
let files: Readonly<Record<string, string>>;
let folder: TerraformFolder;

beforeAll(() => {
  const outdir = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-modules-"));
  files = synthesizedRegion(Testing.app({ outdir })).files;
  rmSync(outdir, { recursive: true, force: true });
});

afterEach(() => folder.remove());

test("a call is refused for what the configuration file is refused for, in its words, and for nothing else", async () => {
  const cases = { plain: PLAIN, ...CASES };
  const told = await toldOf(mapped(cases, (values) => ({ ...HOME, ...values })));
  const expected = mapped(cases, sentencesOf);
  process.stdout.write(
    `${Object.values(expected).flat().length} sentences in ${Object.keys(cases).length} calls\n`,
  );
  expect(told).toEqual(expected);
});

/** By call, the sentences with which its checks refuse it. @param calls by name, values of the module's variables */
async function toldOf(
  calls: Readonly<Record<string, Values>>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const module = mapped(calls, (values, name) => ({ source: `./${name}`, ...values }));
  folder = await TerraformFolder.withProvider({
    ...Object.assign({}, ...Object.keys(calls).map(moduleIn)),
    "main.tf.json": template({ provider: AWS, module }),
  });
  await folder.succeed(".", "init", "-input=false");
  const { stdout } = await folder.run(".", "plan", "-json", "-input=false");
  const errors = errorsIn(stdout);
  return mapped(calls, (_, name) => {
    const own = errors.filter(({ file }) => file.startsWith(`${name}/`));
    const others = own.filter(({ summary }) => summary !== "Resource precondition failed");
    expect(others).toEqual([]);
    return [
      ...new Set(own.flatMap(({ detail }) => detail.split(/(?<=\.) (?=[a-z_]+(?:\.[\w-]+)* is )/))),
    ].sort();
  });
}

interface PlanError {
  readonly file: string;
  readonly summary: string;
  readonly detail: string;
}

function errorsIn(stdout: string): readonly PlanError[] {
  return jsonLines(stdout).flatMap(({ diagnostic }) => {
    const { severity, summary, detail, range } = (diagnostic ?? {}) as {
      readonly severity?: string;
      readonly summary: string;
      readonly detail: string;
      readonly range?: { readonly filename: string };
    };
    return severity === "error" ? [{ file: range?.filename ?? "", summary, detail }] : [];
  });
}

function moduleIn(directory: string): Readonly<Record<string, string>> {
  return Object.fromEntries(MODULE.map((name) => [`${directory}/${name}`, files[name]!]));
}

function mapped<V, R>(
  map: Readonly<Record<string, V>>,
  change: (value: V, key: string) => R,
): Readonly<Record<string, R>> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

/** JSON whose texts begin no expression. */
function template(value: unknown): string {
  return JSON.stringify(value).replace(/[$%]\{/g, (begin) => `${begin[0]}${begin}`);
}
