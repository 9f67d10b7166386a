import type { SQSRecord } from "aws-lambda";
import { packBatches } from "../../messages/batches";
import type { Message } from "../../messages/message";
import { messageBytes } from "../../messages/size";
import { forEachParallel } from "./parallel";
import type { Accepted, Refused, SendOutcome } from "./send";

/** A record on its way, and the message that it becomes. */
export interface Parcel {
  readonly record: SQSRecord;
  readonly message: Message;
}

/** The way to a place that must take every message. Gives an outcome per parcel, in their order; it never throws. */
export type Route = (parcels: readonly Parcel[]) => Promise<readonly SendOutcome[]>;

/** Places that take a message at the same time. */
export type DeliveryStage = readonly [Route, ...Route[]];

export interface Shipment {
  /** Makes the message of a record, when its batch is due. */
  readonly prepare: (record: SQSRecord) => Message;
  /** At least one. */
  readonly stages: readonly DeliveryStage[];
  /** Whether groups keep their order. */
  readonly fifo: boolean;
}

/** Not sent, because a message before it in its FIFO group was not accepted. */
export interface Held {
  readonly accepted: false;
  readonly class: "held";
}

export type Delivery = Accepted | Refused | Held;

/**
 * Batches under way at a time. A stage makes a call for each of its places: with four peers 50 at once, which is as many connections
 * as a client has. More would wait for one, and the wait would count against the time in which a queue has to take a connection.
 */
const BATCHES_IN_FLIGHT = 10;

const HELD: Held = { accepted: false, class: "held" };

/**
 * Takes every record through the stages, one after the other: a message enters a stage only when all places of the stage before have
 * accepted it. Batches run in parallel and do not wait for each other, and only messages under way exist, however many records there are.
 * Gives what became of each record, in their order: accepted by every place, or why not.
 *
 * Entries of a call can fail singly. So on FIFO queues a call holds at most one message of a group, and a message is sent when the one
 * before it in its group has been accepted everywhere. A group stops at its first failure while others go on.
 */
export async function deliver(
  records: readonly SQSRecord[],
  { prepare, stages, fifo }: Shipment,
): Promise<readonly Delivery[]> {
  const deliveries = records.map((): Delivery => HELD);
  const stopped = new Set<string | undefined>();
  for (const wave of fifo ? wavesOf(records) : [records.keys()]) {
    const parcels = parcelsOf(wave, records, prepare, stopped);
    const batches = packBatches(parcels, ({ message }) => messageBytes(message));
    await forEachParallel(batches, BATCHES_IN_FLIGHT, async (batch) => {
      await throughStages(batch, stages, deliveries);
      if (!fifo) return;
      for (const { index, record } of batch) {
        if (!deliveries[index]!.accepted) stopped.add(groupOf(record));
      }
    });
  }
  return deliveries;
}

/** The group of a record on a FIFO queue. */
export function groupOf({ attributes }: SQSRecord): string | undefined {
  return attributes.MessageGroupId;
}

/** Indices of the first records of all groups, then of the second ones, and so on. */
function wavesOf(records: readonly SQSRecord[]): readonly (readonly number[])[] {
  const waves: number[][] = [];
  const sizes = new Map<string | undefined, number>();
  records.forEach((record, index) => {
    const group = groupOf(record);
    const before = sizes.get(group) ?? 0;
    sizes.set(group, before + 1);
    waves[before] ??= [];
    waves[before].push(index);
  });
  return waves;
}

interface IndexedParcel extends Parcel {
  readonly index: number;
}

function* parcelsOf(
  indices: Iterable<number>,
  records: readonly SQSRecord[],
  prepare: Shipment["prepare"],
  stopped: ReadonlySet<string | undefined>,
): Generator<IndexedParcel, undefined> {
  for (const index of indices) {
    const record = records[index]!;
    if (!stopped.has(groupOf(record))) yield { index, record, message: prepare(record) };
  }
}

async function throughStages(
  batch: readonly IndexedParcel[],
  stages: Shipment["stages"],
  deliveries: Delivery[],
): Promise<void> {
  let open = batch;
  for (const stage of stages) {
    const answers = await Promise.all(stage.map((route) => route(open)));
    open.forEach(({ index }, position) => {
      deliveries[index] = joined(answers.map((answer) => answer[position]!));
    });
    open = open.filter(({ index }) => deliveries[index]!.accepted);
    if (open.length === 0) return;
  }
}

/**
 * One outcome out of those at all places of a stage. A failure that may pass comes before a permanent one: a message is given up
 * only when nothing but its own fault stands in its way.
 */
function joined(outcomes: readonly SendOutcome[]): SendOutcome {
  const refusals = outcomes.filter((outcome) => !outcome.accepted);
  return (
    refusals.find((refusal) => refusal.class !== "message") ??
    refusals[0] ?? {
      accepted: true,
      at: Math.max(...outcomes.map((outcome) => (outcome.accepted ? outcome.at : 0))),
    }
  );
}
