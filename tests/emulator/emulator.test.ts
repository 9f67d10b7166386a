import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { queueArn, queueUrl, roleArn } from "../../core/names";
import { runCleanup } from "../../emulator/cleanup";
import { allow, createRole, sqsClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { waitFor } from "../../emulator/wait";
import { bundleFunction } from "./fixtures/bundle";
import { createFunction, createMapping, enableMappings } from "./fixtures/lambda-api";
import { REPORTER, type Report } from "./fixtures/reporter";

const REGION = "us-east-1";
const PEER = "us-west-2";
const ACCOUNT = "111111111111";
const MEBIBYTE = 1_048_576;

let emulator: Emulator;
let root: SQSClient;
let queues = 0;

beforeAll(async () => {
  emulator = await startEmulator({ regions: [REGION, PEER] });
  root = sqsClient(emulator, { region: REGION, account: ACCOUNT });
}, 180_000);

afterAll(async () => {
  root.destroy();
  await runCleanup();
});

interface Queue {
  readonly arn: string;
  readonly url: string;
}

async function createQueue(
  attributes: Record<string, string> = {},
  name = `queue-${++queues}`,
): Promise<Queue> {
  const fullName = attributes.FifoQueue === "true" ? `${name}.fifo` : name;
  await root.send(new CreateQueueCommand({ QueueName: fullName, Attributes: attributes }));
  return { arn: queueArn(REGION, ACCOUNT, fullName), url: queueUrl(REGION, ACCOUNT, fullName) };
}

async function receive(url: string, client = root): Promise<readonly Message[]> {
  const answer = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
      WaitTimeSeconds: 1,
    }),
  );
  return answer.Messages ?? [];
}

describe("identity", () => {
  test("batch calls need the permission of the single call, and no other", async () => {
    const { url } = await createQueue();
    const sender = await createRole(emulator, {
      account: ACCOUNT,
      name: "sender",
      policies: { send: allow("sqs:SendMessage") },
    });
    const client = sqsClient(emulator, { region: REGION, account: ACCOUNT, role: sender });
    const sent = await client.send(
      new SendMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: "a", MessageBody: "hello" }] }),
    );
    expect(sent.Successful).toHaveLength(1);

    const Entries = [{ Id: "a", ReceiptHandle: (await receive(url))[0]?.ReceiptHandle }];
    await expect(client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }))).rejects.toThrow(
      /not authorized to perform: sqs:DeleteMessage/i,
    );
    client.destroy();
  });

  test("aws:PrincipalArn is the role's ARN with its path, and the sender is the role's unique id", async () => {
    const { url, arn } = await createQueue();
    const roles = await Promise.all(
      ["insider", "outsider"].map((name) =>
        createRole(emulator, {
          account: ACCOUNT,
          name,
          path: "/team/",
          policies: { send: allow("sqs:SendMessage") },
        }),
      ),
    );
    expect(roles[0]).toBe(roleArn(REGION, ACCOUNT, "/team/", "insider"));
    const Policy = policyThatDenies(arn, { ArnNotEquals: { "aws:PrincipalArn": roles[0] } });
    await root.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));

    const [insider, outsider] = roles.map((role) =>
      sqsClient(emulator, { region: REGION, account: ACCOUNT, role }),
    );
    const command = new SendMessageCommand({ QueueUrl: url, MessageBody: "hello" });
    await insider?.send(command);
    await expect(outsider?.send(command)).rejects.toMatchObject({ name: "AccessDenied" });

    const [message] = await receive(url);
    expect(message?.Attributes?.SenderId).toMatch(/^AROA\w+:test$/);
    insider?.destroy();
    outsider?.destroy();
  });

  test("aws:SecureTransport is false for calls without TLS only", async () => {
    const { url, arn } = await createQueue();
    const Policy = policyThatDenies(arn, { Bool: { "aws:SecureTransport": "false" } });
    await root.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
    const command = new SendMessageCommand({ QueueUrl: url, MessageBody: "hello" });
    const role = await createRole(emulator, {
      account: ACCOUNT,
      name: "plain",
      policies: { all: allow("sqs:*") },
    });

    const secure = sqsClient(emulator, { region: REGION, account: ACCOUNT, role });
    await secure.send(command);
    const plain = sqsClient(emulator, { region: REGION, account: ACCOUNT, role, plain: true });
    await expect(plain.send(command)).rejects.toMatchObject({ name: "AccessDenied" });
    secure.destroy();
    plain.destroy();
  });

  test("fails for an account that has not 12 digits", () => {
    expect(() => sqsClient(emulator, { region: REGION, account: "1234" })).toThrow(
      'account "1234": an AWS account has 12 digits',
    );
  });
});

