import { createHash } from "node:crypto";
import type { SQSRecord } from "aws-lambda";
import { consumer, ORIGIN_ATTRIBUTE, regionGate, type Work } from "../../client";
import { decodeOrigin } from "../../messages/origin";
import type { ConsumerSettings } from "./consumer-stack";

const { queue, failoverGroup, regions, ledger, servicesUrl } = JSON.parse(
  process.env.ORDER_PROCESSING ?? "",
) as ConsumerSettings;

/** The shop's services, one after the other: an order is done when it is paid. */
const STEPS = ["inventory", "payment"] as const;

/** Processes orders: gate first, then the ledger, then the two steps. */
export const handler = consumer({
  queue,
  gate: regionGate({ failoverGroup, regions }),
  ...(ledger && { ledger }),
  // Short, because the queue allows many receives: after a hand-back nothing waits long for its next one.
  gateHolds: [30, 60, 120],
  troubleHolds: [15, 30, 60],
  process: async (record, work) => {
    for (const step of STEPS) await ask(step, record, work);
  },
});

/** Asks a service, which knows a repeated request by its idempotency key: the same in every attempt and in every region. */
async function ask(step: string, record: SQSRecord, { idempotencyKey }: Work): Promise<void> {
  const response = await fetch(`${servicesUrl}/${step}`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": idempotencyKey ?? record.messageId },
    body: JSON.stringify({
      queue,
      order: record.messageAttributes["order-id"]?.stringValue,
      region: process.env.AWS_REGION,
      home: decodeOrigin(record.messageAttributes[ORIGIN_ATTRIBUTE]?.stringValue)?.home,
      digest: createHash("sha256").update(record.body).digest("hex"),
    }),
  });
  if (!response.ok) throw new Error(`${step} answered ${response.status}`);
}
