import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FunctionWord } from "../../core/names";

/** Where `npm run build` puts the archives of the functions. */
export const ARCHIVE_DIRECTORY = join(__dirname, "..", "..", "dist", "functions");

/** Handler of every archive, as Lambda names it. */
export const FUNCTION_HANDLER = "index.handler";

/** Name of a function's archive within a directory of archives. */
export function archiveName(name: FunctionWord): string {
  return `${name}.zip`;
}

/** Absolute path of a function's archive. Throws when it has not been built. */
export function functionArchive(name: FunctionWord, directory: string = ARCHIVE_DIRECTORY): string {
  const path = join(directory, archiveName(name));
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`npm run build\` first`);
  return path;
}
