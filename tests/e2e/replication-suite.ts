import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { sumCalls } from "../../emulator/call-counter";
import {
  allow,
  type ClientOptions,
  createRole,
  exactly,
  roleCredentials,
  sqsClient,
} from "../../emulator/clients";
import { childEnvironment } from "../../emulator/environment";
import { installEmulator } from "../../emulator/install";
import { runCommand } from "../../emulator/run-command";
import { changedResources } from "../../emulator/terraform-plan";
import { waitFor } from "../../emulator/wait";
import { ORIGIN_ATTRIBUTE, originIn } from "../../messages/origin";
import { type Deployed, everyOrder, HOME, PEER, type RunOptions, runOrders } from "./deployed";

/** Not every batch is full, least of all the first and the last ones; each call more per message costs the user money. */
const MOST_REQUESTS_PER_MESSAGE = 1.5;

/** A logical queue of mode `async`, and what is done with it. */
export interface ReplicationCase {
  readonly queue: string;
  readonly fifo: boolean;
  /** ARNs of the roles that send and receive, in the home's account. */
  readonly producerRole: string;
  readonly consumerRole: string;
  /** Orders of a run. */
  readonly messages: number;
  /** For how long the peer is refused. */
  readonly outageSeconds: number;
  /** Whether functions are killed, whose batches come back after the visibility timeout. */
  readonly killsFunctions: boolean;
}

/** What must hold of replication, whether stacks or modules have made it. Nothing is tested after it that sends messages. */
export function describeReplication(deployed: () => Deployed, settings: ReplicationCase): void {
  const subject = new Subject(deployed, settings);
  describeAccess(subject);
  describeFidelity(subject);
  describeStockClient(subject);
  describeOrderSystem(subject);
  describeAfterwards(subject);
}

/** A logical queue with clients for it. */
class Subject {
  constructor(
    readonly deployed: () => Deployed,
    readonly settings: ReplicationCase,
  ) {}

  get emulator() {
    return this.deployed().emulator;
  }

  get home() {
    return this.deployed().deployment.topology(this.settings.queue, HOME);
  }

  get peer() {
    return this.deployed().deployment.topology(this.settings.queue, PEER);
  }

  get standby() {
    return this.peer.standbys[HOME]!;
  }

  get asProducer(): ClientOptions {
    return { region: HOME, account: this.home.account, role: this.settings.producerRole };
  }

  get asConsumer(): ClientOptions {
    return { region: HOME, account: this.home.account, role: this.settings.consumerRole };
  }

  get asPeer(): ClientOptions {
    return { region: PEER, account: this.peer.account };
  }

  async call<T>(options: ClientOptions, work: (client: SQSClient) => Promise<T>): Promise<T> {
    const client = sqsClient(this.emulator, { maxAttempts: 1, ...options });
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }

  /** What every send has: on a FIFO queue, a group and an id of its own. */
  get always(): Partial<SendMessageCommandInput> {
    const id = randomUUID();
    return this.settings.fifo ? { MessageGroupId: id, MessageDeduplicationId: id } : {};
  }

  send(queueUrl: string, options: ClientOptions, more: Partial<SendMessageCommandInput> = {}) {
    const input = { QueueUrl: queueUrl, MessageBody: "hello", ...this.always, ...more };
    return this.call(options, (client) => client.send(new SendMessageCommand(input)));
  }

