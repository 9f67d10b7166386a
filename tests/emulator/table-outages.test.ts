/** Tables of one region that fail while everything else of that region goes on. */
import {
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { tableArn } from "../../core/names";
import { runCleanup } from "../../emulator/cleanup";
import { dynamoClient, sqsClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import type { TableOutageOptions } from "../../emulator/outages";
import { waitFor } from "../../emulator/wait";
import { createGlobalTable } from "./fixtures/global-table";

const EAST = "us-east-1";
const WEST = "us-west-2";
const EUROPE = "eu-west-1";
const ACCOUNT = "111111111111";
const LEDGER = "ledger";
const OTHER = "other";
const RESET = "ECONNRESET";

let emulator: Emulator;
const clients = new Map<string, DynamoDBClient>();
let id: string;
let items = 0;

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST, EUROPE] });
  for (const name of [LEDGER, OTHER]) await createGlobalTable(client(EAST), name, [WEST, EUROPE]);
}, 180_000);

beforeEach(() => {
  id = `item-${++items}`;
});

afterEach(() => emulator.restoreAll());

afterAll(async () => {
  for (const each of clients.values()) each.destroy();
  await runCleanup();
});

function client(region: string, source = region): DynamoDBClient {
  const key = `${source} ${region}`;
  const known = clients.get(key);
  if (known !== undefined) return known;
  const created = dynamoClient(emulator, { region, source, account: ACCOUNT, maxAttempts: 1 });
  clients.set(key, created);
  return created;
}

const key = () => ({ id: { S: id } });

const put = (region: string, value: string, source = region, TableName = LEDGER) =>
  client(region, source).send(new PutItemCommand({ TableName, Item: { ...key(), value: { S: value } } }));

async function valueIn(region: string, source = region, TableName = LEDGER): Promise<string | undefined> {
  const answer = await client(region, source).send(new GetItemCommand({ TableName, Key: key() }));
  return answer.Item?.value?.S;
}

/** What a call came to: its value, or the name of its error. */
const outcome = (call: Promise<unknown>): Promise<unknown> =>
  call.catch((error: Error) => (error.message.includes(RESET) ? RESET : error.name));

test("tables of a region fail for everybody; its queues and the tables of others answer", async () => {
  const lost = await emulator.loseTable(EAST);
  const calls = () => [valueIn(EAST), valueIn(EAST, WEST), valueIn(WEST), valueIn(WEST, EAST)].map(outcome);
  expect(await Promise.all(calls())).toEqual([RESET, RESET, undefined, undefined]);
  const sqs = sqsClient(emulator, { region: EAST, account: ACCOUNT, maxAttempts: 1 });
  await expect(sqs.send(new ListQueuesCommand({}))).resolves.toBeDefined();
  sqs.destroy();
  await lost.restore();
  expect(await Promise.all(calls())).toEqual(Array(4).fill(undefined));
});

test("one table fails alone, by its name or its ARN and in calls to several", async () => {
  await emulator.loseTable(EAST, { table: LEDGER });
  const batch = (...names: readonly string[]) => {
    const RequestItems = Object.fromEntries(names.map((name) => [name, { Keys: [key()] }]));
    return client(EAST).send(new BatchGetItemCommand({ RequestItems }));
  };
  const transaction = (TableName: string) =>
    client(EAST).send(
      new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item: key() } }] }),
    );
  const calls = [
    ...[
      valueIn(EAST),
      valueIn(EAST, EAST, tableArn(EAST, ACCOUNT, LEDGER)),
      batch(OTHER, LEDGER),
      transaction(LEDGER),
    ],
    ...[valueIn(EAST, EAST, OTHER), batch(OTHER), transaction(OTHER)],
  ];
  const outcomes = await Promise.all(calls.map(outcome));
  expect(outcomes.map((each) => each === RESET)).toEqual([true, true, true, true, false, false, false]);
});

test("a table fails for the callers of one region, and is replicated all the same", async () => {
  await emulator.loseTable(EAST, { from: WEST });
  expect(await outcome(put(EAST, "a", WEST))).toBe(RESET);
  await put(EAST, "b");
  expect(await Promise.all([valueIn(EAST, EUROPE), valueIn(WEST)])).toEqual(["b", "b"]);
});

