import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** What a synthesized tree holds: texts by their paths below it. */
export type Outputs = ReadonlyMap<string, string>;

/** A place in which two outputs differ. */
export interface Difference {
  readonly file: string;
  /** What the one has, and the other. Undefined where there is nothing. */
  readonly one: string | undefined;
  readonly other: string | undefined;
}

/** Reads the files below folders, but for archives and what CDKTF notes of itself. */
export async function readOutputs(root: string, folders: readonly string[]): Promise<Outputs> {
  const outputs = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of await readdir(path.join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || /\.zip$/.test(entry.name) || entry.name === "manifest.json") continue;
      const file = path.relative(root, path.join(entry.parentPath, entry.name));
      outputs.set(file, await readFile(path.join(root, file), "utf8"));
    }
  }
  return outputs;
}

/**
 * Where two outputs differ, apart from what is meant to: where a tree stands, and which version of the provider it names.
 * @param rootOf the folders in which the trees stand
 */
export function differences(
  [one, other]: readonly [Outputs, Outputs],
  rootOf: readonly [string, string],
): readonly Difference[] {
  const files = [...new Set([...one.keys(), ...other.keys()])].sort();
  return files.flatMap((file) => {
    const before = neutral(one.get(file), rootOf[0]);
    const after = neutral(other.get(file), rootOf[1]);
    return before === after ? [] : [{ file, ...firstDifference(before, after) }];
  });
}

/** Which versions of the provider the stacks ask for. */
export function providerVersions(outputs: Outputs): readonly string[] {
  const found = [...outputs].flatMap(([file, text]) =>
    file.endsWith(".tf.json") ? [String(JSON.parse(text).terraform.required_providers.aws.version)] : [],
  );
  return [...new Set(found)];
}

/** How many resources the stacks and modules have. */
export function countResources(outputs: Outputs): number {
  return [...outputs].reduce((count, [file, text]) => count + resourcesIn(file, text), 0);
}

function resourcesIn(file: string, text: string): number {
  if (file.endsWith(".tf")) return text.match(/^resource "/gm)?.length ?? 0;
  if (!file.endsWith(".tf.json")) return 0;
  const { resource = {} } = JSON.parse(text) as { readonly resource?: Readonly<Record<string, object>> };
  return Object.values(resource).reduce((count, byName) => count + Object.keys(byName).length, 0);
}

function neutral(text: string | undefined, root: string): string | undefined {
  return text
    ?.replaceAll(root, "")
    .replace(/("source": "(?:hashicorp\/)?aws",\s*"version": )"[^"]*"/g, '$1"…"');
}

function firstDifference(one: string | undefined, other: string | undefined): Omit<Difference, "file"> {
  const [before, after] = [one?.split("\n"), other?.split("\n")];
  if (before === undefined || after === undefined) return { one: before?.[0], other: after?.[0] };
  const index = before.findIndex((line, at) => line !== after[at]);
  const at = index === -1 ? before.length : index;
  return { one: before[at]?.trim(), other: after[at]?.trim() };
}
