import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { CONFIGURATION_VARIABLE } from "../config/load";
import type { ConfigurationInput } from "../config/schema";

/**
 * Time and memory of a synthesis: of the example, and of many logical queues, beside a Node process that does nothing. The
 * functions are built beforehand; this is what happens at every `cdktf synth` and `cdktf diff`.
 */

const ROOT = path.resolve(__dirname, "..");
const RUNS = 5;

const options = new Command()
  .name("npm run bench:synth --")
  .description("Measures synthesis: seconds (median of the runs) and peak memory of the process.")
  .option("--queues <number>", "logical queues of the large case", Number, 100)
  .option("--json", "one JSON object on stdout")
  .addHelpText("after", "\nExample:\n  npm run --silent bench:synth -- --queues 200 --json")
  .parse()
  .opts<{ queues: number; json?: true }>();

interface Measurement {
  readonly seconds: number;
  readonly peakMb: number;
}

async function main(): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-bench-"));
  try {
    const example = path.join(ROOT, "sqs-multi-region.json");
    const large = path.join(directory, "large.json");
    const base = JSON.parse(readFileSync(example, "utf8")) as ConfigurationInput;
    const queues = Object.fromEntries(Array.from({ length: options.queues }, (_, i) => [`queue-${i}`, {}]));
    writeFileSync(large, JSON.stringify({ ...base, queues }));

    const app = ["--import", "tsx", "main.ts"];
    const cases: Record<string, () => Promise<Measurement>> = {
      "empty process": () => measure(["--import", "tsx", "--eval", "0"], directory),
      "example, 1 queue in 2 regions": () => measure(app, directory, example),
      [`${options.queues} queues in 2 regions`]: () => measure(app, directory, large),
    };
    const samples = new Map<string, Measurement[]>();
    // In turn, so that a machine that changes its speed changes it for all.
    for (let run = 0; run <= RUNS; run++) {
      for (const [name, runCase] of Object.entries(cases)) {
        const sample = await runCase();
        if (run > 0) samples.set(name, [...(samples.get(name) ?? []), sample]);
        process.stderr.write(`run ${run}/${RUNS} ${name}: ${sample.seconds.toFixed(2)} s\n`);
      }
    }
    report(new Map([...samples].map(([name, all]) => [name, middle(all)])));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function measure(args: readonly string[], directory: string, configuration?: string): Promise<Measurement> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--require", path.join(__dirname, "report-memory.cjs"), ...args], {
      cwd: ROOT,
      env: {
        ...process.env,
        CDKTF_OUTDIR: path.join(directory, "out"),
        ...(configuration && { [CONFIGURATION_VARIABLE]: configuration }),
      },
      stdio: ["ignore", "ignore", "inherit", "pipe"],
    });
    let memory = "";
    child.stdio[3]?.on("data", (data: Buffer) => {
      memory += data.toString();
    });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve({ seconds: (performance.now() - started) / 1000, peakMb: Number(memory) / 1024 })
        : reject(new Error(`node ${args.join(" ")} ended with exit code ${code}`)),
    );
  });
}

function middle(samples: readonly Measurement[]): Measurement {
  const median = (pick: (sample: Measurement) => number) =>
    samples.map(pick).sort((a, b) => a - b)[Math.floor(samples.length / 2)]!;
  return { seconds: median(({ seconds }) => seconds), peakMb: median(({ peakMb }) => peakMb) };
}

function report(results: ReadonlyMap<string, Measurement>): void {
  const [[, empty] = ["", { seconds: 1, peakMb: 1 }]] = results;
  const rows = [...results].map(([name, { seconds, peakMb }]) => ({
    case: name,
    seconds: Number(seconds.toFixed(2)),
    peakMb: Math.round(peakMb),
    timesEmptyProcess: Number((seconds / empty.seconds).toFixed(1)),
  }));
  if (options.json) process.stdout.write(`${JSON.stringify({ runs: RUNS, results: rows })}\n`);
  else console.table(rows);
}

void main();