describe("messages", () => {
  const text = (value: string): MessageAttributeValue => ({ DataType: "String", StringValue: value });

  test("keep attributes of every type, group id and trace header through a batch", async () => {
    const { url } = await createQueue();
    const MessageAttributes = {
      amount: { DataType: "Number.money", StringValue: "12.50" },
      raw: { DataType: "Binary.png", BinaryValue: new Uint8Array([0, 255, 10]) },
    };
    const AWSTraceHeader = text("Root=1-5759e988-bd862e3fe1be46a994272793");
    const entry = { Id: "a", MessageBody: "hello", MessageAttributes, MessageGroupId: "tenant-1" };
    await root.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: [{ ...entry, MessageSystemAttributes: { AWSTraceHeader } }],
      }),
    );

    const [message] = await receive(url);
    expect(message?.MessageAttributes).toEqual(MessageAttributes);
    expect(message?.Attributes).toMatchObject({
      MessageGroupId: "tenant-1",
      AWSTraceHeader: AWSTraceHeader.StringValue,
    });
  });

  test.each([
    ["an empty attribute", { MessageAttributes: { a: text("") } }, "non-empty value"],
    [
      "a number that is none",
      { MessageAttributes: { a: { DataType: "Number", StringValue: "x" } } },
      "number",
    ],
    [
      "eleven attributes",
      { MessageAttributes: Object.fromEntries([..."abcdefghijk"].map((name) => [name, text("1")])) },
      "maximum \\[10\\]",
    ],
    [
      "a deduplication id on a standard queue",
      { MessageDeduplicationId: "1" },
      "not valid for this queue type",
    ],
    ["a delay of more than 900 seconds", { DelaySeconds: 901 }, "<= 900"],
  ])("fails %s", async (_what, part, reason) => {
    const { url } = await createQueue();
    const command = new SendMessageCommand({ QueueUrl: url, MessageBody: "hello", ...part });
    await expect(root.send(command)).rejects.toThrow(new RegExp(reason));
  });

  test("count attributes towards the size of a message", async () => {
    const { url } = await createQueue({ MaximumMessageSize: "1024" });
    const MessageBody = "x".repeat(1_000);
    await root.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    const command = new SendMessageCommand({
      QueueUrl: url,
      MessageBody,
      MessageAttributes: { name: text("y".repeat(15)) },
    });
    await expect(root.send(command)).rejects.toThrow("shorter than 1024 bytes");
  });

  test("batches may have up to 1 MiB in total", async () => {
    const { url } = await createQueue();
    const batch = (bytes: number): SendMessageBatchCommand =>
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: ["a", "b", "c", "d"].map((Id) => ({ Id, MessageBody: "x".repeat(bytes / 4) })),
      });
    expect((await root.send(batch(MEBIBYTE))).Successful).toHaveLength(4);
    await expect(root.send(batch(MEBIBYTE + 4))).rejects.toMatchObject({ name: "BatchRequestTooLong" });
  });

  test("can be deleted twice on a standard queue", async () => {
    const { url } = await createQueue();
    await root.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "hello" }));
    const ReceiptHandle = (await receive(url))[0]?.ReceiptHandle;
    const command = new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle });
    await root.send(command);
    await root.send(command);
    const again = await root.send(
      new DeleteMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: "a", ReceiptHandle }] }),
    );
    expect(again.Successful).toHaveLength(1);
    await expect(
      root.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: "nonsense" })),
    ).rejects.toMatchObject({ name: "ReceiptHandleIsInvalid" });
  });
});

describe("queues", () => {
  test("of a FIFO queue, one message of a batch is deleted and one that is gone is not", async () => {
    const { url } = await createQueue({ FifoQueue: "true", ContentBasedDeduplication: "true" });
    const Entries = ["a", "b"].map((Id) => ({ Id, MessageBody: Id, MessageGroupId: Id }));
    await root.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    const [first, second] = (await receive(url)).map(({ ReceiptHandle }) => ReceiptHandle);
    const remove = (handles: readonly (string | undefined)[]) =>
      root.send(
        new DeleteMessageBatchCommand({
          QueueUrl: url,
          Entries: handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle })),
        }),
      );
    expect((await remove([first])).Successful).toHaveLength(1);
    expect(await remove([first, second])).toMatchObject({
      Successful: [{ Id: "1" }],
      Failed: [{ Id: "0", Code: "ReceiptHandleIsInvalid" }],
    });
  });

  test("give a message to their dead-letter queue after its last receive, and keep the others", async () => {
    const dlq = await createQueue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount: "2" });
    const { url } = await createQueue({ VisibilityTimeout: "0", RedrivePolicy });
    await root.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "poison" }));
    expect(await receive(url)).toHaveLength(1);
    expect(await receive(url)).toHaveLength(1);
    await root.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "fresh" }));

    expect((await receive(url)).map(({ Body }) => Body)).toEqual(["fresh"]);
    expect((await receive(dlq.url)).map(({ Body }) => Body)).toEqual(["poison"]);
  });
});

