import { BATCH_MAX_ENTRIES } from "../../core/limits";
import { type Bench, workerOptions } from "../bench-context";
import { FUNCTION_CASES, type FunctionCase, isOf } from "../cases";
import type { BenchPlan } from "../plan";
import { interleaved, median } from "../statistics";
import type { Counts } from "../stub/protocol";
import type { LoopJob, WorkDone, WorkerOrder } from "../worker/protocol";
import { BenchWorker } from "../worker/worker";

/** What one function does with events of one size at one latency. All figures are medians. */
export interface ThroughputFigure {
  /** Of a {@link FunctionCase}. */
  readonly id: string;
  readonly latencyMs: number;
  readonly records: number;
  readonly messagesPerSecond: number;
  readonly cpuMsPer1000: number;
  /** Those of the function, and those that Lambda's pollers make for it. */
  readonly requestsPerMessage: number;
  /** The raw loop that does the same work. The hand-written handler has none. */
  readonly limit?: {
    readonly messagesPerSecond: number;
    readonly cpuMsPer1000: number;
    /**
     * The same loop when it waits for all calls of an event before it begins the next, as every function in Lambda. Absent for events
     * of one batch, where it does that anyway.
     */
    readonly eventByEventPerSecond?: number;
    readonly callsInFlight: number;
    readonly queues: number;
  };
}

export interface ThroughputResult {
  readonly figures: readonly ThroughputFigure[];
  /** Largest share of a core's time that the stub took in any measurement. */
  readonly stubShare: number;
  /** Calls per second that the stub answers at most. */
  readonly stubCallsPerSecond: number;
}

/**
 * Requests that Lambda makes to receive the records of an event and to delete them. There is no poller here: they are counted and
 * not made. On AWS a poller receives and deletes up to ten messages per request, whatever the size of the event.
 */
export function pollerRequests(records: number): number {
  return 2 * Math.ceil(records / BATCH_MAX_ENTRIES);
}

/** Measures functions and limits in turn: all of them in one round, then all of them again. */
export async function measureThroughput(bench: Bench): Promise<ThroughputResult> {
  const { plan, stub, say } = bench;
  const functions = await startFunctions(bench);
  const raw = await BenchWorker.start({
    runtime: bench.bundles.runtime,
    folder: bench.bundles.folders.raw,
    endpoint: stub.endpoint,
    environment: {},
  });
  say("throughput: warming up");
  const limits = await limitsOf(bench, functions);
  const stubCallsPerSecond = await stub.capacity(limits.anyCall, plan.roundMs);
  for (const { one, worker } of functions) {
    await worker.run(eventJob(one, Math.min(WARM_UP_RECORDS, one.mostRecords), plan.warmUpMs));
  }
  await raw.run({ ...limits.largest, forMs: 2 * plan.warmUpMs });

  const figures: ThroughputFigure[] = [];
  let stubShare = 0;
  for (const latencyMs of plan.latenciesMs) {
    await stub.set({ latencyMs });
    const { rounds, roundMs } = roundsAt(latencyMs, plan);
    for (const records of plan.eventSizes) {
      say(`throughput: ${latencyMs} ms, events of ${records}`);
      const measured = functions.filter(({ one }) => records <= one.mostRecords);
      const references = new Map(
        measured.flatMap(({ one }) => {
          const limit = limits.of(one, records);
          return limit === undefined ? [] : [[nameOf(limit), limit] as const];
        }),
      );
      const samples = new Samples(bench, records, roundMs);
      const jobs = [
        ...measured.map(
          ({ one, worker }) =>
            () =>
              samples.ofFunction(one, worker),
        ),
        ...[...references.values()].map((limit) => () => samples.ofLimit(limit, raw)),
      ];
      for (let round = 0; round < rounds; round += 1) {
        for (const job of interleaved(jobs, round)) await job();
      }
      stubShare = Math.max(stubShare, samples.stubShare);
      for (const { one } of measured) {
        figures.push({ latencyMs, records, ...samples.figure(one, limits.of(one, records)) });
      }
    }
  }
  for (const { worker } of functions) await worker.stop();
  await raw.stop();
  return { figures, stubShare, stubCallsPerSecond };
}

const WARM_UP_RECORDS = 100;

/** Without latency it is CPU time that counts, which others take too: the same time in more rounds, so that all suffer alike. */
function roundsAt(latencyMs: number, { rounds, roundMs }: BenchPlan): Pick<BenchPlan, "rounds" | "roundMs"> {
  return latencyMs === 0 ? { rounds: 3 * rounds, roundMs: roundMs / 3 } : { rounds, roundMs };
}

interface RunningFunction {
  readonly one: FunctionCase;
  readonly worker: BenchWorker;
}

async function startFunctions(bench: Bench): Promise<readonly RunningFunction[]> {
  const wanted = FUNCTION_CASES.filter((one) => isOf(bench.plan.modes, one));
  return Promise.all(
    wanted.map(async (one) => ({ one, worker: await BenchWorker.start(workerOptions(bench, one)) })),
  );
}

function eventJob({ shape }: FunctionCase, records: number, forMs: number): WorkerOrder {
  return { kind: "events", shape: { ...shape, records }, forMs, atLeast: 1 };
}

interface Sample {
  readonly messagesPerSecond: number;
  readonly cpuMsPer1000: number;
  readonly requestsPerMessage: number;
}

/** What is measured under one condition. */
class Samples {
  /** Largest share of a core that the stub took. */
  stubShare = 0;
  private readonly samples = new Map<string, Sample[]>();

  constructor(
    private readonly bench: Bench,
    private readonly records: number,
    private readonly forMs: number,
  ) {}

