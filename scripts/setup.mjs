/**
 * Makes a fresh clone ready: checks Node and installs the locked dependencies when they are missing or older than the lock
 * file. Needs nothing but Node itself; says what it does on stderr, so that the output of a command stays its own.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const OLDEST_NODE = 20;

const major = Number(process.versions.node.split(".")[0]);
if (major < OLDEST_NODE) {
  process.stderr.write(`Node ${OLDEST_NODE} or newer is needed; this is ${process.versions.node}.\n`);
  process.exit(1);
}

const lock = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");
const marker = join(root, "node_modules", ".installed-lock");
if (!existsSync(marker) || readFileSync(marker, "utf8") !== lock) {
  process.stderr.write("Installing the locked npm packages …\n");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", process.stderr, process.stderr],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(marker, lock);
}