describe("faults", () => {
  let sender: SQSClient;

  beforeAll(async () => {
    const role = await createRole(emulator, {
      account: ACCOUNT,
      name: "sender-with-faults",
      policies: { send: allow(["sqs:SendMessage", "sqs:ReceiveMessage"]) },
    });
    sender = sqsClient(emulator, { region: REGION, account: ACCOUNT, role, maxAttempts: 1 });
  });

  afterEach(() => emulator.gateway.liftAll());
  afterAll(() => sender.destroy());

  const batch = (url: string, ids: string) =>
    sender.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: [...ids].map((Id) => ({
          Id,
          MessageBody: Id,
          MessageAttributes: { a: { DataType: "String", StringValue: Id } },
        })),
      }),
    );
  const onQueue = async (url: string) => (await receive(url)).map(({ Body }) => Body).sort();
  const idsOf = (entries: readonly { readonly Id?: string | undefined }[] = []) =>
    entries.map(({ Id }) => Id).sort();

  test("a dropped entry is not on the queue and reported as failed inside SQS, the others are taken", async () => {
    const { url } = await createQueue();
    emulator.gateway.inject({ kind: "dropEntries", probability: 0.5, seed: "1" });
    const { Successful, Failed } = await batch(url, "abcdefgh");

    expect(Failed?.length).toBeGreaterThan(0);
    expect(Failed?.[0]).toMatchObject({ Code: "InternalError", SenderFault: false });
    expect([...idsOf(Successful), ...idsOf(Failed)].sort()).toEqual([..."abcdefgh"]);
    expect(await onQueue(url)).toEqual(idsOf(Successful));
  });

  test("whoever may not send is told so, whatever the gateway would drop", async () => {
    const { url } = await createQueue();
    const role = await createRole(emulator, { account: ACCOUNT, name: "receiver", policies: {} });
    const client = sqsClient(emulator, { region: REGION, account: ACCOUNT, role });
    emulator.gateway.inject({ kind: "dropEntries" });
    const Entries = [{ Id: "a", MessageBody: "hello" }];
    await expect(client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }))).rejects.toThrow(
      /not authorized/i,
    );
    client.destroy();
  });

  test("a misreported entry is on the queue, and the SDK accepts the digests of the others", async () => {
    const { url } = await createQueue();
    emulator.gateway.inject({ kind: "misreportEntries", probability: 0.5, seed: "1" });
    const { Successful, Failed } = await batch(url, "abcdefgh");

    expect([Successful?.length, Failed?.length]).not.toContain(0);
    expect(await onQueue(url)).toEqual([..."abcdefgh"]);
  });

  test("the SDK knows a throttled call and one that failed inside SQS after it was carried out", async () => {
    const { url } = await createQueue();
    const throttle = emulator.gateway.inject({ kind: "throttle" });
    await expect(batch(url, "a")).rejects.toMatchObject({
      name: "RequestThrottled",
      $metadata: { httpStatusCode: 400 },
    });
    throttle.lift();
    emulator.gateway.inject({ kind: "failAfter", limit: 1 });
    await expect(batch(url, "b")).rejects.toMatchObject({
      name: "InternalError",
      $metadata: { httpStatusCode: 500 },
    });
    expect(await onQueue(url)).toEqual(["b"]);
  });
});

