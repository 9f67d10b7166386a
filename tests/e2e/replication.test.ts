import { readFileSync } from "node:fs";
import path from "node:path";
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { ORIGIN_ATTRIBUTE, originIn } from "../../replicator/message/origin";
import { sumCalls } from "../emulator/call-counter";
import { allow, type ClientOptions, createRole, roleCredentials, sqsClient } from "../emulator/clients";
import { childEnvironment } from "../emulator/environment";
import { installEmulator } from "../emulator/install";
import { runCommand } from "../emulator/run-command";
import { changedResources } from "../emulator/terraform-plan";
import { waitFor } from "../emulator/wait";
import { CONSUMER_ROLE, HOME_ACCOUNT, PEER_ACCOUNT, PRODUCER_ROLE } from "../fixtures";
import {
  asConsumer,
  asPeer,
  asProducer,
  everyOrder,
  HOME,
  MESSAGES,
  PEER,
  QUEUE,
  runOrders,
  useDeployed,
} from "./deployed";
import { describeModes } from "./modes";

jest.setTimeout(300_000);

const OUTAGE_MS = 30_000;
/** Not every batch is full, least of all the first and the last ones; each call more per message costs the user money. */
const MOST_REQUESTS_PER_MESSAGE = 1.5;
const deployed = useDeployed();

const home = () => deployed().deployment.topology(QUEUE, HOME);
const peer = () => deployed().deployment.topology(QUEUE, PEER);

async function call<T>(
  options: ClientOptions,
  work: (client: ReturnType<typeof sqsClient>) => Promise<T>,
): Promise<T> {
  const client = sqsClient(deployed().emulator, { maxAttempts: 1, ...options });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

const send = (queueUrl: string, options: ClientOptions, more: Partial<SendMessageCommand["input"]> = {}) =>
  call(options, (client) =>
    client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "hello", ...more })),
  );

/** Takes the one message that a queue holds or will hold. */
async function take(queueUrl: string, options: ClientOptions): Promise<Message> {
  return call(options, (client) =>
    waitFor(
      async () => {
        const { Messages = [] } = await client.send(
          new ReceiveMessageCommand({
            QueueUrl: queueUrl,
            MessageAttributeNames: ["All"],
            MessageSystemAttributeNames: ["All"],
            WaitTimeSeconds: 1,
          }),
        );
        const [message] = Messages;
        if (message === undefined) return undefined;
        await client.send(
          new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }),
        );
        return message;
      },
      { timeoutMs: 60_000, what: `a message on ${queueUrl}` },
    ),
  );
}

/** Sends to the home's ingress and takes the message from both ends. */
async function roundTrip(more: Partial<SendMessageCommand["input"]>) {
  const { MessageId } = await send(home().ingress.url, asProducer, more);
  const [delivered, copy] = await Promise.all([
    take(home().work.url, asConsumer),
    take(peer().standbys[HOME]!.url, asPeer),
  ]);
  return { id: MessageId, delivered, copy };
}

const origin = ({ MessageAttributes = {} }: Message) => originIn({ body: "", attributes: MessageAttributes });

describe("who may do what", () => {
  const queueArn = `arn:aws:sqs:${HOME}:${HOME_ACCOUNT}:orders-ingress`;
  const roleWith = (name: string, policies: Record<string, object>) =>
    createRole(deployed().emulator, { account: HOME_ACCOUNT, name, policies });

  test("a configured producer may send", async () => {
    const { id, delivered, copy } = await roundTrip({});
    expect([delivered.Body, copy.Body]).toEqual(["hello", "hello"]);
    expect([origin(delivered)?.id, origin(copy)?.id]).toEqual([id, id]);
  });

  test("fails for a role that is no producer, even with every right on SQS", async () => {
    const role = await roleWith("stranger", { everything: allow("sqs:*") });
    await expect(send(home().ingress.url, { ...asProducer, role })).rejects.toThrow(
      /explicit deny|not authorized/i,
    );
  });

  test("fails for a role without any policy", async () => {
    const role = await roleWith("nobody", { other: allow("sqs:ListQueues", queueArn) });
    await expect(send(home().ingress.url, { ...asProducer, role })).rejects.toThrow(/not authorized/i);
  });

  test("fails for a consumer that sends, and for a producer that receives", async () => {
    await expect(send(home().ingress.url, asConsumer)).rejects.toThrow(/not authorized/i);
    const receive = new ReceiveMessageCommand({ QueueUrl: home().work.url });
    await expect(call(asProducer, (client) => client.send(receive))).rejects.toThrow(/not authorized/i);
  });

  test("fails for a role of the home that sends to outbox or standby itself", async () => {
    const role = await roleWith("forger", { everything: allow("sqs:*") });
    await expect(send(home().outboxes[PEER]!.url, { ...asProducer, role })).rejects.toThrow(
      /not authorized/i,
    );
    await expect(send(peer().standbys[HOME]!.url, { ...asProducer, role, region: PEER })).rejects.toThrow(
      /not authorized/i,
    );
  });

  test("fails without TLS", async () => {
    await expect(send(home().ingress.url, { ...asProducer, plain: true })).rejects.toThrow(/not authorized/i);
  });
});

