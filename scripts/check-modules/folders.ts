import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/** Where modules and their examples are, in the project. */
export const MODULE_FOLDERS = [path.join("dist", "modules"), path.join("examples", "modules")] as const;

/** Folders with files of Terraform, at any depth below others that may be missing, in a fixed order. */
export async function terraformFolders(root: string, below: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of below) {
    const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch(() => []);
    if (entries.some((entry) => entry.isFile() && entry.name.endsWith(".tf"))) found.push(folder);
    const inner = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
    const names = inner.map(({ name }) => path.join(folder, name)).sort();
    found.push(...(await terraformFolders(root, names)));
  }
  return found;
}

/**
 * Copies folders to a place where tools may leave what they make, without what tools have left before. They refer to each other
 * as in the project. A module that is given its providers gets one of each name there, because `terraform validate` wants them
 * (https://github.com/hashicorp/terraform/issues/28490).
 */
export async function copyFolders(root: string, target: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const from = path.join(root, folder);
    await mkdir(path.join(target, folder), { recursive: true });
    const entries = await readdir(from).catch(() => []);
    for (const entry of entries) {
      await cp(path.join(from, entry), path.join(target, folder, entry), {
        recursive: true,
        filter: (file) => !/^\.terraform|\.tfstate/.test(path.basename(file)),
      });
    }
  }
  for (const folder of await terraformFolders(target, folders)) {
    const files = (await readdir(path.join(target, folder))).filter((name) => name.endsWith(".tf"));
    const texts = await Promise.all(files.map((name) => readFile(path.join(target, folder, name), "utf8")));
    const providers = providersFor(texts.join("\n"));
    if (providers !== undefined) {
      await writeFile(path.join(target, folder, "given-providers.tf.json"), providers);
    }
  }
}

/** Providers for the names under which a module is given them, as JSON of Terraform; `undefined` where it is given none. */
export function providersFor(text: string): string | undefined {
  const lists = [...text.matchAll(/configuration_aliases\s*=\s*\[([^\]]*)\]/g)].map(([, list]) => list!);
  const names = lists.flatMap((list) => [...list.matchAll(/(\w+)\.(\w+)/g)]);
  if (names.length === 0) return undefined;
  const providers = new Set(names.map(([, name]) => name!));
  const aliases = (provider: string) =>
    names.filter(([, name]) => name === provider).map(([, , alias]) => ({ alias }));
  const provider = Object.fromEntries([...providers].map((name) => [name, aliases(name)]));
  return `${JSON.stringify({ provider })}\n`;
}
