/** Calls that AWS throttles, keeps waiting, carries out twice or answers in vain, and that this is not so unless wanted. */
import { readFile } from "node:fs/promises";
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { GetAccountSettingsCommand, InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { queueArn, queueUrl } from "../../core/names";
import type { AsAws } from "../../emulator/as-aws";
import { runCleanup } from "../../emulator/cleanup";
import { allow, createRole, dynamoClient, lambdaClient, sqsClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { waitFor } from "../../emulator/wait";
import { describeFull } from "../tier";
import { bundleFunction } from "./fixtures/bundle";
import { CALLER } from "./fixtures/caller";
import { createFunction, createMapping, reserveConcurrency } from "./fixtures/lambda-api";

const EAST = "us-east-1";
const WEST = "us-west-2";
const ACCOUNT = "111111111111";

const open: { destroy(): void }[] = [];
let emulator: Emulator;
let sqs: SQSClient;

afterEach(async () => {
  for (const client of open.splice(0)) client.destroy();
  await runCleanup();
});

function kept<Client extends { destroy(): void }>(client: Client): Client {
  open.push(client);
  return client;
}

async function start(asAws?: AsAws): Promise<void> {
  emulator = await startEmulator({ regions: [EAST, WEST], ...(asAws && { asAws }) });
  sqs = kept(sqsClient(emulator, { region: EAST, account: ACCOUNT, maxAttempts: 1 }));
}

async function createQueue(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
  await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return queueUrl(EAST, ACCOUNT, QueueName);
}

describeFull("concurrency of an account", () => {
  let zip: Buffer;
  let role: string;
  const lambda = (region: string) =>
    kept(lambdaClient(emulator, { region, account: ACCOUNT, maxAttempts: 1 }));
  const invoke = (client: LambdaClient, FunctionName: string, input: object) =>
    client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(input) }));

  async function startWithFunctions(asAws?: AsAws): Promise<void> {
    await start(asAws);
    zip = await bundleFunction(CALLER);
    role = await createRole(emulator, { account: ACCOUNT, name: "run", policies: { all: allow("sqs:*") } });
    for (const region of emulator.regions) {
      for (const name of ["busy", "other"]) {
        await createFunction(emulator, { region, account: ACCOUNT, name, role, zip, timeoutSeconds: 20 });
      }
    }
  }
  const NONE_LEFT = { name: "TooManyRequestsException", Reason: "ConcurrentInvocationLimitExceeded" };

  /** Of four invocations of two functions at one time, what became of them. */
  async function fourAtOnce() {
    const [east, west] = [lambda(EAST), lambda(WEST)];
    const runs = ["busy", "other", "busy", "other"].map((name) => invoke(east, name, { sleepSeconds: 6 }));
    await waitFor(async () => (await emulator.workers()).length >= 3);
    await expect(invoke(west, "busy", {})).resolves.toBeDefined();
    return Promise.allSettled(runs);
  }
  const reasons = (results: readonly PromiseSettledResult<unknown>[]) =>
    results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));

  test("is shared by its functions in a region, and the rest are throttled", async () => {
    await startWithFunctions({ concurrency: { account: 3 } });
    expect(reasons(await fourAtOnce())).toEqual([expect.objectContaining(NONE_LEFT)]);
    // Nothing may be reserved of so little; what disables a function takes nothing from the others.
    const where = { region: EAST, account: ACCOUNT, name: "busy" };
    await expect(reserveConcurrency(emulator, where, 1)).rejects.toThrow(
      /below its minimum value of \[100\]/,
    );
    await reserveConcurrency(emulator, where, 0);
  }, 90_000);

  test("leaves at least 100 to functions without a reservation, and says what is left", async () => {
    await startWithFunctions({ concurrency: { account: 150 } });
    const where = { region: EAST, account: ACCOUNT };
    await reserveConcurrency(emulator, { ...where, name: "busy" }, 40);
    await expect(reserveConcurrency(emulator, { ...where, name: "other" }, 11)).rejects.toThrow(/minimum/);
    await reserveConcurrency(emulator, { ...where, name: "other" }, 10);
    await reserveConcurrency(emulator, { ...where, name: "busy" }, 30);
    for (const [region, unreserved] of [
      [EAST, 110],
      [WEST, 150],
    ] as const) {
      const { AccountLimit } = await lambda(region).send(new GetAccountSettingsCommand({}));
      expect(AccountLimit).toMatchObject({
        ConcurrentExecutions: 150,
        UnreservedConcurrentExecutions: unreserved,
      });
    }
  }, 90_000);

  test("a poller that finds none tries again, and loses nothing", async () => {
    await startWithFunctions({ concurrency: { account: 1 } });
    const source = await createQueue("source", { VisibilityTimeout: "20" });
    const REPORTS_URL = await createQueue("reports");
    const where = { region: EAST, account: ACCOUNT };
    const variables = { REPORTS_URL };
    await createFunction(emulator, { ...where, name: "polled", role, zip, timeoutSeconds: 20, variables });
    await createMapping(emulator, {
      ...where,
      functionName: "polled",
      queueArn: queueArn(EAST, ACCOUNT, "source"),
      batchSize: 1,
    });
    const busy = invoke(lambda(EAST), "busy", { sleepSeconds: 6 });
    await waitFor(async () => (await emulator.workers()).length === 1);
    await sqs.send(new SendMessageCommand({ QueueUrl: source, MessageBody: "waits" }));
    const report = new ReceiveMessageCommand({ QueueUrl: REPORTS_URL, WaitTimeSeconds: 1 });
    const message = await waitFor(async () => (await sqs.send(report)).Messages?.[0], { timeoutMs: 60_000 });
    await busy;
    const [record] = JSON.parse(message.Body!).event.Records;
    expect(record).toMatchObject({ body: "waits", attributes: { ApproximateReceiveCount: "2" } });
  }, 90_000);

  test("is what the machine bears unless told otherwise", async () => {
    await startWithFunctions();
    expect(reasons(await fourAtOnce())).toEqual([]);
    await reserveConcurrency(emulator, { region: EAST, account: ACCOUNT, name: "busy" }, 1_000);
  }, 90_000);
});