describe("fidelity", () => {
  const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";

  test("trace header and fair-queue group arrive as they were sent, and are not made up", async () => {
    const sent = await roundTrip({
      MessageGroupId: "tenant-1",
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: trace } },
    });
    for (const { Attributes } of [sent.delivered, sent.copy]) {
      expect(Attributes).toMatchObject({ AWSTraceHeader: trace, MessageGroupId: "tenant-1" });
    }
    const plain = await roundTrip({});
    for (const { Attributes = {} } of [plain.delivered, plain.copy]) {
      expect(Object.keys(Attributes)).not.toContain("AWSTraceHeader");
      expect(Object.keys(Attributes)).not.toContain("MessageGroupId");
    }
  });

  test("a message with ten attributes has no room for an origin and travels unchanged", async () => {
    const attributes = Object.fromEntries(
      Array.from({ length: 10 }, (_, i): [string, MessageAttributeValue] => [
        `a${i}`,
        { DataType: "String.custom", StringValue: `value ${i}` },
      ]),
    );
    const { delivered, copy } = await roundTrip({ MessageAttributes: attributes });
    expect(delivered.MessageAttributes).toEqual(attributes);
    expect(copy.MessageAttributes).toEqual(attributes);
  });

  test("a stale origin on ingress is overwritten", async () => {
    const first = await roundTrip({});
    const again = await roundTrip({
      MessageAttributes: { [ORIGIN_ATTRIBUTE]: first.delivered.MessageAttributes![ORIGIN_ATTRIBUTE]! },
    });
    expect(origin(again.copy)?.id).toBe(again.id);
    expect(again.id).not.toBe(first.id);
  });

  test("the origin tells home, sender and the time at which ingress took the message", async () => {
    const { id, copy } = await roundTrip({});
    expect(origin(copy)).toEqual({
      v: 1,
      home: HOME,
      id,
      sent: expect.any(Number),
      sender: expect.stringMatching(/^AROA\w+:/),
    });
  });
});

/** Batches that functions have processed so far, as the emulator's log has them. */
function batchesProcessed(): number {
  const log = readFileSync(deployed().emulator.logFile, "utf8");
  return [...log.matchAll(/ESM: Lambda \S+ processed \d+ SQS messages/g)].length;
}

