import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { backOffSeconds, ownerWaitSeconds } from "../../messages/back-off";
import type { Message } from "../../messages/message";
import { type Delivery, deliver, groupOf } from "../sqs/deliver";
import type { Accepted } from "../sqs/send";
import { changeVisibility, type Return } from "../sqs/visibility";
import type { BatchContext } from "./batch-context";
import type { BatchReport, Done, Failed, HeldBack, RecordOutcome } from "./report";
import { setAside } from "./set-aside";

/** A batch after delivery, with what became of each record, in their order. */
export interface Settlement {
  readonly records: readonly SQSRecord[];
  readonly deliveries: readonly Delivery[];
  readonly done: (record: SQSRecord, accepted: Accepted) => Done;
  /** The message of a record as it was received, for the DLQ. */
  readonly received: (record: SQSRecord) => Message;
}

export interface SourceQueues {
  readonly client: Pick<SQSClient, "send">;
  readonly sourceQueueUrl: string;
  readonly ingressDlqUrl: string;
  readonly fifo: boolean;
}

/**
 * Settles a batch after delivery. What can never be delivered is moved to the ingress DLQ, as it was received, or in pieces if the DLQ
 * refuses it as the other queues did. What failed, or is held behind such a message, is left on its queue and backed off.
 *
 * A message that the DLQ did not take, because the DLQ cannot be reached or is set up wrongly, has failed and is never dropped. It is tried
 * again, and holds its FIFO group until then.
 */
export async function settle(
  { records, deliveries, done, received }: Settlement,
  home: SourceQueues,
  context: BatchContext,
): Promise<BatchReport> {
  const { deadlines, random } = context;
  const permanent = records.filter((_, index) => isPermanent(deliveries[index]!));
  const pieces = new Set<SQSRecord>();
  const target = { client: home.client, queueUrl: home.ingressDlqUrl };
  const dlq = setAside(target, deadlines.settling, context, (record) => pieces.add(record));
  const moves = await deliver(permanent, { prepare: received, stages: [[dlq]], fifo: home.fifo });
  const next = moves.values();
  const outcomes = records.map((record, index): RecordOutcome => {
    const delivery = deliveries[index]!;
    if (delivery.accepted) return done(record, delivery);
    if (!isPermanent(delivery)) return undone(delivery);
    const move = next.next().value!;
    if (!move.accepted) return undone(move);
    return { status: "moved", cause: delivery, ...(pieces.has(record) && { inPieces: true }) };
  });
  const returns = returnsOf(records, outcomes, home.fifo, random);
  const source = { client: home.client, queueUrl: home.sourceQueueUrl };
  return { outcomes, notBackedOff: await changeVisibility(returns, source, deadlines.settling) };
}

type Undone = Exclude<Delivery, Accepted>;

function isPermanent(delivery: Delivery): delivery is Undone & { readonly class: "message" } {
  return !delivery.accepted && delivery.class === "message";
}

function undone(delivery: Undone): RecordOutcome {
  return delivery.class === "held" ? { status: "held" } : { status: "failed", cause: delivery };
}

function secondsOf({ attributes }: SQSRecord, outcome: Failed | HeldBack, random: number): number {
  if (outcome.status === "held") return backOffSeconds(1, random);
  const receives = Number(attributes.ApproximateReceiveCount);
  return outcome.cause.class === "unowned"
    ? ownerWaitSeconds(receives, random)
    : backOffSeconds(receives, random);
}

/**
 * On a standard queue each failed record returns at its own time. Of a FIFO group all that stays returns at one time, by the receive
 * count of the message that failed, so that nothing overtakes it. A group that is held behind a moved message has nothing to wait
 * for, however often it was received: its last obstacle is gone.
 */
function returnsOf(
  records: readonly SQSRecord[],
  outcomes: readonly RecordOutcome[],
  fifo: boolean,
  random: () => number,
): readonly Return[] {
  const secondsOfGroup = new Map<string | undefined, number>();
  return records.flatMap((record, index): Return[] => {
    const outcome = outcomes[index]!;
    if (outcome.status !== "failed" && outcome.status !== "held") return [];
    const group = groupOf(record);
    const seconds = (fifo ? secondsOfGroup.get(group) : undefined) ?? secondsOf(record, outcome, random());
    if (fifo) secondsOfGroup.set(group, seconds);
    return [{ record, seconds }];
  });
}