describeFull("a cold start", () => {
  /** Seconds of the first of two runs of a function, and by how many starts were longer. */
  async function twoRuns() {
    const role = await createRole(emulator, { account: ACCOUNT, name: "run", policies: {} });
    const zip = await bundleFunction(CALLER);
    await createFunction(emulator, { region: WEST, account: ACCOUNT, name: "cold", role, zip });
    const lambda = kept(lambdaClient(emulator, { region: WEST, account: ACCOUNT, maxAttempts: 1 }));
    const run = () => lambda.send(new InvokeCommand({ FunctionName: "cold", Payload: "{}" }));
    const from = performance.now();
    await run();
    const seconds = (performance.now() - from) / 1_000;
    await run();
    const log = await readFile(emulator.logFile, "utf8");
    const longer = [...log.matchAll(/cold: cold start takes ([\d.]+) s longer/g)].map(([, by]) => Number(by));
    return { seconds, longer };
  }

  test("takes time, by the seed, and a warm one takes none", async () => {
    // With this seed the first start of this function takes 0.763 of the time that it may.
    await start({ seed: "cold-5", coldStarts: { upToSeconds: 4 } });
    const { seconds, longer } = await twoRuns();
    expect(longer).toEqual([expect.closeTo(0.763 * 4, 1)]);
    expect(seconds).toBeGreaterThanOrEqual(longer[0]!);
  }, 60_000);

  test("takes no longer than its process unless told otherwise", async () => {
    await start();
    expect((await twoRuns()).longer).toEqual([]);
  }, 60_000);
});

