import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FunctionName } from "../archives";
import { type Bench, workerOptions } from "../bench-context";
import { FUNCTION_CASES, isOf, queueUrl } from "../cases";
import { interleaved, median } from "../statistics";
import { eventOf } from "../worker/events";
import { type ColdStart, coldStart, type WorkerOptions } from "../worker/worker";

/** Medians, from the start of the process. */
export interface ColdStartFigure {
  readonly id: string;
  /** Until the code is loaded and could take an event: what Lambda calls init. */
  readonly initialisedMs: number;
  /** Until the first event, of one record, is answered. */
  readonly answeredMs: number;
  /** The same of an empty function: its init, and its answer with one call to each of as many queues. Absent on references. */
  readonly empty?: {
    readonly initialisedMs: number;
    readonly sendingAnsweredMs: number;
    readonly answeredMs: number;
  };
}

interface Start {
  readonly id: string;
  readonly options: WorkerOptions;
  readonly event: string;
  /** Number of queues that the event goes to, for functions of ours. */
  readonly sends?: number;
}

export async function measureColdStarts(bench: Bench): Promise<readonly ColdStartFigure[]> {
  const { plan, say } = bench;
  const starts = startsOf(bench);
  await bench.stub.set({});
  const samples = new Map<string, ColdStart[]>(starts.map(({ id }) => [id, []]));
  // One more than counted: the first reads files that the machine then keeps in memory.
  for (let round = 0; round <= plan.coldStarts; round += 1) {
    say(`cold starts: ${round} of ${plan.coldStarts}`);
    for (const { id, options, event } of interleaved(starts, round)) {
      const sample = await coldStart(options, event);
      if (round > 0) samples.get(id)!.push(sample);
    }
  }
  const middle = (id: string) => {
    const all = samples.get(id) ?? [];
    return {
      initialisedMs: median(all.map(({ initialisedMs }) => initialisedMs)),
      answeredMs: median(all.map(({ initialisedMs, answeredMs }) => initialisedMs + answeredMs)),
    };
  };
  return starts.map(({ id, sends }) => ({
    id,
    ...middle(id),
    ...(sends !== undefined && {
      empty: { ...middle(EMPTY), sendingAnsweredMs: middle(emptySending(sends)).answeredMs },
    }),
  }));
}

export const BARE = "no SDK";
export const EMPTY = "empty";
function emptySending(queues: number): string {
  return `empty, sends to ${queues}`;
}

/** Modes whose functions differ in what they load or call at first. */
const MEASURED = ["async replicator", "async forwarder", "semi-sync"];

function startsOf(bench: Bench): readonly Start[] {
  const { bundles, stub, directory, plan } = bench;
  const eventFile = (name: string, hasOrigin: boolean): string => {
    const path = join(directory, `${name}.json`);
    const event = eventOf({ records: 1, bodyBytes: 1_000, hasAttributes: true, hasOrigin });
    writeFileSync(path, JSON.stringify(event));
    return path;
  };
  const ingress = eventFile("ingress", false);
  const outbox = eventFile("outbox", true);
  const reference = (id: string, bundle: FunctionName, queues = 0): Start => ({
    id,
    options: {
      runtime: bundles.runtime,
      folder: bundles.folders[bundle],
      endpoint: stub.endpoint,
      environment: {
        QUEUE_URLS: JSON.stringify(
          Array.from({ length: queues }, (_, index) => queueUrl(stub.endpoint, `queue-${index}`)),
        ),
      },
    },
    event: ingress,
  });
  const ours = FUNCTION_CASES.filter((one) => MEASURED.includes(one.id) && isOf(plan.modes, one));
  const sends = [...new Set(ours.map(({ queues }) => queues.length))].sort();
  return [
    reference(BARE, "bare"),
    reference(EMPTY, "empty"),
    ...sends.map((queues) => reference(emptySending(queues), "empty-sending", queues)),
    ...ours.map((one) => ({
      id: one.id,
      options: workerOptions(bench, one),
      event: one.bundle === "forwarder" ? outbox : ingress,
      sends: one.queues.length,
    })),
  ];
}
