import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { copyOf, originOn } from "../../messages/copy";
import { copyDeduplicationId, deduplicationId, identified } from "../../messages/deduplication";
import type { Message } from "../../messages/message";
import { madeOwn } from "../../messages/stamp";
import type { PassReader } from "../../ownership/lease/pass-reader";
import type { ForwarderSettings } from "../settings";
import { deliver, type Parcel, type Route } from "../sqs/deliver";
import { type BatchContext, toQueue } from "./batch-context";
import type { BatchReport, Done } from "./report";
import { settle } from "./settle";

/** What a warm worker keeps from one batch to the next. */
export interface ForwarderConnections {
  readonly home: Pick<SQSClient, "send">;
  readonly peer: Pick<SQSClient, "send">;
  /** The own region's pass. @default the peer always owns itself */
  readonly passes?: Pick<PassReader, "verdict">;
}

/**
 * Takes records of an outbox queue to the peer's standby queue, as they are. While the peer is lost and its home is owned here, what was
 * marked for the peer goes to the own work queue. The peer's standby queue may never be reachable again, and this region answers for what
 * the peer was to process. What was marked for a third region is that region's, wherever the copy lies.
 */
export async function forward(
  records: readonly SQSRecord[],
  settings: ForwarderSettings,
  { home, peer, passes }: ForwarderConnections,
  context: BatchContext,
): Promise<BatchReport> {
  const { fifo, homeRegion, peerRegion, standbyQueueUrl, workQueueUrl } = settings;
  const { sending } = context.deadlines;
  const takenOver = new Set<SQSRecord>();
  const copy = (record: SQSRecord) => copyOf(record, fifo ? copyDeduplicationId : undefined);
  const standby = toQueue({ client: peer, queueUrl: standbyQueueUrl }, sending, context);
  const work = toQueue({ client: home, queueUrl: workQueueUrl }, sending, context);

  /** The pass is asked again for each call: it may end while a batch is under way. */
  const route: Route = async (parcels) => {
    const isMarked = ({ record }: Parcel) => originOn(record)?.owner === peerRegion;
    const isOurs = parcels.some(isMarked) && (await passes?.verdict(peerRegion))?.open === true;
    const stays = (parcel: Parcel) => isOurs && isMarked(parcel);
    const [ours, theirs] = [parcels.filter(stays), parcels.filter((parcel) => !stays(parcel))];
    const [taken, copied] = await Promise.all([
      ours.length === 0
        ? []
        : work(ours.map((parcel) => ({ ...parcel, message: forWork(parcel, fifo, homeRegion) }))),
      theirs.length === 0 ? [] : standby(theirs),
    ]);
    for (const [index, outcome] of taken.entries()) if (outcome.accepted) takenOver.add(ours[index]!.record);
    const [nextTaken, nextCopied] = [taken.values(), copied.values()];
    return parcels.map((parcel) => (stays(parcel) ? nextTaken : nextCopied).next().value!);
  };
  const deliveries = await deliver(records, { prepare: copy, stages: [[route]], fifo });
  const report = await settle(
    {
      records,
      deliveries,
      done: (record, { at }): Done => {
        const origin = originOn(record);
        if (origin === undefined) return { status: "done", hasOrigin: false };
        const isCopied = !takenOver.has(record);
        return { status: "done", hasOrigin: true, ...(isCopied && { lagMs: at - origin.sent }) };
      },
      received: copy,
    },
    { client: home, ...settings },
    context,
  );
  return takenOver.size === 0 ? report : { ...report, takenOver: takenOver.size };
}

/** The work queue knows a message by one id, whoever brings a copy, and whatever its mark. */
function forWork({ record, message }: Parcel, fifo: boolean, region: string): Message {
  const origin = originOn(record);
  const own = madeOwn(message, region);
  return fifo && origin !== undefined ? identified(own, deduplicationId(origin)) : own;
}
