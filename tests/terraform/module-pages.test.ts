import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { TerraformFolder } from "../../emulator/terraform-folder";
import { modulePages, PAGES_DIRECTORY, writeModules } from "../../stacks/hcl/write-modules";

jest.setTimeout(120_000);

let root: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-pages-"));
  writeModules(root);
});

afterAll(() => rm(root, { recursive: true, force: true }));

test("every module has a page, and docs/modules the same pages (npm run build:modules writes them)", async () => {
  const pages = modulePages(root);
  expect(Object.keys(pages)).toEqual(await readdir(root));
  const names = Object.keys(pages).map((name) => `${name}.md`);
  expect((await readdir(PAGES_DIRECTORY)).sort()).toEqual(names.sort());
  for (const [name, page] of Object.entries(pages)) {
    const kept = await readFile(path.join(PAGES_DIRECTORY, `${name}.md`), "utf8");
    expect([name, kept === (await readFile(page, "utf8"))]).toEqual([name, true]);
  }
});

test("the page shows every resource, variable and output of the files as they are after formatting", async () => {
  for (const [name, page] of Object.entries(modulePages(root))) {
    const text = await readFile(page, "utf8");
    const file = (file: string) => readFile(path.join(root, name, file), "utf8");
    // Of an object, the module within tells the type.
    const checker = path.join(root, name === "two-regions" ? "region" : name, "settings", "variables.tf");
    const checked = blocksIn(await readFile(checker, "utf8"));
    for (const [variable, block] of Object.entries({ ...blocksIn(await file("variables.tf")), ...checked })) {
      if (variable === "given") continue;
      const type = /^ {2}type +=((?: .*\n)(?: {3,}.*\n| {2}[})]+\n)*)/m.exec(block)![1]!.trim();
      const shown = type.replaceAll("<", "&lt;").replaceAll("|", "\\|").replaceAll("\n", "<br/>");
      const row = text.split("\n").find((line) => line.startsWith(`| <a name="input_${variable}">`));
      expect(row).toContain(shown);
    }
    for (const [, output] of (await file("outputs.tf")).matchAll(/^output "(\w+)"/gm)) {
      expect(text).toContain(`\n| <a name="output_${output}">`);
    }
    for (const tf of (await readdir(path.join(root, name))).filter((one) => one.endsWith(".tf"))) {
      for (const [, kind, type, label] of (await file(tf)).matchAll(/^(resource|data) "(\w+)" "(\w+)"/gm)) {
        const row = text.split("\n").find((line) => line.startsWith(`| [${type}.${label}](`));
        expect([
          `${type}.${label}`,
          row?.endsWith(kind === "data" ? "| data source |" : "| resource |"),
        ]).toEqual([`${type}.${label}`, true]);
      }
    }
  }
});

function blocksIn(variables: string): Readonly<Record<string, string>> {
  const blocks = variables.matchAll(/^variable "(\w+)" \{\n([\s\S]*?)^\}/gm);
  return Object.fromEntries([...blocks].map(([, name, block]) => [name!, block!]));
}

test("no line of a module is too long to be read", () => {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".tf"),
  );
  const long = files.flatMap((name) =>
    readFileSync(path.join(root, name), "utf8")
      .split("\n")
      .flatMap((line, index) => (line.length > 160 ? [`${name}:${index + 1}`] : [])),
  );
  expect(files.length).toBeGreaterThan(20);
  expect(long).toEqual([]);
});

test("terraform takes the example of every page", async () => {
  const folder = await TerraformFolder.withProvider();
  try {
    await cp(root, path.join(folder.root, "modules"), { recursive: true });
    for (const [name, page] of Object.entries(modulePages(root))) {
      const [, example] = /```hcl\n([\s\S]*?)```/.exec(await readFile(page, "utf8"))!;
      const text = example!.replaceAll('"./modules/', '"../modules/');
      await folder.write({ [path.join(name, "main.tf")]: text });
      await folder.init(name);
      await folder.succeed(name, "validate", "-no-color");
      await folder.succeed(name, "fmt", "-check", "-diff", "-no-color");
    }
  } finally {
    await folder.remove();
  }
});
