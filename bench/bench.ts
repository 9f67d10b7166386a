import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { makeBundles } from "./archives";
import type { Bench } from "./bench-context";
import { MODE_NAMES, type ModeName } from "./cases";
import { stopChildren } from "./child";
import { fillable } from "./document";
import { measureColdStarts } from "./measure/cold-start";
import { measureDrainer } from "./measure/drainer";
import { measureIsolation } from "./measure/isolation";
import { measureMemory } from "./measure/memory";
import { measureThroughput } from "./measure/throughput";
import { type BenchPlan, PART_NAMES, type PartName, planOf } from "./plan";
import { caseFigures } from "./ratios";
import { textReport } from "./report";
import type { Measured } from "./result";
import { Stub } from "./stub/stub";
import { verdicts } from "./targets";

const MOST_LATENCY_MS = 1_000;

interface Options {
  readonly json?: true;
  readonly quick?: true;
  readonly latency?: readonly number[];
  readonly only?: readonly (ModeName | PartName)[];
  readonly write?: string;
}

const program = new Command()
  .name("npm run bench --")
  .description(
    "Measures the built functions side by side with the handler that people write by hand and with a raw SendMessageBatch loop,\n" +
      "against a stub of SQS on this machine. Takes about ten minutes and two cores.",
  )
  .option("--json", "one JSON object on stdout; progress goes to stderr")
  .option("--quick", "a small run of less than a minute, for trying; its figures mean little")
  .option("--latency <ms,ms>", "latencies of the stub, default 0,20,70", latencies)
  .option(
    "--only <name,name>",
    `modes (${MODE_NAMES.join(", ")}) and parts (${PART_NAMES.join(", ")})`,
    names,
  )
  .option("--write <file>", "write the figures of a whole run into a document, between its two marks")
  .addHelpText(
    "after",
    `
Examples:
  npm run bench
  npm run bench -- --quick --only async,throughput
  npm run --silent bench -- --json | jq .targets
  npm run bench -- --write docs/performance.md

Exit code: 0 when everything was measured, whatever the figures; 1 when something did not work.`,
  );

function latencies(text: string): readonly number[] {
  const values = text.split(",").map(Number);
  if (values.every((value) => Number.isInteger(value) && value >= 0 && value <= MOST_LATENCY_MS))
    return values;
  throw new InvalidArgumentError(
    `"${text}" is not a list of whole numbers from 0 to ${MOST_LATENCY_MS}, such as 0,70.`,
  );
}

function names(text: string): readonly (ModeName | PartName)[] {
  const known: readonly string[] = [...MODE_NAMES, ...PART_NAMES];
  const unknown = text.split(",").filter((name) => !known.includes(name));
  if (unknown.length === 0) return text.split(",") as (ModeName | PartName)[];
  throw new InvalidArgumentError(`unknown: ${unknown.join(", ")}; known are ${known.join(", ")}.`);
}

async function main(): Promise<void> {
  const options = program.parse().opts<Options>();
  const { json, write, quick, latency, only } = options;
  if (write !== undefined && (quick || latency || only)) {
    program.error("error: --write needs a whole run, without --quick, --latency and --only");
  }
  // Before minutes of measuring: whether the document can be written at all.
  const filled = write === undefined ? undefined : fillable(readFileSync(write, "utf8"));
  const plan = planOf({
    quick: quick ?? false,
    ...(latency && { latenciesMs: latency }),
    ...(only && { only }),
  });
  const measured = await measure(plan);
  if (write !== undefined && filled !== undefined) writeFileSync(write, filled(measured));
  process.stdout.write(json ? `${JSON.stringify(asJson(measured))}\n` : `\n${textReport(measured)}\n`);
}

async function measure(plan: BenchPlan): Promise<Measured> {
  const started = Date.now();
  const loadBefore = loadavg()[0] ?? 0;
  const say = (line: string) =>
    process.stderr.write(`${((Date.now() - started) / 1_000).toFixed(0).padStart(4)} s  ${line}\n`);
  const directory = mkdtempSync(join(tmpdir(), "sqs-multi-region-bench-"));
  const cleanUp = async () => {
    await stopChildren();
    rmSync(directory, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(1)));
  }
  try {
    say("building");
    const bundles = await makeBundles(directory);
    const bench: Bench = { bundles, stub: await Stub.start(bundles.stub), plan, directory, say };
    const has = (part: PartName) => plan.parts.includes(part);
    const parts = {
      ...(has("throughput") && { throughput: await measureThroughput(bench) }),
      ...(has("drainer") && { drainer: await measureDrainer(bench) }),
      ...(has("memory") && { memory: await measureMemory(bench) }),
      ...(has("cold-start") && { coldStarts: await measureColdStarts(bench) }),
      ...(has("isolation") && { isolation: await measureIsolation(bench) }),
    };
    return {
      date: new Date(started).toISOString(),
      quick: plan.quick,
      machine: {
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
        cores: availableParallelism(),
        load: { before: loadBefore, after: loadavg()[0] ?? 0 },
      },
      archives: bundles.archives,
      ...parts,
    };
  } finally {
    await cleanUp();
    say("done");
  }
}

function asJson(measured: Measured): object {
  const { throughput } = measured;
  return { ...measured, ...(throughput && { cases: caseFigures(throughput) }), targets: verdicts(measured) };
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
