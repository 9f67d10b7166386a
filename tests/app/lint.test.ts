import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PROJECT_ROOT } from "../../emulator/paths";
import { runCommand } from "../../emulator/run-command";

const directory = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-lint-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function lint(source: string) {
  const file = path.join(directory, "example.ts");
  writeFileSync(file, source);
  const biome = path.join(PROJECT_ROOT, "node_modules", ".bin", "biome");
  return runCommand(biome, ["lint", `--config-path=${PROJECT_ROOT}`, "--vcs-enabled=false", file]);
}

test.each(["@cdktf/provider-aws", "cdktf/lib/private/util"])("fails on an import of %s", async (name) => {
  const { exitCode, stderr } = await lint(`import { thing } from "${name}";\n\nthing();\n`);
  expect(stderr).toContain("noRestrictedImports");
  expect(exitCode).toBe(1);
});

test("accepts a provider class by itself", async () => {
  const source = 'import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";\n\nnew SqsQueue();\n';
  expect(await lint(source)).toMatchObject({ exitCode: 0 });
});