describeFull("a table with provisioned capacity", () => {
  const UNITS = 5;
  const BURST_SECONDS = 3;
  const EXCEEDED = "ProvisionedThroughputExceededException";
  let tables: DynamoDBClient;

  async function startWithTables(asAws?: AsAws): Promise<void> {
    await start(asAws);
    tables = kept(dynamoClient(emulator, { region: EAST, account: ACCOUNT, maxAttempts: 1 }));
    for (const TableName of ["provisioned", "on-demand"]) {
      await tables.send(
        new CreateTableCommand({
          TableName,
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
          ...(TableName === "on-demand"
            ? { BillingMode: "PAY_PER_REQUEST" }
            : { ProvisionedThroughput: { ReadCapacityUnits: UNITS, WriteCapacityUnits: UNITS } }),
        }),
      );
    }
  }

  const Item = { id: { S: "one" }, filler: { S: "x".repeat(1_500) } };
  /** Two units each. */
  const write = (TableName: string) => tables.send(new PutItemCommand({ TableName, Item }));
  const read = (TableName: string) =>
    tables.send(new GetItemCommand({ TableName, Key: { id: { S: "one" } }, ConsistentRead: true }));

  /** How often a call succeeds until it is refused, or `limit`, and how many seconds that took. */
  async function until(call: () => Promise<unknown>, limit: number) {
    const from = performance.now();
    for (let succeeded = 0; ; succeeded += 1) {
      const seconds = (performance.now() - from) / 1_000;
      if (succeeded === limit) return { succeeded, seconds };
      try {
        await call();
      } catch (error) {
        expect(error).toMatchObject({ name: EXCEEDED });
        return { succeeded, seconds: (performance.now() - from) / 1_000 };
      }
    }
  }

  test("refuses what is too much by its units, and takes as much again as it rested", async () => {
    await startWithTables({ provisionedCapacity: { burstSeconds: BURST_SECONDS } });
    for (const [call, units] of [
      [() => write("provisioned"), 2],
      [() => read("provisioned"), 1],
    ] as const) {
      await until(call, 1_000);
      for (const rested of [1, 2 * BURST_SECONDS]) {
        await new Promise((resolve) => setTimeout(resolve, 1_000 * rested));
        const { succeeded, seconds } = await until(call, 1_000);
        // The last call may overdraw; what it overdraws, later seconds pay for.
        const kept = Math.min(rested, BURST_SECONDS);
        expect(succeeded * units).toBeLessThanOrEqual(UNITS * (kept + seconds) + 2 * units + UNITS);
        expect(succeeded * units).toBeGreaterThanOrEqual(UNITS * kept - 2 * units);
      }
    }
    expect(await until(() => write("on-demand"), 60)).toMatchObject({ succeeded: 60 });
  }, 60_000);

  test("counts writes that a condition refuses", async () => {
    await startWithTables({ provisionedCapacity: { burstSeconds: BURST_SECONDS } });
    await write("provisioned");
    const refused = new PutItemCommand({
      TableName: "provisioned",
      Item,
      ConditionExpression: "attribute_not_exists(id)",
    });
    const attempt = async () => {
      try {
        await tables.send(refused);
      } catch (error) {
        if ((error as Error).name !== "ConditionalCheckFailedException") throw error;
      }
    };
    expect((await until(attempt, 1_000)).succeeded).toBeLessThan(1_000);
  }, 60_000);

  test("has its part of a batch returned, and only that", async () => {
    await startWithTables({ provisionedCapacity: { burstSeconds: BURST_SECONDS } });
    const requests = [{ PutRequest: { Item } }];
    const batch = (...names: readonly string[]) =>
      tables.send(
        new BatchWriteItemCommand({
          RequestItems: Object.fromEntries(names.map((name) => [name, requests])),
        }),
      );
    await until(() => write("provisioned"), 1_000);
    const { UnprocessedItems } = await batch("provisioned", "on-demand");
    expect(Object.keys(UnprocessedItems ?? {})).toEqual(["provisioned"]);
    await until(() => write("provisioned"), 1_000);
    await expect(batch("provisioned")).rejects.toMatchObject({ name: EXCEEDED });
    await expect(read("on-demand")).resolves.toMatchObject({ Item });
  }, 60_000);

  test("takes everything unless told otherwise", async () => {
    await startWithTables();
    expect(await until(() => write("provisioned"), 200)).toMatchObject({ succeeded: 200 });
  }, 60_000);
});

