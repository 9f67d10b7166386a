import path from "node:path";
import { type InstalledPackages, installPackages } from "./python-packages";

const MINISTACK = {
  what: "the AWS emulator",
  requirementsFile: path.join(__dirname, "requirements.txt"),
  folder: "emulator",
};

/**
 * Installs MiniStack into the cache, once.
 *
 * @throws Error in one sentence when there is no Python 3.10 or later, no pip, or the installation fails
 */
export function installEmulator(log?: (line: string) => void): Promise<InstalledPackages> {
  return installPackages(MINISTACK, log);
}
