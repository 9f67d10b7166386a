import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { deliver } from "./deliver";
import { copyOf, originOn } from "./message/copy";
import { copyDeduplicationId } from "./message/deduplication";
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
  const copy = (record: SQSRecord) => copyOf(record, fifo ? copyDeduplicationId : undefined);
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