describeFull("deliveries", () => {
  const COUNT = 60;

  /** Numbers of messages in the order of their delivery, of which each is deleted. */
  async function deliveries(name: string, perReceive = 1): Promise<readonly number[]> {
    const isFifo = name.endsWith(".fifo");
    const QueueUrl = await createQueue(name, isFifo ? { FifoQueue: "true" } : {});
    for (let number = 0; number < COUNT; number += 1) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: String(number),
          ...(isFifo && { MessageGroupId: "g", MessageDeduplicationId: String(number) }),
        }),
      );
    }
    const delivered: number[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: perReceive, VisibilityTimeout: 600 }),
      );
      if (Messages.length === 0) return delivered;
      for (const { Body, ReceiptHandle } of Messages) {
        delivered.push(Number(Body));
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  }
  const inOrder = Array.from({ length: COUNT }, (_, number) => number);
  const ascending = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);

  test("of a standard queue are repeated now and then, also after the message was deleted", async () => {
    await start({ seed: "twice", duplicates: { rate: 0.2 } });
    const delivered = await deliveries("orders");
    expect([...new Set(delivered)].sort((a, b) => a - b)).toEqual(inOrder);
    expect(delivered.length).toBeGreaterThan(COUNT);
    // No more often than twice.
    expect(delivered.length).toBeLessThan(1.5 * COUNT);
    expect(ascending(delivered)).toEqual(delivered);
  }, 60_000);

  test("of a standard queue are out of order now and then, and none is lost or held back", async () => {
    await start({ seed: "order", reordering: { rate: 0.2 } });
    for (const perReceive of [1, 10]) {
      const delivered = await deliveries(`orders-${perReceive}`, perReceive);
      expect(delivered).not.toEqual(inOrder);
      expect(ascending(delivered)).toEqual(inOrder);
    }
  }, 60_000);

  test("are those that the seed says", async () => {
    const draws: string[] = [];
    for (const seed of ["one", "one", "two"]) {
      await start({ seed, duplicates: { rate: 0.2 }, reordering: { rate: 0.2 } });
      draws.push((await deliveries("orders")).join());
      await runCleanup();
    }
    expect(draws[1]).toBe(draws[0]);
    expect(draws[2]).not.toBe(draws[0]);
  }, 90_000);

  test("of a FIFO queue are in order and single", async () => {
    await start({ duplicates: { rate: 1 }, reordering: { rate: 1 } });
    expect(await deliveries("orders.fifo")).toEqual(inOrder);
  }, 60_000);

  test("are in order and single unless told otherwise", async () => {
    await start();
    expect(await deliveries("orders")).toEqual(inOrder);
  }, 60_000);
});

describeFull("answers", () => {
  /** Which of a hundred sends were not answered. All of them are on the queue. */
  async function unanswered(): Promise<readonly number[]> {
    const QueueUrl = await createQueue("orders");
    const lost: number[] = [];
    for (let number = 0; number < 100; number += 1) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: String(number) })).catch((error) => {
        expect(String(error.message)).toContain("ECONNRESET");
        lost.push(number);
      });
    }
    emulator.gateway.liftAll();
    const bodies = new Set<string>();
    for (let received = 1; received > 0; ) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
      );
      received = Messages.length;
      for (const { Body } of Messages) bodies.add(Body!);
    }
    expect(bodies.size).toBe(100);
    return lost;
  }

  test("are lost now and then as the seed says, after the call was carried out", async () => {
    const draws: string[] = [];
    for (const seed of ["one", "one", "two"]) {
      await start({ seed, lostAnswers: { rate: 0.1 } });
      const lost = await unanswered();
      expect(lost.length).toBeGreaterThan(0);
      expect(lost.length).toBeLessThan(50);
      draws.push(lost.join());
      await runCleanup();
    }
    expect(draws[1]).toBe(draws[0]);
    expect(draws[2]).not.toBe(draws[0]);
  }, 90_000);

  test("all arrive unless told otherwise", async () => {
    await start();
    expect(await unanswered()).toEqual([]);
  }, 60_000);
});
