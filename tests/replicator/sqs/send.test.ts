import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import type { Message } from "../../../messages/message";
import { sendBatch } from "../../../replicator/sqs/send";
import { FakeSqs, serviceError } from "../fake-sqs";
import { openDeadline, url } from "../records";

const NOW = 1_700_000_000_123;

function messages(count: number): Message[] {
  return Array.from({ length: count }, (_, index) => ({ body: `body ${index}`, attributes: {} }));
}

describe("sendBatch", () => {
  const sqs = mockClient(SQSClient);
  const target = { client: new SQSClient({ region: "us-east-1" }), queueUrl: url("orders") };
  const send = (count: number, deadline = openDeadline()) =>
    sendBatch(target, messages(count), deadline, () => NOW);

  beforeEach(() => sqs.reset());

  test("sends everything in one call, with the deadline's signal", async () => {
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [{ Id: "0" }, { Id: "1" }] as never });
    const deadline = openDeadline();
    expect(await send(2, deadline)).toEqual([
      { accepted: true, at: NOW },
      { accepted: true, at: NOW },
    ]);
    expect(sqs.calls()).toHaveLength(1);
    const [command, options] = sqs.call(0).args as readonly unknown[];
    expect((command as SendMessageBatchCommand).input).toEqual({
      QueueUrl: url("orders"),
      Entries: [
        { Id: "0", MessageBody: "body 0" },
        { Id: "1", MessageBody: "body 1" },
      ],
    });
    expect(options).toEqual({ abortSignal: deadline.signal });
  });

  test("lets each entry go its own way", async () => {
    sqs.on(SendMessageBatchCommand).resolves({
      Successful: [{ Id: "1" }] as never,
      Failed: [
        { Id: "0", Code: "InvalidMessageContents", SenderFault: true },
        { Id: "2", Code: "KMS.ThrottlingException", SenderFault: true },
        { Id: "3", SenderFault: false } as never,
      ],
    });
    expect(await send(4)).toEqual([
      { accepted: false, queue: "orders", class: "message", code: "InvalidMessageContents" },
      { accepted: true, at: NOW },
      { accepted: false, queue: "orders", class: "throttled", code: "KMS.ThrottlingException" },
      { accepted: false, queue: "orders", class: "unknown", code: "NoCode" },
    ]);
  });

  test("fails an entry that the answer does not mention", async () => {
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [{ Id: "1" }, { Id: "7" }] as never, Failed: [] });
    expect(await send(2)).toEqual([
      { accepted: false, queue: "orders", class: "unknown", code: "NotInResponse" },
      { accepted: true, at: NOW },
    ]);
  });

  test("fails every entry on an empty answer", async () => {
    sqs.on(SendMessageBatchCommand).resolves({});
    expect((await send(3)).map(({ accepted }) => accepted)).toEqual([false, false, false]);
  });

  test("fails an entry that the answer mentions as both", async () => {
    const Failed = [{ Id: "0", Code: "InternalError", SenderFault: false }];
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [{ Id: "0" }] as never, Failed });
    expect(await send(1)).toEqual([
      { accepted: false, queue: "orders", class: "unreachable", code: "InternalError" },
    ]);
  });

  test("fails every entry when the call fails", async () => {
    sqs.on(SendMessageBatchCommand).rejects(serviceError("AccessDenied", 403));
    const failure = { accepted: false, queue: "orders", class: "denied", code: "AccessDenied" };
    expect(await send(3)).toEqual([failure, failure, failure]);
    expect(sqs.calls()).toHaveLength(1);
  });

  test("fails every entry without a call when there is no time", async () => {
    const failure = { accepted: false, queue: "orders", class: "deadline", code: "NotStarted" };
    expect(await send(2, openDeadline(false))).toEqual([failure, failure]);
    expect(sqs.calls()).toHaveLength(0);
  });

  test.each(["BatchRequestTooLong", "InvalidParameterValue"])(
    "halves a batch refused as %s until the message at fault is alone",
    async (code) => {
      const fake = new FakeSqs((_, entries) =>
        entries.some(({ MessageBody }) => MessageBody === "body 6")
          ? { throw: serviceError(code, 400) }
          : "accept",
      );
      const outcomes = await sendBatch(
        { ...target, client: fake.client },
        messages(10),
        openDeadline(),
        () => NOW,
      );
      expect(outcomes.map(({ accepted }) => accepted)).toEqual(
        Array.from({ length: 10 }, (_, index) => index !== 6),
      );
      expect(outcomes[6]).toEqual({ accepted: false, queue: "orders", class: "message", code });
      expect(fake.bodies("orders")).toEqual([0, 1, 2, 3, 4, 5, 7, 8, 9].map((index) => `body ${index}`));
    },
  );
});
