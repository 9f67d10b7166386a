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
const blocks = [
  ...readFileSync(path.join(ROOT, "docs/client.md"), "utf8").matchAll(/^```(ts|python)\n(.*?)^```$/gms),
].map(([, language = "", code = ""], index) => ({ language, code, name: `block${index}` }));

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

test("docs/client.md shows a function, a poller, two producers and Python", () => {
  expect(blocks.map(({ language }) => language)).toEqual(["ts", "ts", "python", "ts", "ts"]);
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

test("its Python can be read, and uses what ledger_key.py has", () => {
  const code = blocks.find(({ language }) => language === "python")?.code;
  const script = `
import ast, sys
names = [a.name for n in ast.walk(ast.parse(sys.stdin.read())) if getattr(n, "module", "") == "ledger_key" for a in n.names]
import ledger_key
assert names and all(hasattr(ledger_key, name) for name in names), names
`;
  const cwd = path.join(ROOT, "tests/ledger");
  execFileSync("python3", ["-B", "-c", script], { input: code ?? "", cwd });
});
