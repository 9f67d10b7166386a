import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

/** Written last, so that a folder with it is complete. */
const MARKER = "complete.json";

function isInstalled(directory: string): boolean {
  return existsSync(path.join(directory, MARKER));
}

/**
 * Fills a folder, unless it was before. Safe when two processes start together: the first to finish wins.
 *
 * @param install puts into a folder that is empty what the folder is to hold
 * @returns whether this call did it
 */
export async function installOnce(
  directory: string,
  install: (unfinished: string) => Promise<void>,
): Promise<boolean> {
  if (isInstalled(directory)) return false;
  const unfinished = `${directory}.${randomUUID()}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await install(unfinished);
    await writeFile(path.join(unfinished, MARKER), "{}\n");
    await moveIntoPlace(unfinished, directory);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return true;
}

/** The end of what a command said, where its reason stands. */
export function lastLines(text: string): string {
  return text.trim().split(/\r?\n/).slice(-3).join(" ");
}

async function moveIntoPlace(unfinished: string, directory: string): Promise<void> {
  try {
    await rename(unfinished, directory);
  } catch (error) {
    if (!isInstalled(directory)) throw error;
  }
}
