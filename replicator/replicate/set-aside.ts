import type { SQSRecord } from "aws-lambda";
import type { Message } from "../../messages/message";
import { piecesOf } from "../../messages/pieces";
import type { Deadline } from "../sqs/deadline";
import type { Route } from "../sqs/deliver";
import { type SendOutcome, sendBatch, type Target } from "../sqs/send";
import { type BatchContext, toQueue } from "./batch-context";

/**
 * The way to a dead-letter queue, which has to take what no other queue takes. A message that the dead-letter queue refuses for the
 * message's own fault goes there in pieces, so that nothing of the message is lost, and nobody waits behind it. A message counts as accepted
 * when all of its pieces are; what was sent before a failure is sent again with the next try.
 * @param onPieces told of each record that went in pieces
 */
export function setAside(
  target: Target,
  deadline: Deadline,
  context: BatchContext,
  onPieces: (record: SQSRecord) => void = () => {},
): Route {
  const whole = toQueue(target, deadline, context);
  return async (parcels) => {
    const outcomes = await whole(parcels);
    return Promise.all(
      outcomes.map(async (outcome, index) => {
        if (outcome.accepted || outcome.class !== "message") return outcome;
        const { record, message } = parcels[index]!;
        const last = await inPieces(target, piecesOf(message, record.messageId), deadline, context);
        if (last.accepted) onPieces(record);
        return last;
      }),
    );
  };
}

/** One after the other: a call to a FIFO queue holds one message of a group. Ends with the first that is not accepted. */
async function inPieces(
  target: Target,
  pieces: readonly Message[],
  deadline: Deadline,
  { now }: BatchContext,
): Promise<SendOutcome> {
  let last: SendOutcome = { accepted: true, at: now() };
  for (const piece of pieces) {
    [last] = (await sendBatch(target, [piece], deadline, now)) as readonly [SendOutcome];
    if (!last.accepted) break;
  }
  return last;
}