test.each(["ProvisionedThroughputExceededException", "ThrottlingException"] as const)(
  "a table refuses with %s and writes nothing",
  async (manner) => {
    const lost = await emulator.loseTable(EAST, { manner });
    expect(await outcome(put(EAST, "a"))).toBe(manner);
    await lost.restore();
    expect(await valueIn(EAST)).toBeUndefined();
  },
);

test("calls hang until the table is back, and are never carried out", async () => {
  const lost = await emulator.loseTable(EAST, { manner: "hang" });
  let settled = false;
  const hanging = outcome(put(EAST, "a")).finally(() => {
    settled = true;
  });
  await put(WEST, "b");
  expect(settled).toBe(false);
  await lost.restore();
  expect(await hanging).toBe(RESET);
  expect(await valueIn(EAST)).toBe("b");
});

test("an answer is lost after the write", async () => {
  const lost = await emulator.loseTable(EAST, { manner: "loseAnswers" });
  expect(await outcome(put(EAST, "a"))).toBe(RESET);
  expect(await valueIn(WEST)).toBe("a");
  await lost.restore();
  expect(await valueIn(EAST)).toBe("a");
});

test("an answer comes late, though the write was made at once", async () => {
  await emulator.loseTable(EAST, { manner: { answersLateSeconds: 2 } });
  const began = performance.now();
  const late = put(EAST, "a");
  await waitFor(async () => (await valueIn(WEST)) === "a", { timeoutMs: 1_500 });
  await late;
  expect(performance.now() - began).toBeGreaterThanOrEqual(2_000);
});

test("a write arrives late, though its caller has gone", async () => {
  await emulator.loseTable(EAST, { manner: { callsLateSeconds: 1 } });
  const abortSignal = AbortSignal.timeout(300);
  const Item = { ...key(), value: { S: "late" } };
  const gone = client(EAST).send(new PutItemCommand({ TableName: LEDGER, Item }), { abortSignal });
  expect(await outcome(gone)).toBe("AbortError");
  expect(await valueIn(WEST)).toBeUndefined();
  await put(WEST, "meanwhile");
  await waitFor(async () => (await valueIn(WEST)) === "late");
});

describe("replication stands still", () => {
  test("out of a region whose tables are lost", async () => {
    const lag = await emulator.delayReplication(3_600);
    await put(EAST, "a");
    const lost = await emulator.loseTable(EAST);
    await lag.restore();
    expect(await valueIn(WEST)).toBeUndefined();
    await lost.restore();
    expect(await valueIn(WEST)).toBe("a");
  });

  /** Whether a write arrives in the west while its tables are out of order there. */
  async function arrives(options: TableOutageOptions): Promise<boolean> {
    const lost = await emulator.loseTable(WEST, options);
    await put(EAST, "a");
    expect(await valueIn(EUROPE)).toBe("a");
    // Whatever has not arrived by now waits for longer than this test.
    const lag = await emulator.delayReplication(3_600);
    await lost.restore();
    const arrived = (await valueIn(WEST)) === "a";
    await lag.restore();
    expect(await valueIn(WEST)).toBe("a");
    return arrived;
  }

  test.each([
    [{}, false],
    [{ table: LEDGER }, false],
    [{ manner: "ThrottlingException" }, false],
    [{ table: OTHER }, true],
    [{ from: EUROPE }, true],
    [{ manner: "loseAnswers" }, true],
  ] as const)("into a region whose tables are lost: %j", async (options, arrived) => {
    expect(await arrives(options)).toBe(arrived);
  });
});

test("fails for a region that there is not, and for a time below zero", async () => {
  await expect(emulator.loseTable("eu-north-1")).rejects.toThrow('no region "eu-north-1"');
  await expect(emulator.loseTable(EAST, { from: "eu-north-1" })).rejects.toThrow('no region "eu-north-1"');
  const manner = { answersLateSeconds: -1 };
  await expect(emulator.loseTable(EAST, { manner })).rejects.toThrow("late by -1 seconds");
});
