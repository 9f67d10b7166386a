import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { deliver } from "./deliver";
import { messageOf } from "./message/message";
import { originIn } from "./message/origin";
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
  const messages = records.map(messageOf);
  const outcomes = await deliver(
    messages,
    [[{ client: clients.peer, queueUrl: settings.standbyQueueUrl }]],
    surroundings.deadlines.sending,
    surroundings.now,
  );
  return settle(
    records.map((record, index) => ({ record, received: messages[index]!, outcome: outcomes[index]! })),
    ({ at }, index): Done => {
      const origin = originIn(messages[index]!);
      return origin === undefined
        ? { status: "done", hasOrigin: false }
        : { status: "done", hasOrigin: true, lagMs: at - origin.sent };
    },
    { client: clients.home, ...settings },
    surroundings,
  );
}
