import { ChangeMessageVisibilityBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { BATCH_MAX_ENTRIES } from "../core/limits";
import type { Deadline, Deadlines } from "./deadline";
import { deliver } from "./deliver";
import { backOffSeconds } from "./message/back-off";
import type { Message } from "./message/message";
import { forEachParallel } from "./parallel";
import type { Done, RecordOutcome, Report } from "./report";
import type { Accepted, Outcome } from "./send";

/** What code that runs in a function takes from its surroundings. */
export interface Surroundings {
  readonly deadlines: Deadlines;
  /** The clock, in epoch milliseconds. */
  readonly now: () => number;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

/** A record, the message in it as it was received, and what became of it. */
export interface Settlement {
  readonly record: SQSRecord;
  readonly received: Message;
  readonly outcome: Outcome;
}

export interface HomeQueues {
  readonly client: Pick<SQSClient, "send">;
  readonly sourceQueueUrl: string;
  readonly ingressDlqUrl: string;
}

const VISIBILITY_CALLS_IN_FLIGHT = 10;

/**
 * Settles a batch after delivery: what can never be delivered is moved to the ingress DLQ, as it was received; what failed is left
 * on its queue and backed off. A message that the DLQ does not take either has failed: on a standard ingress queue SQS moves it
 * there after 1,000 receives, from an outbox nothing takes it away.
 */
export async function settle(
  settlements: readonly Settlement[],
  done: (accepted: Accepted, index: number) => Done,
  home: HomeQueues,
  { deadlines, now, random }: Surroundings,
): Promise<Report> {
  const dlq = { client: home.client, queueUrl: home.ingressDlqUrl };
  const permanent = settlements.filter(({ outcome }) => !outcome.accepted && outcome.class === "message");
  const answers = await deliver(
    permanent.map(({ received }) => received),
    [[dlq]],
    deadlines.settling,
    now,
  );
  const atDlq = new Map(permanent.map((settlement, index) => [settlement, answers[index]!]));
  const outcomes = settlements.map((settlement, index): RecordOutcome => {
    const { outcome } = settlement;
    if (outcome.accepted) return done(outcome, index);
    const answer = atDlq.get(settlement);
    if (answer?.accepted) return { status: "moved", cause: outcome };
    return { status: "failed", cause: answer ?? outcome };
  });
  const failed = settlements.filter((_, index) => outcomes[index]?.status === "failed");
  return {
    outcomes,
    notBackedOff: await backOff(
      failed.map(({ record }) => record),
      home,
      deadlines.settling,
      random,
    ),
  };
}

/**
 * Changes the visibility of failed records, as far as that is possible: without it they come back when the visibility timeout of
 * their queue ends. Gives the number of those for which it was not.
 */
async function backOff(
  records: readonly SQSRecord[],
  { client, sourceQueueUrl }: HomeQueues,
  deadline: Deadline,
  random: () => number,
): Promise<number> {
  let notBackedOff = 0;
  await forEachParallel(inTens(records), VISIBILITY_CALLS_IN_FLIGHT, async (batch) => {
    const command = new ChangeMessageVisibilityBatchCommand({
      QueueUrl: sourceQueueUrl,
      Entries: batch.map(({ receiptHandle, attributes }, index) => ({
        Id: String(index),
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: backOffSeconds(Number(attributes.ApproximateReceiveCount), random()),
      })),
    });
    try {
      const answer = deadline.mayStart()
        ? await client.send(command, { abortSignal: deadline.signal })
        : undefined;
      notBackedOff += batch.length - (answer?.Successful?.length ?? 0);
    } catch {
      notBackedOff += batch.length;
    }
  });
  return notBackedOff;
}

function inTens<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH_MAX_ENTRIES) }, (_, index) =>
    items.slice(index * BATCH_MAX_ENTRIES, (index + 1) * BATCH_MAX_ENTRIES),
  );
}
