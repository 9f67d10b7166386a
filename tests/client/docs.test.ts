import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.join(__dirname, "../..");
const blocks = [
  ...readFileSync(path.join(ROOT, "docs/client.md"), "utf8").matchAll(/^```(ts|python)\n(.*?)^```$/gms),
].map(([, language = "", code = ""], index) => ({ language, code, name: `block${index}` }));

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-docs-"));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("docs/client.md shows a function, a poller, a producer and Python", () => {
  expect(blocks.map(({ language }) => language)).toEqual(["ts", "ts", "python", "ts"]);
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
  symlinkSync(path.join(ROOT, "node_modules"), path.join(directory, "node_modules"));
  writeFileSync(
    path.join(directory, "tsconfig.json"),
    JSON.stringify({
      extends: path.join(ROOT, "tsconfig.json"),
      compilerOptions: {
        types: ["node"],
        paths: { "terraform-aws-sqs-multi-region/client": [path.join(ROOT, "client/index.ts")] },
      },
      include: ["*.ts"],
    }),
  );
  const tsc = path.join(ROOT, "node_modules/.bin/tsc");
  const { status, stdout } = spawnSync(tsc, ["--project", directory], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
}, 60_000);

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
