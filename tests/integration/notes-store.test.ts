import { CreateTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { AS_AWS } from "../../emulator/as-aws";
import { dynamoClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { OWNERSHIP_ATTRIBUTES as KEYS } from "../../ownership/lease/table";
import { NO_NOTES, type Notes } from "../../replicator/control/notes";
import { notesStore } from "../../replicator/control/notes-store";

const [EAST, WEST] = ["us-east-1", "us-west-2"] as const;
const REGIONS = [EAST, WEST];

let emulator: Emulator;
let clients: Readonly<Record<string, DynamoDBClient>>;
let tables = 0;
let name: string;
let failures: string[];

beforeAll(async () => {
  emulator = await startEmulator({ regions: REGIONS, asAws: { ...AS_AWS, seed: "notes-store" } });
  clients = Object.fromEntries(
    REGIONS.map((region) => [region, dynamoClient(emulator, { region, account: "111111111111" })]),
  );
}, 180_000);

beforeEach(async () => {
  name = `group-${++tables}-ownership`;
  failures = [];
  await Promise.all(REGIONS.map((region) => createTable(clients[region]!)));
});

afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await emulator.stop();
});

function createTable(client: DynamoDBClient) {
  return client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: Object.values(KEYS).map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      KeySchema: [
        { AttributeName: KEYS.kind, KeyType: "HASH" },
        { AttributeName: KEYS.of, KeyType: "RANGE" },
      ],
    }),
  );
}

/** Notes as a controller of a region keeps them. @param called by region, what a table is called in place of its name */
function storeIn(region: string, called: Readonly<Record<string, string>> = {}) {
  const reached = REGIONS.map((of) => [of, { client: clients[of]!, name: called[of] ?? name }] as const);
  return notesStore(region, Object.fromEntries(reached), (table, code) => failures.push(`${table}: ${code}`));
}

const notesOf = (version: number): Notes => ({
  ...NO_NOTES,
  version,
  heard: { [EAST]: 1_700_000_000_000 },
  homes: {
    [EAST]: {
      queues: { orders: 5 },
      rescue: { epoch: version, until: 9, queues: { orders: 5 }, leaving: 8, handedBack: true },
      spans: [{ epoch: 1, until: 2, queues: {} }],
    },
  },
});

test("notes are read as they were written, by the region and by its peers", async () => {
  const store = storeIn(WEST);
  expect(await store.read(WEST)).toEqual({ isCertain: true });
  expect(await store.write(notesOf(1), 0)).toEqual({ done: true });
  for (const region of REGIONS)
    expect(await storeIn(region).read(WEST)).toEqual({ isCertain: true, notes: notesOf(1) });
  expect(await store.read(EAST)).toEqual({ isCertain: true });
});

test("a write is done on what was read alone, and shows what stands there otherwise", async () => {
  const [one, other] = [storeIn(WEST), storeIn(WEST)];
  await one.write(notesOf(1), 0);
  expect(await other.write(notesOf(1), 0)).toEqual({ done: false, standing: notesOf(1) });
  expect(await other.write(notesOf(2), 1)).toEqual({ done: true });
  expect(await one.write(notesOf(3), 1)).toEqual({ done: false, standing: notesOf(2) });
});

test("older notes never take the place of newer ones in the tables of others, and the newest of any table count", async () => {
  const store = storeIn(WEST);
  await store.spread(notesOf(4));
  await store.spread(notesOf(3));
  await store.write(notesOf(2), 0);
  expect((await storeIn(EAST).read(WEST)).notes).toEqual(notesOf(4));
  expect(failures).toEqual([]);
});

test("a table that is missing is told, and is no hindrance to the others", async () => {
  await storeIn(WEST).write(notesOf(1), 0);
  await storeIn(WEST).spread(notesOf(1));
  const partial = storeIn(WEST, { [WEST]: "missing" });
  expect(await partial.read(WEST)).toEqual({ isCertain: false, notes: notesOf(1) });
  await expect(partial.write(notesOf(2), 1)).rejects.toThrow();
  expect(failures).toEqual([`${WEST}: ResourceNotFoundException`]);
});
