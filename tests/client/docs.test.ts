import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.join(__dirname, "../..");
const PACKAGE = "terraform-aws-sqs-multi-region";
const blocksOf = (page: string) =>
  [...readFileSync(path.join(ROOT, "docs", page), "utf8").matchAll(/^```(ts|python)\n(.*?)^```$/gms)].map(
    ([, language = "", code = ""], index) => ({ language, code, name: `block${index}` }),
  );
const blocks = blocksOf("client.md");

let directory: string;

/** A reader's project, with the package as it is packed. */
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-docs-"));
  const modules = path.join(directory, "node_modules");
  const installed = path.join(modules, PACKAGE);
  mkdirSync(installed, { recursive: true });
  for (const name of readdirSync(path.join(ROOT, "node_modules"))) {
    if (!name.startsWith(".")) symlinkSync(path.join(ROOT, "node_modules", name), path.join(modules, name));
  }
  const pack = ["pack", "--silent", "--pack-destination", directory];
  const archive = execFileSync("npm", pack, { cwd: ROOT, encoding: "utf8" }).trim();
  execFileSync("tar", ["-xzf", archive, "-C", installed, "--strip-components=1"], { cwd: directory });
}, 60_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("docs/client.md shows a function, a poller, a message sent again, Python and a producer", () => {
  expect(blocks.map(({ language }) => language)).toEqual(["ts", "ts", "ts", "python", "ts"]);
});

test("its TypeScript compiles as it stands, with the strictness of this project", () => {
  for (const { language, name, code } of blocks) {
    if (language === "ts") writeFileSync(path.join(directory, `${name}.ts`), code);
  }
  // What is the reader's own.
  writeFileSync(
    path.join(directory, "payments.ts"),
    "export async function charge(_order: unknown, _options: { idempotencyKey: string | undefined }) {}\n",
  );
  writeFileSync(
    path.join(directory, "tsconfig.json"),
    JSON.stringify({
      extends: path.join(ROOT, "tsconfig.json"),
      compilerOptions: { types: ["node"], skipLibCheck: false },
      include: ["*.ts"],
    }),
  );
  const tsc = path.join(ROOT, "node_modules/.bin/tsc");
  const { status, stdout } = spawnSync(tsc, ["--project", directory], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
}, 60_000);

test("a program can load what they import", () => {
  const list = `console.log(Object.keys(require("${PACKAGE}/client")).join())`;
  const exported = execFileSync(process.execPath, ["--no-warnings", "-e", list], {
    cwd: directory,
    encoding: "utf8",
  });
  expect(exported.trim().split(",")).toEqual(expect.arrayContaining(["consumer", "gated", "producerKey"]));
});

test("the Python of both pages can be read, and uses what the files have that readers take along", () => {
  const [, gate] = blocksOf("gate.md");
  const code = blocks.find(({ language }) => language === "python")?.code;
  const script = `
import ast, importlib, sys
tree = ast.parse(sys.stdin.read())
imports = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module in ("ledger_key", "sqs_multi_region_gate")]
assert len(imports) == 2, imports
modules = {n.module: importlib.import_module(n.module) for n in imports}
for n in imports:
    assert all(hasattr(modules[n.module], a.name) for a in n.names), n.module
asked = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == "gate"}
assert asked and all(hasattr(modules["sqs_multi_region_gate"].Gate, name) for name in asked), asked
`;
  const PYTHONPATH = ["tests/ledger", "client/python"]
    .map((folder) => path.join(ROOT, folder))
    .join(path.delimiter);
  execFileSync("python3", ["-B", "-c", script], {
    input: `${gate?.code}${code}`,
    env: { ...process.env, PYTHONPATH },
  });
});
