import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App } from "cdktf";
import { FUNCTION_WORDS, type FunctionWord } from "../../core/names";
import { archiveName, functionArchive } from "../../replicator/build/archive";
import { synthesizedGlobal } from "./global-files";
import type { SynthesizedModule } from "./module-files";
import { type ModuleName, PAGES } from "./pages";
import { moduleReadme } from "./readme";
import { synthesizedRegion } from "./region-files";
import { ARCHIVES } from "./region-module";
import { twoRegions } from "./two-regions";
import { synthesizedWitness } from "./witness-files";
import { wrapped } from "./wrap";

/** Where `npm run build:modules` puts the modules. */
export const MODULES_DIRECTORY = path.join(__dirname, "..", "..", "dist", "modules");
/** Where a copy of each module's page is kept. */
export const PAGES_DIRECTORY = path.join(__dirname, "..", "..", "docs", "modules");

const PAGE = "README.md";
const MODULES: readonly ModuleName[] = ["region", "global", "witness", "two-regions"];

/**
 * Writes the modules for other people's Terraform, formatted, with the archives of the functions, which have to be built before.
 * @throws Error when Terraform cannot read what was written
 */
export function writeModules(directory: string): void {
  const outdir = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-modules-"));
  try {
    const modules = allModules(new App({ outdir }));
    for (const name of MODULES) {
      const files = { ...modules[name].files, [PAGE]: moduleReadme({ ...PAGES[name], ...modules[name] }) };
      writeModule(path.join(directory, name), files, name === "region" ? FUNCTION_WORDS : []);
    }
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function allModules(app: App): Readonly<Record<ModuleName, SynthesizedModule>> {
  const region = synthesizedRegion(app);
  const global = synthesizedGlobal(app);
  const witness = synthesizedWitness(app);
  return { region, global, witness, "two-regions": twoRegions(region, global) };
}

function writeModule(
  folder: string,
  files: Readonly<Record<string, string>>,
  archives: readonly FunctionWord[] = [],
): void {
  // A file that an earlier version wrote, and this one does not, would make everything in it twice.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(archives.length > 0 ? path.join(folder, ARCHIVES) : folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, name.endsWith(".tf") ? wrapped(text) : text);
  }
  for (const word of archives) {
    copyFileSync(functionArchive(word), path.join(folder, ARCHIVES, archiveName(word)));
  }
  const { status, stderr, error } = spawnSync("terraform", ["fmt", "-no-color", "-recursive", folder], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`terraform fmt of ${folder} failed: ${stderr || String(error)}`);
}

/** Pages of the modules in a folder, by the module's name. */
export function modulePages(directory: string): Readonly<Record<string, string>> {
  const pages = readdirSync(directory)
    .map((name) => [name, path.join(directory, name, PAGE)] as const)
    .filter(([, page]) => existsSync(page));
  return Object.fromEntries(pages);
}

if (require.main === module) {
  writeModules(MODULES_DIRECTORY);
  mkdirSync(PAGES_DIRECTORY, { recursive: true });
  for (const [name, page] of Object.entries(modulePages(MODULES_DIRECTORY))) {
    copyFileSync(page, path.join(PAGES_DIRECTORY, `${name}.md`));
    process.stdout.write(`${path.dirname(page)}\n`);
  }
}
