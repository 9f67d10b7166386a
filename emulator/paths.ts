import path from "node:path";

/** Folder of the project, which Terraform, esbuild and the caches are relative to. */
export const PROJECT_ROOT = path.resolve(__dirname, "..");

/**
 * Folder for everything that later runs can use again: the installed emulator and downloaded providers.
 *
 * @default `.cache` in the project; the environment variable `SQS_MULTI_REGION_CACHE` names another one
 */
export function cacheDirectory(): string {
  const override = process.env.SQS_MULTI_REGION_CACHE;
  return override ? path.resolve(override) : path.join(PROJECT_ROOT, ".cache");
}
