import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";

/**
 * Runs everything that must hold, fast things first, and ends with a line `N passed, N failed`. A check (lint, types, build)
 * counts as one test. What fails is shown in full; the next level runs all the same, so that one run tells everything.
 */

const ROOT = path.resolve(__dirname, "..");

interface Count {
  readonly passed: number;
  readonly failed: number;
}

interface Level {
  readonly name: string;
  /** Not of the CI tier. */
  readonly isFull?: true;
  readonly run: () => Promise<Count>;
}

const options = new Command()
  .name("npm test --")
  .description("Runs the tests of the CI tier, or all of them.")
  .option("--full", "also the long ones, and those of the harness (npm run test:full)")
  .option("--only <levels...>", "these levels alone")
  .addHelpText(
    "after",
    `
Levels: build, lint, types, fast, logic, terraform, end-to-end; with --full also harness.

Examples:
  npm test
  npm run test:fast
  npm test -- --only build logic
  npm run test:full -- --only build harness
  npx jest tests/config --watch`,
  )
  .parse()
  .opts<{ full?: true; only?: readonly string[] }>();

const levels: readonly Level[] = [
  { name: "build", run: () => check("npm", ["run", "--silent", "build:functions"]) },
  { name: "lint", run: () => check("npx", ["--no-install", "biome", "ci", "--error-on-warnings", "."]) },
  { name: "types", run: () => check("npx", ["--no-install", "tsc", "--noEmit"]) },
  { name: "fast", run: () => jest(["--selectProjects", "fast"]) },
  { name: "logic", run: () => jest(["--selectProjects", "logic"]) },
  { name: "terraform", run: () => jest(["--selectProjects", "terraform", "integration"]) },
  // Each file has an emulator of its own, and what it does is mostly to wait.
  { name: "end-to-end", run: () => jest(["--selectProjects", "e2e", "chaos"]) },
  // What the emulator does is seen by all tests of the levels before; these find out why it does not.
  { name: "harness", isFull: true, run: () => jest(["--selectProjects", "harness"]) },
];

async function main(): Promise<void> {
  const started = Date.now();
  const total = { passed: 0, failed: 0 };
  for (const { name, run } of chosenLevels()) {
    const levelStarted = Date.now();
    process.stdout.write(`\n=== ${name}\n`);
    const { passed, failed } = await run();
    total.passed += passed;
    total.failed += failed;
    process.stdout.write(`=== ${name}: ${passed} passed, ${failed} failed in ${seconds(levelStarted)} s\n`);
  }
  process.stdout.write(
    `\nall levels: ${seconds(started)} s\n${total.passed} passed, ${total.failed} failed\n`,
  );
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
}

function chosenLevels(): readonly Level[] {
  const { full = false, only } = options;
  const offered = levels.filter(({ isFull = false }) => full || !isFull);
  const unknown = only?.filter((name) => !offered.some((level) => level.name === name)) ?? [];
  if (unknown.length > 0) {
    process.stderr.write(
      `--only ${unknown.join(" ")}: no such level. Allowed: ${offered.map(({ name }) => name).join(", ")}.\n`,
    );
    process.exit(2);
  }
  return only === undefined ? offered : offered.filter(({ name }) => only.includes(name));
}

async function check(command: string, args: readonly string[]): Promise<Count> {
  return (await run(command, args)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function jest(args: readonly string[]): Promise<Count> {
  const directory = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-jest-"));
  const file = path.join(directory, "results.json");
  try {
    const code = await run("npx", ["--no-install", "jest", ...args, "--json", `--outputFile=${file}`]);
    const results = JSON.parse(readFileSync(file, "utf8"));
    // A suite that could not run has no tests to count, but it has failed.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    return { passed: results.numPassedTests, failed: code === 0 ? failed : Math.max(1, failed) };
  } catch (error) {
    process.stdout.write(`no results: ${error instanceof Error ? error.message : String(error)}\n`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs a command with its output shown; a jest report in JSON goes to its file only. */
function run(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ["ignore", args.includes("--json") ? "ignore" : "inherit", "inherit"],
      env: {
        ...process.env,
        // On Node 20 every test file would print that the SDK will leave it behind one day.
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
        ...(options.full && { TEST_TIER: "full" }),
      },
    });
    // Ctrl-C reaches the child by itself; it needs the time to undo what it started.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    child.on("error", (error) => {
      process.stdout.write(`${command} could not be started: ${error.message}\n`);
      resolve(1);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}

void main();
