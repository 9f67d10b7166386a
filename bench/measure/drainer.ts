import { toEnvironment } from "../../replicator/settings";
import type { Bench } from "../bench-context";
import { queueUrl } from "../cases";
import { interleaved, median } from "../statistics";
import { FULL_LEDGER } from "../stub/wire";
import { HOME, PEER } from "../worker/events";
import type { DrainJob } from "../worker/protocol";
import { BenchWorker } from "../worker/worker";

/** What one drainer does with a standby queue that never ends. Medians. */
export interface DrainerFigure {
  /** Of a {@link DrainerCase}. */
  readonly id: string;
  readonly latencyMs: number;
  readonly copiesPerSecond: number;
  readonly cpuMsPer1000: number;
  /** Of SQS and DynamoDB together. */
  readonly requestsPerCopy: number;
}

/** Default memory of a drainer. */
export const DRAINER_MEMORY_MB = 1_024;

interface DrainerCase {
  readonly id: string;
  readonly does: "prune" | "move";
  readonly fifo: boolean;
}

const CASES: readonly DrainerCase[] = [
  { id: "prune", does: "prune", fifo: false },
  { id: "move", does: "move", fifo: false },
  { id: "fifo move", does: "move", fifo: true },
];

/** Measures drainers in turn, each in a process of its own. */
export async function measureDrainer(bench: Bench): Promise<readonly DrainerFigure[]> {
  const { plan, stub, say } = bench;
  const { rounds, forMs } = plan.drains;
  const drainers = await Promise.all(
    CASES.map(async (one) => ({ one, worker: await BenchWorker.start(options(bench, one)) })),
  );
  await stub.set({});
  for (const { one, worker } of drainers) await worker.run(job(one, plan.warmUpMs));
  const figures: DrainerFigure[] = [];
  for (const latencyMs of plan.latenciesMs) {
    say(`drainer: ${latencyMs} ms`);
    await stub.set({ latencyMs });
    const samples = new Map<string, Omit<DrainerFigure, "id" | "latencyMs">[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const { one, worker } of interleaved(drainers, round)) {
        const sample = await sampleOf(bench, one, worker, forMs);
        samples.set(one.id, [...(samples.get(one.id) ?? []), sample]);
      }
    }
    for (const { id } of CASES) {
      const own = samples.get(id) ?? [];
      figures.push({
        id,
        latencyMs,
        copiesPerSecond: median(own.map(({ copiesPerSecond }) => copiesPerSecond)),
        cpuMsPer1000: median(own.map(({ cpuMsPer1000 }) => cpuMsPer1000)),
        requestsPerCopy: median(own.map(({ requestsPerCopy }) => requestsPerCopy)),
      });
    }
  }
  for (const { worker } of drainers) await worker.stop();
  await stub.set({});
  return figures;
}

async function sampleOf(
  { stub }: Bench,
  one: DrainerCase,
  worker: BenchWorker,
  forMs: number,
): Promise<Omit<DrainerFigure, "id" | "latencyMs">> {
  await stub.takeCounts();
  const done = await worker.run(job(one, forMs));
  const { operations, unknown } = await stub.takeCounts();
  const receives = operations.ReceiveMessage ?? 0;
  // A figure of a drainer that did not do its work is none.
  if (done.failed > 0 || unknown > 0 || done.messages !== 10 * receives) {
    throw new Error(
      `${one.id}: ${done.failed} calls failed and ${unknown} were unknown; ${receives} receives gave ${done.messages} copies`,
    );
  }
  const calls = Object.values(operations).reduce((sum, count) => sum + count, 0);
  return {
    copiesPerSecond: (done.messages / done.elapsedMs) * 1_000,
    cpuMsPer1000: (done.cpuMs / done.messages) * 1_000,
    requestsPerCopy: calls / done.messages,
  };
}

function job({ does }: DrainerCase, forMs: number): DrainJob {
  return { kind: "drain", home: HOME, moves: does === "move" ? [HOME] : [], forMs };
}

function options({ bundles, stub }: Bench, { does, fifo }: DrainerCase) {
  const url = (name: string) => queueUrl(stub.endpoint, `${name}${fifo ? ".fifo" : ""}`);
  return {
    runtime: bundles.runtime,
    folder: bundles.folders.drainer,
    endpoint: stub.endpoint,
    memoryMb: DRAINER_MEMORY_MB,
    environment: toEnvironment({
      failoverGroup: "payments",
      logicalQueue: "orders",
      region: PEER,
      homeRegion: HOME,
      fifo,
      rescue: "ledger",
      standbyQueueUrl: url(`orders-standby-${HOME}`),
      workQueueUrl: url("orders"),
      dlqUrl: url("orders-dlq"),
      homeIngressQueueUrl: url("orders-ingress"),
      transitVisibilityTimeoutSeconds: 240,
      onMissingIdentity: "forward",
      ledgerTable: does === "prune" ? FULL_LEDGER : "empty",
      ownership: { tables: { [PEER]: "payments-ownership" } },
    }),
  };
}
