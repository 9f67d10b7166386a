import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { runCleanup } from "../../emulator/cleanup";
import { dynamoClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { waitFor } from "../../emulator/wait";
import { createGlobalTable } from "./fixtures/global-table";

const EAST = "us-east-1";
const WEST = "us-west-2";
const EUROPE = "eu-west-1";
const ACCOUNT = "111111111111";
const TableName = "ledger";

let emulator: Emulator;
let clients: Readonly<Record<string, DynamoDBClient>>;
let items = 0;
let id: string;

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST, EUROPE] });
  clients = Object.fromEntries(
    emulator.regions.map((region) => [
      region,
      dynamoClient(emulator, { region, account: ACCOUNT, maxAttempts: 1 }),
    ]),
  );
  await createGlobalTable(clients[EAST]!, TableName, [WEST, EUROPE]);
}, 180_000);

beforeEach(() => {
  id = `item-${++items}`;
});

afterEach(() => emulator.restoreAll());

afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await runCleanup();
});

const put = (region: string, value: string, condition?: string) =>
  clients[region]!.send(
    new PutItemCommand({
      TableName,
      Item: { id: { S: id }, value: { S: value } },
      ...(condition && { ConditionExpression: condition }),
    }),
  );

async function valueIn(region: string, key = id): Promise<string | undefined> {
  const answer = await clients[region]!.send(new GetItemCommand({ TableName, Key: { id: { S: key } } }));
  return answer.Item?.value?.S;
}

const valuesIn = (...regions: readonly string[]) => Promise.all(regions.map((region) => valueIn(region)));

test("a write is in every replica at once when no lag is injected", async () => {
  await put(WEST, "a");
  expect(await valuesIn(EAST, WEST, EUROPE)).toEqual(["a", "a", "a"]);
  await clients[EUROPE]!.send(new DeleteItemCommand({ TableName, Key: { id: { S: id } } }));
  expect(await valuesIn(EAST, WEST, EUROPE)).toEqual([undefined, undefined, undefined]);
});

test("a write is in the other replicas after the lag and not before", async () => {
  await emulator.delayReplication(1);
  const written = Date.now();
  await put(EAST, "a");
  expect(await valuesIn(EAST, WEST)).toEqual(["a", undefined]);
  await waitFor(async () => (await valueIn(WEST)) === "a");
  expect(Date.now() - written).toBeGreaterThanOrEqual(1_000);
});

test("what is on its way arrives at once when the lag is gone", async () => {
  const lag = await emulator.delayReplication(3_600);
  await put(EAST, "a");
  expect(await valueIn(WEST)).toBeUndefined();
  await lag.restore();
  expect(await valueIn(WEST)).toBe("a");
});

test("conditions are checked against the own replica alone, so that two regions may both claim an item", async () => {
  const lag = await emulator.delayReplication(3_600);
  await put(EAST, "east", "attribute_not_exists(id)");
  await expect(put(EAST, "again", "attribute_not_exists(id)")).rejects.toMatchObject({
    name: "ConditionalCheckFailedException",
  });
  await put(WEST, "west", "attribute_not_exists(id)");
  expect(await valuesIn(EAST, WEST, EUROPE)).toEqual(["east", "west", undefined]);

  await lag.restore();
  expect(await valuesIn(EAST, WEST, EUROPE)).toEqual(["west", "west", "west"]);
});

test("the later of two writes wins everywhere, though it was made where the earlier arrives last", async () => {
  const away = await emulator.cut(EAST, WEST);
  await put(WEST, "earlier");
  await put(EAST, "later");
  expect(await valuesIn(EAST, WEST, EUROPE)).toEqual(["later", "earlier", "later"]);
  await away.restore();
  expect(await valuesIn(EAST, WEST, EUROPE)).toEqual(["later", "later", "later"]);
});

test("a deletion is a write: an earlier write that arrives after it does not bring the item back", async () => {
  await put(EAST, "a");
  const away = await emulator.cut(EAST, WEST);
  await put(EAST, "earlier");
  await clients[WEST]!.send(new DeleteItemCommand({ TableName, Key: { id: { S: id } } }));
  await away.restore();
  expect(await valuesIn(EAST, WEST, EUROPE)).toEqual([undefined, undefined, undefined]);
});

test("what was on its way from a region that is lost arrives when it is back, in its order", async () => {
  const lag = await emulator.delayReplication(3_600);
  await put(EAST, "first");
  await put(EAST, "second", "attribute_exists(id)");
  const lost = await emulator.loseRegion(EAST);
  await lag.restore();
  expect(await valuesIn(WEST, EUROPE)).toEqual([undefined, undefined]);
  await lost.restore();
  expect(await valuesIn(EAST, WEST, EUROPE)).toEqual(["second", "second", "second"]);
});

test("what was written while a region is lost is in the others at once, and in it when it is back", async () => {
  const lost = await emulator.loseRegion(EAST);
  await put(WEST, "meanwhile");
  expect(await valueIn(EUROPE)).toBe("meanwhile");
  await expect(valueIn(EAST)).rejects.toThrow();
  await lost.restore();
  expect(await valueIn(EAST)).toBe("meanwhile");
});

test("an isolated region keeps its own writes to itself and catches up afterwards", async () => {
  const isolated = await emulator.isolate(EUROPE);
  await put(EUROPE, "inside");
  const inside = id;
  id = `item-${++items}`;
  await put(EAST, "outside");
  expect(await valuesIn(WEST, EUROPE)).toEqual(["outside", undefined]);
  expect(await valueIn(WEST, inside)).toBeUndefined();
  await isolated.restore();
  expect([await valueIn(WEST, inside), await valueIn(EUROPE)]).toEqual(["inside", "outside"]);
});

test("fails for a lag below zero", async () => {
  await expect(emulator.delayReplication(-1)).rejects.toThrow("delayed by -1 seconds");
});
