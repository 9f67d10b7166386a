import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { deliver, type Stage } from "./deliver";
import { messageOf } from "./message/message";
import { originOf } from "./message/origin";
import { stamp } from "./message/stamp";
import type { Report } from "./report";
import type { ReplicatorSettings } from "./settings";
import { type Surroundings, settle } from "./settle";

/**
 * Takes records of the ingress queue to all outboxes, then to the work queue.
 *
 * The outboxes come first because a message that failed anywhere is repeated everywhere. When an outbox fails, the work queue has
 * not seen the message yet, so no consumer sees it twice; what a peer then holds twice has one origin. It also means that no
 * consumer sees a message which is not at least on its way to every peer. Outboxes are queues of the home, so a peer that is away
 * holds up nothing here.
 */
export async function replicate(
  records: readonly SQSRecord[],
  settings: ReplicatorSettings,
  home: Pick<SQSClient, "send">,
  surroundings: Surroundings,
): Promise<Report> {
  const taken = records.map((record) => {
    const received = messageOf(record);
    return { record, received, ...stamp(received, originOf(record, settings.homeRegion)) };
  });
  const outcomes = await deliver(
    taken.map(({ message }) => message),
    stagesOf(settings, home),
    surroundings.deadlines.sending,
    surroundings.now,
  );
  return settle(
    taken.map(({ record, received }, index) => ({ record, received, outcome: outcomes[index]! })),
    ({ at }, index) => {
      const { record, hasOrigin } = taken[index]!;
      return { status: "done", hasOrigin, lagMs: at - Number(record.attributes.SentTimestamp) };
    },
    { client: home, ...settings },
    surroundings,
  );
}

function stagesOf(
  settings: ReplicatorSettings,
  client: Pick<SQSClient, "send">,
): readonly [Stage, ...Stage[]] {
  const work: Stage = [{ client, queueUrl: settings.workQueueUrl }];
  const [outbox, ...others] = Object.values(settings.outboxQueueUrls).map((queueUrl) => ({
    client,
    queueUrl,
  }));
  return outbox === undefined ? [work] : [[outbox, ...others], work];
}