  /** Takes the one message that a queue holds or will hold. */
  take(queueUrl: string, options: ClientOptions): Promise<Message> {
    return this.call(options, (client) =>
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
  async roundTrip(more: Partial<SendMessageCommandInput> = {}) {
    const { MessageId } = await this.send(this.home.ingress.url, this.asProducer, more);
    const [delivered, copy] = await Promise.all([
      this.take(this.home.work.url, this.asConsumer),
      this.take(this.standby.url, this.asPeer),
    ]);
    return { id: MessageId, delivered, copy };
  }

  /** Starts an order system. */
  run(over: RunOptions = {}) {
    const { queue, producerRole, consumerRole, messages } = this.settings;
    return runOrders(this.deployed(), { queue, producerRole, consumerRole, messages, ...over });
  }

  /** Creates a role of the home's account. */
  role(name: string, policies: Readonly<Record<string, object>>): Promise<string> {
    const { queue } = this.settings;
    return createRole(this.emulator, { account: this.home.account, name: `${queue}-${name}`, policies });
  }
}

const origin = ({ MessageAttributes = {} }: Message) => originIn({ body: "", attributes: MessageAttributes });

function describeAccess(subject: Subject): void {
  describe("who may do what", () => {
    test("a configured producer may send", async () => {
      const { id, delivered, copy } = await subject.roundTrip();
      expect([delivered.Body, copy.Body]).toEqual(["hello", "hello"]);
      expect([origin(delivered)?.id, origin(copy)?.id]).toEqual([id, id]);
    });

    test("fails for a role that is no producer, even with every right on SQS", async () => {
      const role = await subject.role("stranger", { everything: allow("sqs:*") });
      const { asProducer, home } = subject;
      await expect(subject.send(home.ingress.url, { ...asProducer, role })).rejects.toThrow(
        /explicit deny|not authorized/i,
      );
    });

    test("fails for a role without any policy", async () => {
      const { asProducer, home } = subject;
      const role = await subject.role("nobody", { other: allow("sqs:ListQueues", home.ingress.arn) });
      await expect(subject.send(home.ingress.url, { ...asProducer, role })).rejects.toThrow(
        /not authorized/i,
      );
    });

    test("fails for a consumer that sends, and for a producer that receives", async () => {
      const { asConsumer, asProducer, home } = subject;
      await expect(subject.send(home.ingress.url, asConsumer)).rejects.toThrow(/not authorized/i);
      const receive = new ReceiveMessageCommand({ QueueUrl: home.work.url });
      await expect(subject.call(asProducer, (client) => client.send(receive))).rejects.toThrow(
        /not authorized/i,
      );
    });

    test("fails for a role of the home that sends to outbox or standby itself", async () => {
      const { asProducer, home, standby } = subject;
      const role = await subject.role("forger", { everything: allow("sqs:*") });
      await expect(subject.send(home.outboxes[PEER]!.url, { ...asProducer, role })).rejects.toThrow(
        /not authorized/i,
      );
      await expect(subject.send(standby.url, { ...asProducer, role, region: PEER })).rejects.toThrow(
        /not authorized/i,
      );
    });

    test("fails without TLS", async () => {
      const { asProducer, home } = subject;
      await expect(subject.send(home.ingress.url, { ...asProducer, plain: true })).rejects.toThrow(
        /not authorized/i,
      );
    });
  });
}

function describeFidelity(subject: Subject): void {
  describe("fidelity", () => {
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";

    test("trace header and message group arrive as they were sent, and are not made up", async () => {
      const sent = await subject.roundTrip({
        MessageGroupId: "tenant-1",
        MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: trace } },
      });
      for (const { Attributes } of [sent.delivered, sent.copy]) {
        expect(Attributes).toMatchObject({ AWSTraceHeader: trace, MessageGroupId: "tenant-1" });
      }
      const plain = await subject.roundTrip();
      for (const { Attributes = {} } of [plain.delivered, plain.copy]) {
        expect(Object.keys(Attributes)).not.toContain("AWSTraceHeader");
        if (!subject.settings.fifo) expect(Object.keys(Attributes)).not.toContain("MessageGroupId");
      }
    });

    test("a message with ten attributes has no room for an origin and travels unchanged", async () => {
      const attributes = Object.fromEntries(
        Array.from({ length: 10 }, (_, i): [string, MessageAttributeValue] => [
          `a${i}`,
          { DataType: "String.custom", StringValue: `value ${i}` },
        ]),
      );
      const { delivered, copy } = await subject.roundTrip({ MessageAttributes: attributes });
      expect(delivered.MessageAttributes).toEqual(attributes);
      expect(copy.MessageAttributes).toEqual(attributes);
    });

    test("a stale origin on ingress is overwritten", async () => {
      const first = await subject.roundTrip();
      const again = await subject.roundTrip({
        MessageAttributes: { [ORIGIN_ATTRIBUTE]: first.delivered.MessageAttributes![ORIGIN_ATTRIBUTE]! },
      });
      expect(origin(again.copy)?.id).toBe(again.id);
      expect(again.id).not.toBe(first.id);
    });

    test("the origin tells home, sender and the time at which ingress took the message", async () => {
      const { id, copy } = await subject.roundTrip();
      expect(origin(copy)).toEqual({
        v: 1,
        home: HOME,
        id,
        sent: expect.any(Number),
        sender: expect.stringMatching(/^AROA\w+:/),
        ...(subject.settings.fifo && { sequence: expect.any(String), dedup: expect.any(String) }),
      });
    });
  });
}