describe("functions", () => {
  let role: string;
  let zip: Buffer;

  beforeAll(async () => {
    role = await createRole(emulator, {
      account: ACCOUNT,
      name: "reporter",
      policies: { all: allow("sqs:*") },
    });
    zip = await bundleFunction(REPORTER);
  });

  /** A queue that a function of its own reads. */
  async function reportedQueue(batchSize: number, windowSeconds: number, visibilitySeconds: number) {
    const queue = await createQueue({ VisibilityTimeout: String(visibilitySeconds) });
    const name = `reporter-${queues}`;
    const reports = await createQueue({ VisibilityTimeout: "600" }, `${name}-reports`);
    const variables = { REPORTS_URL: reports.url };
    await createFunction(emulator, {
      region: REGION,
      account: ACCOUNT,
      name,
      role,
      zip,
      timeoutSeconds: visibilitySeconds,
      variables,
    });
    await createMapping(emulator, {
      region: REGION,
      account: ACCOUNT,
      functionName: name,
      queueArn: queue.arn,
      batchSize,
      windowSeconds,
    });
    return { ...queue, name, nextReport: () => nextReport(reports.url) };
  }

  async function nextReport(url: string): Promise<Report> {
    const [message] = await waitFor(
      async () => {
        const messages = await receive(url);
        return messages.length > 0 && messages;
      },
      { timeoutMs: 30_000, what: "a report" },
    );
    return JSON.parse(message?.Body ?? "{}") as Report;
  }

  test("see what Lambda gives them, their own variables and the endpoint of their region, nothing of this machine", async () => {
    process.env.SECRET_OF_THIS_MACHINE = "leaked";
    const { url, name, nextReport } = await reportedQueue(1, 0, 30);
    await root.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: "hello",
        MessageGroupId: "tenant-1",
        MessageAttributes: { raw: { DataType: "Binary.png", BinaryValue: new Uint8Array([1, 2]) } },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: "Root=1-a" } },
      }),
    );

    const { event, environment } = await nextReport();
    expect(event.Records[0]).toMatchObject({
      body: "hello",
      awsRegion: REGION,
      attributes: { MessageGroupId: "tenant-1", SenderId: ACCOUNT, AWSTraceHeader: "Root=1-a" },
      messageAttributes: {
        raw: { dataType: "Binary.png", binaryValue: "AQI=", stringListValues: [], binaryListValues: [] },
      },
    });
    expect(environment).toMatchObject({
      REPORTS_URL: expect.any(String),
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
      AWS_ENDPOINT_URL: emulator.endpoint(REGION),
      NODE_EXTRA_CA_CERTS: emulator.certificateFile,
    });
    const foreign = Object.keys(environment).filter((variable) =>
      /SECRET_OF|EMULATOR|MINISTACK_(?!INVOKE)|PYTHON|AUTH$|PORT$/.test(variable),
    );
    expect(foreign).toEqual([]);
  }, 60_000);

  test("get more than ten messages at once when the mapping has a batching window", async () => {
    const { url, nextReport } = await reportedQueue(100, 1, 30);
    for (let batch = 0; batch < 3; batch += 1) {
      const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: `${batch}` }));
      await root.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    }
    expect((await nextReport()).event.Records).toHaveLength(30);
  }, 60_000);

  test("fail the batch by an answer that names an empty item", async () => {
    const { url, nextReport } = await reportedQueue(1, 0, 2);
    const answer = { batchItemFailures: [{ itemIdentifier: "" }] };
    await root.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify({ answer }) }));

    await nextReport();
    const second = await nextReport();
    expect(second.event.Records[0]?.attributes.ApproximateReceiveCount).toBe("2");
  }, 60_000);

  test("leave their messages on the queue when their worker is killed", async () => {
    const { url, name, nextReport } = await reportedQueue(1, 0, 5);
    await root.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify({ sleepSeconds: 4 }) }),
    );
    await nextReport();
    const worker = (await emulator.workers()).find(({ functionName }) => functionName === name);
    expect(worker).toMatchObject({ functionName: name, region: REGION });
    await emulator.killWorker(worker?.pid ?? 0);

    const second = await nextReport();
    expect(second.event.Records[0]?.attributes.ApproximateReceiveCount).toBe("2");
  }, 60_000);

  test("get nothing while their mappings are disabled, and what waited afterwards", async () => {
    const { url, name, nextReport } = await reportedQueue(1, 0, 30);
    const mapping = { region: REGION, account: ACCOUNT, functionName: name };
    await enableMappings(emulator, mapping, false);
    await root.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "waits" }));
    const { Attributes } = await root.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["ApproximateNumberOfMessages"] }),
    );
    expect(Attributes).toEqual({ ApproximateNumberOfMessages: "1" });

    await enableMappings(emulator, mapping, true);
    expect((await nextReport()).event.Records[0]?.body).toBe("waits");
  }, 60_000);

  test("fails to kill a process that is no worker", async () => {
    await expect(emulator.killWorker(process.pid)).rejects.toThrow(
      `process ${process.pid} is not a Lambda worker`,
    );
  });

  test("fails a mapping above ten messages without a window, or of a queue that shows messages again too soon", async () => {
    await expect(reportedQueue(11, 0, 30)).rejects.toThrow("11 without a window");
    const { arn } = await createQueue({ VisibilityTimeout: "5" });
    const name = "slow";
    await createFunction(emulator, { region: REGION, account: ACCOUNT, name, role, zip, timeoutSeconds: 6 });
    await expect(
      createMapping(emulator, {
        region: REGION,
        account: ACCOUNT,
        functionName: name,
        queueArn: arn,
        batchSize: 1,
      }),
    ).rejects.toThrow("5 seconds is less than Function timeout: 6 seconds");
  });
});

function policyThatDenies(arn: string, Condition: object): string {
  const statement = { Effect: "Deny", Principal: "*", Action: "sqs:SendMessage", Resource: arn, Condition };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
