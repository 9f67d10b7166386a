import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import path from "node:path";
import { installOnce, lastLines } from "../../emulator/install-once";
import { cacheDirectory } from "../../emulator/paths";
import { runCommand } from "../../emulator/run-command";

const BINDINGS = "@cdktf/provider-aws";
/** What a build, an installation or a run leaves, and what no output depends on. */
const NOT_COPIED = new Set(["node_modules", "cdktf.out", "coverage", "docs", ".git", ".cache", ".terraform"]);

/**
 * A version of the bindings, installed once into the cache, without what they need beside them.
 * @returns folder of the package
 * @throws Error when npm cannot install it
 */
export async function installBindings(version: string, log: (line: string) => void): Promise<string> {
  const directory = path.join(cacheDirectory(), "provider-aws", version);
  await installOnce(directory, async (unfinished) => {
    log(`installing ${BINDINGS} ${version} (once)`);
    const { exitCode, stderr } = await runCommand("npm", [
      "install",
      ...["--no-save", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"],
      ...["--prefix", unfinished],
      `${BINDINGS}@${version}`,
    ]);
    if (exitCode !== 0) throw new Error(`${BINDINGS} ${version} cannot be installed: ${lastLines(stderr)}`);
  });
  return path.join(directory, "node_modules", BINDINGS);
}

/**
 * Copies the project to an empty folder, with its packages but for the bindings.
 * @param root of the project, whose packages are installed
 * @param bindings folder of the package that stands in the place of the project's own
 */
export async function copyWithBindings(root: string, target: string, bindings: string): Promise<void> {
  await cp(root, target, {
    recursive: true,
    filter: (file) => !NOT_COPIED.has(path.basename(file)),
  });
  const packages = path.join(root, "node_modules");
  const [scope, name] = BINDINGS.split("/") as [string, string];
  await link(packages, path.join(target, "node_modules"), [scope]);
  await link(path.join(packages, scope), path.join(target, "node_modules", scope), [name]);
  await symlink(bindings, path.join(target, "node_modules", BINDINGS));
}

/** Makes a folder of links to all that another has, but for some. */
async function link(from: string, to: string, without: readonly string[]): Promise<void> {
  await mkdir(to, { recursive: true });
  const entries = (await readdir(from)).filter((entry) => !without.includes(entry));
  await Promise.all(entries.map((entry) => symlink(path.join(from, entry), path.join(to, entry))));
}