function describeStockClient(subject: Subject): void {
  test("a stock producer and consumer of another language work with nothing but endpoint and credentials", async () => {
    const { emulator, home, standby, asProducer, asConsumer, asPeer } = subject;
    const { python, packages } = await installEmulator();
    const variables = async (options: ClientOptions) => ({
      AWS_ENDPOINT_URL: emulator.endpoint(options.region),
      AWS_CA_BUNDLE: emulator.certificateFile,
      ...(await roleCredentials(emulator, options)),
    });
    const given = {
      queues: { ingress: home.ingress.name, work: home.work.name, standby: standby.name },
      regions: { home: HOME, peer: PEER },
      producer: await variables(asProducer),
      consumer: await variables(asConsumer),
      peer: await variables(asPeer),
      always: subject.always,
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
}

function describeOrderSystem(subject: Subject): void {
  const { messages, outageSeconds, killsFunctions } = subject.settings;

  describe("an order system", () => {
    test("has every order in both regions, at a known cost in requests", async () => {
      const { gateway, logFile } = subject.emulator;
      const mark = gateway.mark();
      const batchesBefore = batchesProcessed(logFile);
      // The producer calls from the peer's side of the gateway, so that what comes from the home is the functions' own.
      const result = await subject.run({ producerRegion: PEER }).finished;
      expect(result).toMatchObject(everyOrder(messages));

      const ofFunctions = (operation: string) =>
        sumCalls(gateway.calls(mark), { source: HOME, service: "sqs", operation });
      const sends = ofFunctions("SendMessageBatch") + ofFunctions("ChangeMessageVisibilityBatch");
      // Pollers stand inside the emulator: as on AWS, they receive and delete once per batch.
      const polls = 2 * (batchesProcessed(logFile) - batchesBefore);
      const perMessage = (sends + polls) / messages;
      process.stdout.write(
        `SQS requests per message: ${perMessage.toFixed(2)} (functions ${sends}, pollers ${polls}, messages ${messages})\n`,
      );
      // 0.7 with full batches of ten: send to outbox, work and standby; receive and delete on ingress and outbox.
      expect(perMessage).toBeGreaterThanOrEqual(0.7);
      expect(perMessage).toBeLessThan(MOST_REQUESTS_PER_MESSAGE);
    });

    (killsFunctions ? test : test.skip)("loses nothing when a function is killed in the middle", async () => {
      const { emulator, home } = subject;
      const { finished, counts } = subject.run();
      for (const { name } of [home.replicator, home.forwarders[PEER]!]) {
        await waitFor(() => counts().delivered > 0 && counts().sent < messages, {
          what: "a run in full flow",
        });
        const worker = await waitFor(
          async () => (await emulator.workers()).find(({ functionName }) => functionName === name),
          { what: `a worker of ${name}` },
        );
        await emulator.killWorker(worker.pid);
      }
      expect(await finished).toMatchObject(everyOrder(messages));
    });

    test(`serves the home while the peer is refused for ${outageSeconds} s, and copies everything afterwards`, async () => {
      const { gateway } = subject.emulator;
      const outage = gateway.inject({ kind: "refuse", source: HOME, target: PEER, service: "sqs" });
      const begin = performance.now();
      const { finished, counts } = subject.run();
      await waitFor(() => counts().delivered === messages, {
        timeoutMs: 240_000,
        what: "delivery of every order at home",
      });
      expect(counts()).toEqual({ sent: messages, delivered: messages, copied: 0 });
      await waitFor(() => performance.now() - begin >= outageSeconds * 1_000, {
        timeoutMs: 2_000 * outageSeconds,
      });
      expect(counts().copied).toBe(0);
      expect(outage.met).toBeGreaterThan(0);
      outage.lift();
      // Copies repeated by a retry are duplicates on the standby queue; on the work queue there are none.
      expect(await finished).toMatchObject(everyOrder(messages));
    });
  });
}

function describeAfterwards(subject: Subject): void {
  describe("after all that", () => {
    test("terraform plans show no change", async () => {
      for (const terraform of subject.deployed().deployment.regionTerraforms) {
        const { changes, plan } = await terraform.plan();
        expect(changedResources(plan)).toEqual([]);
        expect(changes).toBe(false);
      }
    });

    test("ARNs and URLs that were computed are those that exist", async () => {
      const { queue } = subject.settings;
      const { deployment } = subject.deployed();
      for (const [region, other] of [
        [HOME, PEER],
        [PEER, HOME],
      ] as const) {
        const outputs = await deployment.outputs(region);
        const { ingress, work, outboxes, standbys } = deployment.topology(queue, region);
        expect(outputs.queue(queue, "ingress").arn).toBe(ingress.arn);
        expect(outputs.queue(queue, "work").arn).toBe(work.arn);
        expect(outputs.queue(queue, "outbox", other).arn).toBe(outboxes[other]!.arn);
        expect(outputs.queue(queue, "standby", other).arn).toBe(standbys[other]!.arn);
        expect(new URL(outputs.queue(queue, "ingress").url).pathname).toBe(new URL(ingress.url).pathname);
      }
    });

    test("dead-letter queues are empty", async () => {
      const { home } = subject;
      for (const { url } of [home.dlq, home.ingressDlq]) {
        const { Attributes } = await subject.call({ region: HOME, account: home.account }, (client) =>
          client.send(
            exactly(
              new GetQueueAttributesCommand({
                QueueUrl: url,
                AttributeNames: ["ApproximateNumberOfMessages"],
              }),
            ),
          ),
        );
        expect(Attributes).toEqual({ ApproximateNumberOfMessages: "0" });
      }
    });
  });
}

/** Batches that functions have processed so far, as the emulator's log has them. */
function batchesProcessed(logFile: string): number {
  const log = readFileSync(logFile, "utf8");
  return [...log.matchAll(/ESM: Lambda \S+ processed \d+ SQS messages/g)].length;
}