  async ofFunction(one: FunctionCase, worker: BenchWorker): Promise<void> {
    const { done, counts } = await this.run(one.id, worker, eventJob(one, this.records, this.forMs));
    check(one, done, counts);
  }

  async ofLimit(limit: Limit, raw: BenchWorker): Promise<void> {
    await this.run(nameOf(limit), raw, { ...limit, forMs: this.forMs });
    if (this.records <= BATCH_MAX_ENTRIES) return;
    const callsPerEvent = (this.records / BATCH_MAX_ENTRIES) * limit.queues.length;
    await this.run(eventByEvent(limit), raw, { ...limit, callsPerEvent, forMs: this.forMs });
  }

  figure(one: FunctionCase, limit: Limit | undefined): Omit<ThroughputFigure, "latencyMs" | "records"> {
    const own = this.middle(one.id);
    if (own === undefined) throw new Error(`${one.id} was not measured`);
    const most = limit && this.middle(nameOf(limit));
    if (limit === undefined || most === undefined) return { id: one.id, ...own };
    const waiting = this.middle(eventByEvent(limit));
    return {
      id: one.id,
      ...own,
      limit: {
        messagesPerSecond: most.messagesPerSecond,
        cpuMsPer1000: most.cpuMsPer1000,
        ...(waiting && { eventByEventPerSecond: waiting.messagesPerSecond }),
        callsInFlight: limit.callsInFlight,
        queues: limit.queues.length,
      },
    };
  }

  private async run(name: string, worker: BenchWorker, order: WorkerOrder) {
    const { stub } = this.bench;
    await stub.takeCounts();
    const done = await worker.run(order);
    const counts = await stub.takeCounts();
    this.stubShare = Math.max(this.stubShare, counts.cpuMs / done.elapsedMs);
    const calls = Object.values(counts.operations).reduce((sum, count) => sum + count, 0);
    const sample = {
      messagesPerSecond: (done.messages / done.elapsedMs) * 1_000,
      cpuMsPer1000: (done.cpuMs / done.messages) * 1_000,
      requestsPerMessage: (calls + done.events * pollerRequests(this.records)) / done.messages,
    };
    this.samples.set(name, [...(this.samples.get(name) ?? []), sample]);
    return { done, counts };
  }

  private middle(name: string): Sample | undefined {
    const samples = this.samples.get(name);
    return (
      samples && {
        messagesPerSecond: median(samples.map((sample) => sample.messagesPerSecond)),
        cpuMsPer1000: median(samples.map((sample) => sample.cpuMsPer1000)),
        requestsPerMessage: median(samples.map((sample) => sample.requestsPerMessage)),
      }
    );
  }
}

/** A figure of a function that did not do its work is none. @throws Error when it did not */
function check(
  { id, queues }: FunctionCase,
  { failed, messages }: WorkDone,
  { queues: seen, unknown }: Counts,
): void {
  const took = Object.fromEntries(
    Object.entries(seen).map(([url, counts]) => [url.slice(url.lastIndexOf("/") + 1), counts.messages]),
  );
  const isRight =
    failed === 0 &&
    unknown === 0 &&
    Object.keys(took).length === queues.length &&
    queues.every((queue) => took[queue] === messages);
  if (isRight) return;
  throw new Error(
    `${id}: of ${messages} messages ${failed} failed, and ${queues.join(" and ")} should have taken all; they took ${JSON.stringify(took)}`,
  );
}

type Limit = Omit<LoopJob, "forMs">;

interface Limits {
  /** The raw loop for what a function does with events of a size. The hand-written handler has none. */
  readonly of: (one: FunctionCase, records: number) => Limit | undefined;
  /** The one with most calls in flight. */
  readonly largest: Limit;
  /** Body of any call of ours. */
  readonly anyCall: string;
}

/** Latency at which calls that can be in flight together are. */
const OBSERVING_LATENCY_MS = 50;

/**
 * The work of each function for events of each size, as the stub sees it. Which queues does the function call, with what, and how many
 * calls are in flight at a time? The raw loop is given just that, so that it stays a fair limit when functions change.
 */
async function limitsOf({ plan, stub }: Bench, functions: readonly RunningFunction[]): Promise<Limits> {
  const limits = new Map<string, Limit>();
  const key = ({ id }: FunctionCase, records: number) => `${id} ${records}`;
  await stub.set({ latencyMs: OBSERVING_LATENCY_MS });
  for (const { one, worker } of functions.filter(({ one }) => one.bundle !== "hand-written")) {
    // The first call of a worker is slow in many ways.
    await worker.run(eventJob(one, 1, 0));
    for (const records of plan.eventSizes.filter((size) => size <= one.mostRecords)) {
      await stub.takeCounts();
      const done = await worker.run(eventJob(one, records, 0));
      const counts = await stub.takeCounts();
      check(one, done, counts);
      limits.set(key(one, records), {
        kind: "loop",
        queues: Object.values(counts.queues).map(({ region, sample }) => ({ region, call: sample })),
        callsInFlight: counts.peakInFlight,
      });
    }
  }
  await stub.set({});
  const [largest] = [...limits.values()].sort((one, other) => other.callsInFlight - one.callsInFlight);
  const anyCall = largest?.queues[0]?.call;
  if (largest === undefined || anyCall === undefined) throw new Error("no function was measured");
  return { of: (one, records) => limits.get(key(one, records)), largest, anyCall };
}

/** The same for functions with the same work, which share a limit. */
function nameOf({ callsInFlight, queues }: Limit): string {
  const fifo = queues.some(({ call }) => call.includes("MessageDeduplicationId"));
  return `limit of ${callsInFlight} calls to ${queues.length} queues${fifo ? ", fifo" : ""}`;
}

function eventByEvent(limit: Limit): string {
  return `${nameOf(limit)}, event by event`;
}
