import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { messageOf } from "../../../messages/message";
import { IMPATIENT, PATIENT, sqsClient } from "../../../replicator/sqs/client";
import { sendBatch } from "../../../replicator/sqs/send";
import { anyRecord, openDeadline, url } from "../records";
import { functionEnvironment, type StubCall, stubSqs } from "../stub-sqs";

type Stub = Awaited<ReturnType<typeof stubSqs>>;

describe("sqsClient", () => {
  const environment = process.env;
  let stub: Stub;
  let respond: Parameters<typeof stubSqs>[0];

  beforeAll(async () => {
    stub = await stubSqs((call, response) => respond?.(call, response) ?? false);
  });
  beforeEach(() => {
    respond = undefined;
    stub.calls.length = 0;
    process.env = { ...environment, ...functionEnvironment(stub.endpoint) };
    delete process.env.AWS_PROFILE;
  });
  afterEach(() => {
    process.env = environment;
  });
  afterAll(() => stub.close());

  const send = (body: string, queueUrl = url("orders", "eu-west-1"), region = "eu-west-1") =>
    sendBatch({ client: sqsClient(region), queueUrl }, [{ body, attributes: {} }], openDeadline(), Date.now);

  test("goes to the endpoint of the environment, in the client's region, whatever host the queue URL names", async () => {
    expect(await send("b")).toMatchObject([{ accepted: true }]);
    expect(stub.calls).toHaveLength(1);
    expect(stub.calls[0]?.body.QueueUrl).toBe(url("orders", "eu-west-1"));
    expect(stub.calls[0]?.headers.authorization).toContain("/eu-west-1/sqs/");
  });

  test("puts no trace header on a call, with which SQS would mark messages that have none", async () => {
    process.env._X_AMZN_TRACE_ID =
      "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    await send("b");
    expect(Object.keys(stub.calls[0]?.headers ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/trace|baggage/i)]),
    );
  });

  test("brings every message over the wire as it was received", async () => {
    const client = sqsClient("us-east-1");
    await fc.assert(
      fc.asyncProperty(anyRecord, async (record) => {
        stub.calls.length = 0;
        const target = { client, queueUrl: url("orders") };
        expect(await sendBatch(target, [messageOf(record)], openDeadline(), Date.now)).toMatchObject([
          { accepted: true },
        ]);
        const [sent] = (stub.calls[0] as StubCall).body.Entries;
        const { AWSTraceHeader, MessageGroupId } = record.attributes;
        const attributes = Object.entries(record.messageAttributes).map(([name, attribute]) => [
          name,
          {
            DataType: attribute.dataType,
            ...(attribute.binaryValue === undefined
              ? { StringValue: attribute.stringValue }
              : { BinaryValue: attribute.binaryValue }),
          },
        ]);
        expect(
          Object.entries(sent?.MessageAttributes ?? {}).map(([name, value]) => [name, { ...value }]),
        ).toEqual(attributes.map(([name, value]) => [name, expect.objectContaining(value as object)]));
        expect({ ...sent, MessageAttributes: undefined }).toEqual({
          Id: "0",
          MessageBody: record.body,
          MessageAttributes: undefined,
          ...(MessageGroupId === undefined ? {} : { MessageGroupId }),
          ...(AWSTraceHeader === undefined
            ? {}
            : {
                MessageSystemAttributes: {
                  AWSTraceHeader: { DataType: "String", StringValue: AWSTraceHeader },
                },
              }),
        });
      }),
      { numRuns: 60 },
    );
  });

  test("fails when SQS says that it took something else", async () => {
    respond = (_, response) => {
      response.end(
        JSON.stringify({ Successful: [{ Id: "0", MD5OfMessageBody: "0".repeat(32) }], Failed: [] }),
      );
      return true;
    };
    expect(await send("b")).toMatchObject([{ accepted: false, class: "unknown" }]);
  });

  test.each([
    [
      400,
      "com.amazonaws.sqs#QueueDoesNotExist",
      "AWS.SimpleQueueService.NonExistentQueue;Sender",
      "configuration",
    ],
    [400, "com.amazonaws.sqs#InvalidParameterValue", "InvalidParameterValue;Sender", "message"],
    [
      400,
      "com.amazonaws.sqs#BatchRequestTooLong",
      "AWS.SimpleQueueService.BatchRequestTooLong;Sender",
      "message",
    ],
    [400, "com.amazonaws.sqs#KmsThrottled", "KMS.ThrottlingException;Sender", "throttled"],
    [400, "com.amazonaws.sqs#KmsAccessDenied", "KMS.AccessDeniedException;Sender", "denied"],
    [403, "com.amazon.coral.service#AccessDeniedException", "AccessDenied;Sender", "denied"],
    [403, "com.amazonaws.sqs#RequestThrottled", "RequestThrottled;Sender", "throttled"],
    [503, "com.amazonaws.sqs#ServiceUnavailable", "ServiceUnavailable;Receiver", "unreachable"],
  ])("fails on status %i, %s as the service writes it", async (status, type, queryError, expected) => {
    respond = (_, response) => {
      response.writeHead(status, {
        "content-type": "application/x-amz-json-1.0",
        "x-amzn-query-error": queryError,
      });
      response.end(JSON.stringify({ __type: type, message: "no" }));
      return true;
    };
    expect(await send("b")).toMatchObject([{ accepted: false, class: expected }]);
    expect(stub.calls.length).toBeLessThanOrEqual(2);
  });

  test("fails on a page of HTML from something in between", async () => {
    respond = (_, response) => {
      response.writeHead(502, { "content-type": "text/html" });
      response.end("<html>bad gateway</html>");
      return true;
    };
    expect(await send("b")).toMatchObject([{ accepted: false, class: "unreachable" }]);
  });

  test("fails at the deadline when a queue takes the call and does not answer", async () => {
    respond = () => true;
    const controller = new AbortController();
    const deadline = { signal: controller.signal, mayStart: () => true };
    const target = { client: sqsClient("us-east-1"), queueUrl: url("orders") };
    const sending = sendBatch(target, [{ body: "b", attributes: {} }], deadline, Date.now);
    setTimeout(() => controller.abort(), 50);
    expect(await sending).toMatchObject([{ accepted: false, class: "deadline" }]);
  });

  test("gives up a queue that does not answer, after one more attempt", async () => {
    respond = () => true;
    const target = {
      client: sqsClient("us-east-1", { ...PATIENT, requestTimeoutMs: 100 }),
      queueUrl: url("orders"),
    };
    expect(await sendBatch(target, [{ body: "b", attributes: {} }], openDeadline(), Date.now)).toMatchObject([
      { accepted: false, class: "unreachable", code: "TimeoutError" },
    ]);
    expect(stub.calls).toHaveLength(2);
  });

  test("gives up at once, impatiently, a queue that does not answer", async () => {
    respond = () => true;
    const target = {
      client: sqsClient("us-east-1", { ...IMPATIENT, requestTimeoutMs: 100 }),
      queueUrl: url("orders"),
    };
    const [outcome] = await sendBatch(target, [{ body: "b", attributes: {} }], openDeadline(), Date.now);
    expect(outcome).toMatchObject({ accepted: false, class: "unreachable", code: "TimeoutError" });
    expect(stub.calls).toHaveLength(1);
  });

  test("sends over the connection that it has", async () => {
    const target = { client: sqsClient("us-east-1"), queueUrl: url("orders") };
    const before = stub.connections();
    for (let call = 0; call < 5; call += 1) {
      await sendBatch(target, [{ body: "b", attributes: {} }], openDeadline(), Date.now);
    }
    expect(stub.connections() - before).toBe(1);
  });

  test("gives up a queue that falls silent within its answer", async () => {
    respond = (_, response) => {
      response.write("{");
      return true;
    };
    const target = {
      client: sqsClient("us-east-1", { ...PATIENT, requestTimeoutMs: 100 }),
      queueUrl: url("orders"),
    };
    const [outcome] = await sendBatch(target, [{ body: "b", attributes: {} }], openDeadline(), Date.now);
    expect(outcome?.accepted).toBe(false);
  });

  test("drops the text of errors, which may quote a message", async () => {
    const command = new SendMessageBatchCommand({
      QueueUrl: url("q"),
      Entries: [{ Id: "0", MessageBody: "b" }],
    });
    const answer = (status: number, body: object) => {
      respond = (_, response) => {
        response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
        response.end(JSON.stringify(body));
        return true;
      };
      return sqsClient("us-east-1").send(command);
    };
    await expect(
      answer(400, { __type: "com.amazonaws.sqs#InvalidMessageContents", message: "secret" }),
    ).rejects.toMatchObject({ name: "InvalidMessageContents", message: "InvalidMessageContents" });
    const Failed = [{ Id: "0", Code: "InvalidParameterValue", Message: "secret", SenderFault: true }];
    expect(await answer(200, { Successful: [], Failed })).toMatchObject({
      Failed: [{ Id: "0", Code: "InvalidParameterValue", SenderFault: true }],
    });
    expect(JSON.stringify(await answer(200, { Successful: [], Failed }))).not.toContain("secret");
  });
});
