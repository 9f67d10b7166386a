import { type Bench, workerOptions } from "../bench-context";
import { FUNCTION_CASES, type FunctionCase, isOf } from "../cases";
import type { EventShape } from "../worker/events";
import { eventOf } from "../worker/events";
import { BenchWorker, type WorkerOptions } from "../worker/worker";

/** Peak of the resident set of a fresh process. */
export interface MemoryFigure {
  readonly id: string;
  /** With events of ten records of 1 KB. */
  readonly smallBytes: number;
  /** After the first event of 10,000 records. Absent where events are small. */
  readonly firstLargeBytes?: number;
  /** After several of them. */
  readonly largeBytes?: number;
}

export interface MemoryResult {
  readonly figures: readonly MemoryFigure[];
  readonly largeEvent: { readonly records: number; readonly events: number; readonly payloadBytes: number };
}

export async function measureMemory(bench: Bench): Promise<MemoryResult> {
  const { plan, say } = bench;
  const figures: MemoryFigure[] = [];
  await bench.stub.set({});
  const measured = FUNCTION_CASES.filter((one) => isOf(plan.modes, one));
  const reference = {
    ...measured[0]!,
    id: "empty",
    bundle: "empty",
    mostRecords: plan.largeEvent.records,
  } as const;
  for (const one of [reference, ...measured]) {
    say(`memory: ${one.id}`);
    figures.push(await memoryOf(bench, one, workerOptions(bench, one)));
  }
  const payloadBytes = Buffer.byteLength(
    JSON.stringify(eventOf(largeShape(reference, plan.largeEvent.records))),
  );
  return { figures, largeEvent: { ...plan.largeEvent, payloadBytes } };
}

async function memoryOf({ plan }: Bench, one: FunctionCase, options: WorkerOptions): Promise<MemoryFigure> {
  const { records, events } = plan.largeEvent;
  const worker = await BenchWorker.start(options);
  const peakAfter = async (shape: EventShape, atLeast: number, forMs = 0) =>
    (await worker.run({ kind: "events", shape, forMs, atLeast })).peakRssBytes;
  try {
    const smallBytes = await peakAfter({ ...one.shape, records: 10 }, 1, plan.warmUpMs);
    if (one.mostRecords < records) return { id: one.id, smallBytes };
    const shape = largeShape(one, records);
    const firstLargeBytes = await peakAfter(shape, 1);
    const largeBytes = events > 1 ? await peakAfter(shape, events - 1) : firstLargeBytes;
    return { id: one.id, smallBytes, firstLargeBytes, largeBytes };
  } finally {
    await worker.stop();
  }
}

/** Records so small that as many as a mapping admits are below the 6 MB that Lambda admits to an event. */
function largeShape({ shape }: FunctionCase, records: number): EventShape {
  return { ...shape, records, bodyBytes: 64, hasAttributes: false };
}
