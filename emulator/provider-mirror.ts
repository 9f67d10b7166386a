import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** Version of the provider that the stacks ask for. */
export const PROVIDER_VERSION = "5.100.0";

/** Folders that a search of the file system leaves out: virtual, huge, or never the place of a mirror. */
const SKIPPED = new Set([
  "proc",
  "sys",
  "dev",
  "node_modules",
  ".git",
  "__pycache__",
  "site-packages",
  "Library",
  "boot",
  "run",
]);
/** A mirror is `<mirror>/<host>/hashicorp/aws/<version>/<os>_<arch>`; a mirror deeper than this is not found. */
const MAX_MIRROR_DEPTH = 4;
/** The search gives up after this time; then the registry is used. */
const SEARCH_MILLISECONDS = 800;

/**
 * Finds a filesystem mirror of Terraform that has the provider for this machine: first where Terraform itself looks
 * (https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories), then anywhere near
 * the root of the file system.
 *
 * @returns the mirror's folder, or undefined
 */
export async function findProviderMirror(
  implied: readonly string[] = impliedMirrors(),
  root: string = path.parse(process.cwd()).root,
): Promise<string | undefined> {
  for (const candidate of implied) if (await isMirror(candidate)) return candidate;
  return searchBelow(root);
}

/** Whether a folder is a mirror that has the provider for this machine. */
export async function isMirror(directory: string): Promise<boolean> {
  for (const host of await foldersOf(directory)) {
    if (existsSync(path.join(directory, host, "hashicorp", "aws", PROVIDER_VERSION, platform()))) return true;
  }
  return false;
}

function impliedMirrors(): readonly string[] {
  const home = os.homedir();
  const support =
    process.platform === "darwin"
      ? [path.join(home, "Library", "Application Support", "io.terraform", "plugins")]
      : [];
  const dataHome = process.env.XDG_DATA_HOME ?? path.join(home, ".local", "share");
  const dataDirectories = (process.env.XDG_DATA_DIRS ?? "/usr/local/share:/usr/share").split(":");
  const xdg = [dataHome, ...dataDirectories].map((directory) => path.join(directory, "terraform", "plugins"));
  return [path.join(home, ".terraform.d", "plugins"), ...support, ...xdg];
}

/** Breadth first, so that the mirror nearest to the root is found, and without following links. */
async function searchBelow(root: string): Promise<string | undefined> {
  const deadline = performance.now() + SEARCH_MILLISECONDS;
  let level = [root];
  for (let depth = 0; depth < MAX_MIRROR_DEPTH; depth += 1) {
    const next: string[] = [];
    for (const directory of level) {
      if (performance.now() > deadline) return undefined;
      const folders = await foldersOf(directory);
      const candidates = folders.filter((folder) => folder.includes("."));
      if (candidates.length > 0 && (await isMirror(directory))) return directory;
      next.push(
        ...folders.filter((folder) => !SKIPPED.has(folder)).map((folder) => path.join(directory, folder)),
      );
    }
    level = next;
  }
  return undefined;
}

async function foldersOf(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror: <os>_<arch> as Go names them. */
function platform(): string {
  const systems: Readonly<Record<string, string>> = { darwin: "darwin", linux: "linux", win32: "windows" };
  const machines: Readonly<Record<string, string>> = { arm64: "arm64", x64: "amd64", ia32: "386" };
  return `${systems[process.platform] ?? process.platform}_${machines[process.arch] ?? process.arch}`;
}