test("a stock producer and consumer of another language work with nothing but endpoint and credentials", async () => {
  const { emulator } = deployed();
  const { python, packages } = await installEmulator();
  const variables = async (region: string, account: string, role?: string) => ({
    AWS_ENDPOINT_URL: emulator.endpoint(region),
    AWS_CA_BUNDLE: emulator.certificateFile,
    ...(await roleCredentials(emulator, { account, ...(role && { role }) })),
  });
  const given = {
    queue: QUEUE,
    regions: { home: HOME, peer: PEER },
    producer: await variables(HOME, HOME_ACCOUNT, PRODUCER_ROLE),
    consumer: await variables(HOME, HOME_ACCOUNT, CONSUMER_ROLE),
    peer: await variables(PEER, PEER_ACCOUNT),
  };
  const { exitCode, stdout, stderr } = await runCommand(
    python,
    [path.join(__dirname, "stock_client.py"), JSON.stringify(given)],
    childEnvironment({ PYTHONPATH: packages }),
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const { id, delivered, copy } = JSON.parse(stdout);
  expect(delivered).toEqual({
    body: '{"order": 1}',
    attributes: {
      kind: { DataType: "String", StringValue: "order" },
      total: { DataType: "Number", StringValue: "12.50" },
      digest: { DataType: "Binary", BinaryValue: "AP8=" },
      [ORIGIN_ATTRIBUTE]: { DataType: "String", StringValue: expect.stringContaining(`"id":"${id}"`) },
    },
  });
  expect(copy).toEqual(delivered);
});

describe("an order system", () => {
  test("has every order in both regions, at a known cost in requests", async () => {
    const { gateway } = deployed().emulator;
    const mark = gateway.mark();
    const batchesBefore = batchesProcessed();
    // The producer calls from the peer's side of the gateway, so that what comes from the home is the functions' own.
    const result = await runOrders(deployed(), { producerRegion: PEER }).finished;
    expect(result).toMatchObject(everyOrder());

    const ofFunctions = (operation: string) =>
      sumCalls(gateway.calls(mark), { source: HOME, service: "sqs", operation });
    const sends = ofFunctions("SendMessageBatch") + ofFunctions("ChangeMessageVisibilityBatch");
    // Pollers stand inside the emulator: as on AWS, they receive and delete once per batch.
    const polls = 2 * (batchesProcessed() - batchesBefore);
    const perMessage = (sends + polls) / MESSAGES;
    process.stdout.write(
      `SQS requests per message: ${perMessage.toFixed(2)} (functions ${sends}, pollers ${polls}, messages ${MESSAGES})\n`,
    );
    // 0.7 with full batches of ten: send to outbox, work and standby; receive and delete on ingress and outbox.
    expect(perMessage).toBeGreaterThanOrEqual(0.7);
    expect(perMessage).toBeLessThan(MOST_REQUESTS_PER_MESSAGE);
  });

  test("loses nothing when a function is killed in the middle", async () => {
    const { emulator } = deployed();
    const { finished, counts } = runOrders(deployed());
    const killed: string[] = [];
    for (const role of ["replicator", "forwarder"]) {
      await waitFor(() => counts().delivered > 0 && counts().sent < MESSAGES, { what: "a run in full flow" });
      const worker = await waitFor(
        async () => (await emulator.workers()).find(({ functionName }) => functionName.includes(role)),
        { what: `a worker of the ${role}` },
      );
      await emulator.killWorker(worker.pid);
      killed.push(worker.functionName);
    }
    expect(await finished).toMatchObject(everyOrder());
    expect(killed).toEqual([
      deployed().deployment.topology(QUEUE, HOME).replicator.name,
      deployed().deployment.topology(QUEUE, HOME).forwarders[PEER]!.name,
    ]);
  });

  test("serves the home while the peer is refused for 30 s, and copies everything afterwards", async () => {
    const { gateway } = deployed().emulator;
    const outage = gateway.inject({ kind: "refuse", source: HOME, target: PEER, service: "sqs" });
    const begin = performance.now();
    const { finished, counts } = runOrders(deployed());
    await waitFor(() => counts().delivered === MESSAGES, {
      timeoutMs: 240_000,
      what: "delivery of every order at home",
    });
    expect(counts()).toEqual({ sent: MESSAGES, delivered: MESSAGES, copied: 0 });
    await waitFor(() => performance.now() - begin >= OUTAGE_MS, { timeoutMs: 2 * OUTAGE_MS });
    expect(counts().copied).toBe(0);
    expect(outage.met).toBeGreaterThan(0);
    outage.lift();
    // Copies repeated by a retry are duplicates on the standby queue; on the work queue there are none.
    expect(await finished).toMatchObject(everyOrder());
  });
});

const describeFull = process.env.TEST_TIER === "full" ? describe : describe.skip;

describeFull("a large run", () => {
  test("has 20,000 orders in both regions", async () => {
    const { finished } = runOrders(deployed(), { messages: 20_000 });
    expect(await finished).toMatchObject(everyOrder(20_000));
  }, 900_000);
});

describeModes(deployed);

describe("after all that", () => {
  const terraformOf = (region: string) =>
    deployed().deployment.terraform(deployed().deployment.regionStack(region));

  test.each([HOME, PEER])("terraform plan of %s shows no change", async (region) => {
    const { changes, plan } = await terraformOf(region).plan();
    expect(changedResources(plan)).toEqual([]);
    expect(changes).toBe(false);
  });

  test("ARNs and URLs that the stacks computed are those that exist", async () => {
    for (const region of [HOME, PEER]) {
      const outputs = await terraformOf(region).output();
      const { ingress, work, outboxes, standbys } = deployed().deployment.topology(QUEUE, region);
      const other = region === HOME ? PEER : HOME;
      expect(outputs).toMatchObject({
        orders_ingress_queue_arn: ingress.arn,
        orders_work_queue_arn: work.arn,
        [`orders_outbox_${other}_queue_arn`]: outboxes[other]!.arn,
        [`orders_standby_${other}_queue_arn`]: standbys[other]!.arn,
      });
      expect(new URL(String(outputs.orders_ingress_queue_url)).pathname).toBe(new URL(ingress.url).pathname);
    }
  });

  test("dead-letter queues are empty", async () => {
    for (const { url } of [home().dlq, home().ingressDlq]) {
      const { Attributes } = await call({ region: HOME, account: HOME_ACCOUNT }, (client) =>
        client.send(
          new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["ApproximateNumberOfMessages"] }),
        ),
      );
      expect(Attributes).toEqual({ ApproximateNumberOfMessages: "0" });
    }
  });
});
