import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { SQSMessageAttributes, SQSRecord } from "aws-lambda";
import { processOnce } from "../../client/process-once";
import { producerKey } from "../../client/producer/producer-key";
import { withoutOrigin } from "../../client/without-origin";
import { messageOf } from "../../messages/message";
import { encodeOrigin, ORIGIN_ATTRIBUTE, originOf } from "../../messages/origin";
import { PRODUCER_KEY_ATTRIBUTE } from "../../messages/producer-key";
import { asReceived, workRecord } from "../ledger/messages";
import { ModelTable } from "../ledger/model-table";
import { SENT, sqsRecord, stringAttribute } from "../replicator/records";

const LEASE = { visibilityTimeoutSeconds: 60 };
const KEY = producerKey(SENT);
const received = workRecord(
  { key: KEY },
  {
    messageAttributes: {
      [PRODUCER_KEY_ATTRIBUTE]: stringAttribute(KEY),
      tenant: stringAttribute("blue"),
      proof: { dataType: "Binary", binaryValue: "AQI=", stringListValues: [], binaryListValues: [] },
    },
  },
);

let model: ModelTable;
/** How often the consumer's function was called. */
let calls: number;

beforeEach(() => {
  model = new ModelTable();
  calls = 0;
});

function consume(record: SQSRecord): Promise<string> {
  const once = processOnce(() => calls++, {
    queue: "orders",
    tableName: model.tableName,
    client: model.client,
  });
  return once(record, LEASE);
}

/** The attributes of a send, as Lambda gives them to whoever receives the message. */
function delivered(attributes: Readonly<Record<string, MessageAttributeValue>>): SQSMessageAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType as "String",
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString("base64") }),
      },
    ]),
  );
}

test("a message that a consumer sends to its own work queue again is done with when it has the old origin, and processed without", async () => {
  expect(await consume(received)).toBe("processed");
  const { body, eventSourceARN } = received;
  const again = (attributes: Readonly<Record<string, MessageAttributeValue>>) =>
    sqsRecord({ messageId: "again", body, eventSourceARN, messageAttributes: delivered(attributes) });
  expect(await consume(again(messageOf(received).attributes))).toBe("processed-before");
  expect(await consume(again(withoutOrigin(received)))).toBe("without-ledger");
  expect(calls).toBe(2);
});

test("one that goes to ingress is a message of its own, though the producer key would still count", async () => {
  await consume(received);
  const { [ORIGIN_ATTRIBUTE]: _, ...withKey } = messageOf(received).attributes;
  const takenIn = (attributes: Readonly<Record<string, MessageAttributeValue>>) => {
    const record = sqsRecord({
      messageId: "again",
      body: received.body,
      messageAttributes: delivered(attributes),
    });
    const origin = stringAttribute(encodeOrigin(originOf(record, "us-east-1")).StringValue!);
    return { ...record, messageAttributes: { ...record.messageAttributes, [ORIGIN_ATTRIBUTE]: origin } };
  };
  expect(await consume(takenIn(withKey))).toBe("processed-before");
  expect(await consume(takenIn(withoutOrigin(received)))).toBe("processed");
});

test("all other attributes stay, in the form that a send takes, of a record and of a received message", () => {
  const others = {
    tenant: { DataType: "String", StringValue: "blue" },
    proof: { DataType: "Binary", BinaryValue: Buffer.from([1, 2]) },
  };
  expect(withoutOrigin(received)).toEqual(others);
  expect(withoutOrigin(asReceived(received))).toEqual(others);
});
