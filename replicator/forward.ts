import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { deliver } from "./deliver";
import { deduplicationId, identified } from "./message/deduplication";
import { type Message, messageOf } from "./message/message";
import { decodeOrigin, ORIGIN_ATTRIBUTE, type Origin } from "./message/origin";
import { toQueue } from "./peer";
import type { Done, Report } from "./report";
import type { ForwarderSettings } from "./settings";
import { type Surroundings, settle } from "./settle";

/** Takes records of an outbox queue to the peer's standby queue, as they are. */
export async function forward(
  records: readonly SQSRecord[],
  settings: ForwarderSettings,
  clients: { readonly home: Pick<SQSClient, "send">; readonly peer: Pick<SQSClient, "send"> },
  surroundings: Surroundings,
): Promise<Report> {
  const { fifo, standbyQueueUrl } = settings;
  const { deadlines } = surroundings;
  const copy = fifo ? fifoCopyOf : messageOf;
  const standby = toQueue(
    { client: clients.peer, queueUrl: standbyQueueUrl },
    deadlines.sending,
    surroundings,
  );
  const deliveries = await deliver(records, { prepare: copy, stages: [[standby]], fifo });
  return settle(
    {
      records,
      deliveries,
      done: (record, { at }): Done => {
        const origin = originOn(record);
        return origin === undefined
          ? { status: "done", hasOrigin: false }
          : { status: "done", hasOrigin: true, lagMs: at - origin.sent };
      },
      received: copy,
    },
    { client: clients.home, ...settings },
    surroundings,
  );
}

/**
 * A message that had no room for its origin came to the outbox under the deduplication id that its origin would have given it, and
 * goes on under it.
 */
function fifoCopyOf(record: SQSRecord): Message {
  const message = messageOf(record);
  const origin = originOn(record);
  const id = origin === undefined ? record.attributes.MessageDeduplicationId : deduplicationId(origin);
  return id === undefined ? message : identified(message, id);
}

function originOn({ messageAttributes }: SQSRecord): Origin | undefined {
  return decodeOrigin(messageAttributes[ORIGIN_ATTRIBUTE]?.stringValue);
}
