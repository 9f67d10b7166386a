import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { messageOf } from "../../../messages/message";
import { depthOf, receive, remove } from "../../../replicator/drain/queue";
import { openDeadline, sqsRecords, url } from "../records";

const sqs = mockClient(SQSClient);
const queue = { client: new SQSClient({ region: "us-west-2" }), queueUrl: url("standby") };
const throttled = Object.assign(new Error("the text may quote a message"), { name: "RequestThrottled" });

beforeEach(() => sqs.reset());

describe("receive", () => {
  test("asks for everything that is on a message, and gives it as Lambda does", async () => {
    sqs.on(ReceiveMessageCommand).resolves({
      Messages: [
        {
          MessageId: "m",
          ReceiptHandle: "r",
          Body: "b",
          Attributes: { SentTimestamp: "5", ApproximateReceiveCount: "2", AWSTraceHeader: "Root=1" },
          MessageAttributes: {
            text: { DataType: "String.label", StringValue: "v" },
            bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2]) },
          },
        },
      ],
    });
    const options = { visibilitySeconds: 30, waitSeconds: 1 };
    const received = await receive(queue, options, "us-west-2", openDeadline());
    expect(sqs.commandCalls(ReceiveMessageCommand)[0]?.args[0].input).toEqual({
      QueueUrl: url("standby"),
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 30,
      WaitTimeSeconds: 1,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
    });
    if (!received.ok) throw new Error("failed");
    expect(received.value[0]).toMatchObject({ messageId: "m", receiptHandle: "r", awsRegion: "us-west-2" });
    expect(messageOf(received.value[0]!)).toEqual({
      body: "b",
      attributes: {
        text: { DataType: "String.label", StringValue: "v" },
        bytes: { DataType: "Binary", BinaryValue: Buffer.from([1, 2]) },
      },
      traceHeader: "Root=1",
    });
  });

  test("says why it failed", async () => {
    sqs.on(ReceiveMessageCommand).rejects(throttled);
    const options = { visibilitySeconds: 30, waitSeconds: 0 };
    expect(await receive(queue, options, "us-west-2", openDeadline())).toEqual({
      ok: false,
      failure: { class: "throttled", code: "RequestThrottled" },
    });
    expect(await receive(queue, options, "us-west-2", openDeadline(false))).toMatchObject({ ok: false });
    expect(sqs.calls()).toHaveLength(1);
  });
});

describe("remove", () => {
  const bodies = (records: readonly { readonly body: string }[]) => records.map(({ body }) => body);

  test("deletes ten to a call", async () => {
    sqs.on(DeleteMessageBatchCommand).callsFake(({ Entries }) => ({ Successful: Entries }));
    const records = sqsRecords(23);
    expect(await remove(records, queue, openDeadline())).toEqual({ removed: records, failures: [] });
    expect(sqs.calls()).toHaveLength(3);
  });

  test("asks once more for entries that failed, and says of which it did not hear", async () => {
    sqs
      .on(DeleteMessageBatchCommand)
      .resolvesOnce({
        Successful: [{ Id: "0" }, { Id: "3" }],
        Failed: [
          { Id: "1", Code: "InternalError", SenderFault: false },
          { Id: "3", Code: "InternalError", SenderFault: false },
        ],
      })
      .resolvesOnce({ Successful: [{ Id: "0" }, { Id: "2" }], Failed: [] });
    const { removed, failures } = await remove(sqsRecords(4), queue, openDeadline());
    expect(bodies(removed)).toEqual(["body 0", "body 1", "body 3"]);
    expect(failures).toEqual([{ class: "unknown", code: "NoCode" }]);
    const handles = sqs
      .commandCalls(DeleteMessageBatchCommand)
      .map(({ args }) => args[0].input.Entries?.map(({ ReceiptHandle }) => ReceiptHandle));
    expect(handles[1]).toEqual(["receipt of id-1", "receipt of id-2", "receipt of id-3"]);
  });

  test("counts every entry of a call that failed", async () => {
    sqs.on(DeleteMessageBatchCommand).rejects(throttled);
    const { removed, failures } = await remove(sqsRecords(3), queue, openDeadline());
    expect(removed).toEqual([]);
    expect(failures.map(({ code }) => code)).toEqual(Array(3).fill("RequestThrottled"));
    expect(sqs.calls()).toHaveLength(2);
  });

  test("makes no call for nothing", async () => {
    expect(await remove([], queue, openDeadline())).toEqual({ removed: [], failures: [] });
    expect(sqs.calls()).toEqual([]);
  });
});

describe("depthOf", () => {
  test("tells what can be received from what is out of sight", async () => {
    sqs.on(GetQueueAttributesCommand).resolves({
      Attributes: {
        ApproximateNumberOfMessages: "3",
        ApproximateNumberOfMessagesDelayed: "2",
        ApproximateNumberOfMessagesNotVisible: "7",
      },
    });
    expect(await depthOf(queue, openDeadline())).toEqual({ ok: true, value: { waiting: 5, outOfSight: 7 } });
  });

  test("takes no answer for an empty queue", async () => {
    sqs.on(GetQueueAttributesCommand).resolves({});
    const depth = await depthOf(queue, openDeadline());
    expect(depth.ok && depth.value.waiting === 0).toBe(false);
  });
});
