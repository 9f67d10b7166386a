import { randomUUID } from "node:crypto";
import https from "node:https";
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { AS_AWS } from "../../emulator/as-aws";
import { runCleanup } from "../../emulator/cleanup";
import { createRole, dynamoClient, roleCredentials } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { waitFor } from "../../emulator/wait";
import {
  look,
  round,
  type Steps,
  sleep,
  type TableAnswer,
  type Write,
  type WriteAnswers,
} from "../../ownership/lease/effects";
import type { Claim, Order, PassEntry, Status } from "../../ownership/lease/items";
import { tableClient } from "../../ownership/lease/store/client";
import { drive } from "../../ownership/lease/store/drive";
import { type LeaseStore, openStore, type TableTrouble } from "../../ownership/lease/store/store";
import { OWNERSHIP_ATTRIBUTES as KEYS, KINDS, LEASE_KINDS } from "../../ownership/lease/table";
import { ROUND_MS } from "../../ownership/lease/times";

const EAST = "us-east-1";
const WEST = "us-west-2";
const EUROPE = "eu-west-1";
const REGIONS = [EAST, WEST, EUROPE];
const ACCOUNT = "111111111111";
const HOME = EAST;
const clock = () => Math.floor(performance.now());
/** Far more than a call to this machine takes, and less than the time-out. */
const AT_ONCE_MS = ROUND_MS / 2;

let emulator: Emulator;
let admins: Readonly<Record<string, DynamoDBClient>>;
let agent: https.Agent;
let tables = 0;
let TableName: string;
let store: LeaseStore;
let troubles: TableTrouble[];
const unhandled = jest.fn();

beforeAll(async () => {
  process.on("unhandledRejection", unhandled);
  emulator = await startEmulator({ regions: REGIONS, asAws: { ...AS_AWS, seed: "ownership-store" } });
  agent = new https.Agent({ keepAlive: true, ca: emulator.certificate });
  admins = Object.fromEntries(
    REGIONS.map((region) => [region, dynamoClient(emulator, { region, account: ACCOUNT })]),
  );
}, 180_000);

beforeEach(async () => {
  TableName = `group-${++tables}-ownership`;
  troubles = [];
  await Promise.all(REGIONS.map(createTable));
  store = await storeOf();
});

afterEach(async () => {
  store.close();
  await emulator.restoreAll();
  expect(unhandled).not.toHaveBeenCalled();
});

afterAll(async () => {
  process.off("unhandledRejection", unhandled);
  for (const client of Object.values(admins)) client.destroy();
  agent.destroy();
  await runCleanup();
});

async function createTable(region: string): Promise<void> {
  await admins[region]!.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: Object.values(KEYS).map((name) => ({ AttributeName: name, AttributeType: "S" })),
      KeySchema: [
        { AttributeName: KEYS.kind, KeyType: "HASH" },
        { AttributeName: KEYS.of, KeyType: "RANGE" },
      ],
    }),
  );
}

/** A store as a controller in the east opens it. @param role @default the root of the account */
async function storeOf(role?: string): Promise<LeaseStore> {
  const variables = await roleCredentials(emulator, { account: ACCOUNT, ...(role && { role }) });
  const credentials = {
    accessKeyId: variables.AWS_ACCESS_KEY_ID!,
    secretAccessKey: variables.AWS_SECRET_ACCESS_KEY!,
    ...(variables.AWS_SESSION_TOKEN && { sessionToken: variables.AWS_SESSION_TOKEN }),
  };
  return openStore({
    tableName: () => TableName,
    clock,
    report: (trouble) => troubles.push(trouble),
    client: (region) =>
      tableClient(region, { endpoint: emulator.endpoint(EAST), credentials, httpsAgent: agent }),
  });
}

function claimOf(region: string, number = 1): Claim {
  return {
    id: randomUUID(),
    epoch: { number, region, run: `run in ${region}`.replaceAll(" ", "-") },
    state: "held",
    lists: [{ number: 1, id: "", voters: REGIONS.toSorted() }],
    order: 0,
  };
}

const put = (claim: Claim, previous?: string, table = EAST): Write => ({
  ...{ kind: "claim", table, home: HOME, claim },
  ...(previous !== undefined && { previous }),
});
const only = async (write: Write) => (await store.round([write])).get(0);
const lookAt = async (region: string) => (await store.look([region])).get(region);

async function itemsAt(region: string): Promise<Extract<TableAnswer, { kind: "items" }>> {
  const answer = await lookAt(region);
  if (answer?.kind !== "items") throw new Error(`${region}: ${answer?.kind}, ${JSON.stringify(troubles)}`);
  return answer;
}

describe("a look", () => {
  test("finds a table that is there, with the time by its own clock", async () => {
    const began = { clock: clock(), wall: Date.now() };
    const answer = await itemsAt(EAST);
    expect(answer).toMatchObject({ claims: {}, orders: {}, passes: {} });
    expect(answer.receivedAt).toBeGreaterThanOrEqual(began.clock);
    expect(answer.receivedAt).toBeLessThanOrEqual(clock());
    // Cut to the second.
    expect(answer.date).toBeGreaterThan(began.wall - 1_000);
    expect(answer.date).toBeLessThanOrEqual(Date.now());
  });

  test("tells what a table of another clock says of the time", async () => {
    await emulator.setTableClock(WEST, { offsetSeconds: -60 });
    const answers = await store.look([EAST, WEST]);
    const dateOf = (region: string) => (answers.get(region) as { readonly date: number }).date;
    expect(Math.abs(dateOf(EAST) - 60_000 - dateOf(WEST))).toBeLessThanOrEqual(2_000);
  });

  test("tells apart a table that is not there, one that refuses, and one that says nothing", async () => {
    await admins[WEST]!.send(new DeleteTableCommand({ TableName }));
    const answer = await lookAt(WEST);
    expect(answer).toMatchObject({ kind: "no-table" });
    expect(Math.abs((answer as { date: number }).date - Date.now())).toBeLessThan(2_000);

    const throttled = await emulator.loseTable(EUROPE, { manner: "ProvisionedThroughputExceededException" });
    expect(await lookAt(EUROPE)).toEqual({ kind: "refused", receivedAt: expect.any(Number) });
    await throttled.restore();
    const reset = await emulator.loseTable(EUROPE, { manner: "refuse" });
    expect(await lookAt(EUROPE)).toBeUndefined();
    await reset.restore();
    expect(await lookAt(EUROPE)).toMatchObject({ kind: "items" });
  });

  test("does not date the others later because one table hangs, and ends with the time-out", async () => {
    await emulator.loseTable(WEST, { manner: "hang" });
    const began = clock();
    const answers = await store.look(REGIONS);
    expect(clock() - began).toBeGreaterThanOrEqual(ROUND_MS - 1);
    expect([...answers.keys()].sort()).toEqual([EUROPE, EAST].sort());
    for (const { receivedAt } of answers.values()) expect(receivedAt - began).toBeLessThan(AT_ONCE_MS);
  });

  test("takes one attempt for each kind", async () => {
    await emulator.loseTable(WEST, { manner: "ThrottlingException" });
    const before = troubles.length;
    const mark = emulator.gateway.mark();
    await store.look([WEST]);
    const calls = emulator.gateway.calls(mark).filter(({ target }) => target === WEST);
    expect(calls).toMatchObject([{ operation: "Query", faulted: 3 }]);
    expect(troubles.length).toBeGreaterThan(before);
  });
});

describe("a claim", () => {
  test("is written where there is none, and then only over the one that was read", async () => {
    const [first, second, third] = [claimOf(EAST), claimOf(EAST), claimOf(WEST, 2)];
    expect(await only(put(first))).toEqual({ done: true });
    expect(await only(put(second))).toEqual({ done: false, current: first });
    expect(await only(put(second, first.id))).toEqual({ done: true });
    expect(await only(put(third, first.id))).toEqual({ done: false, current: second });
    expect((await itemsAt(EAST)).claims).toEqual({ [HOME]: second });
  });

  test("is not written over one that is gone, nor where there is no table", async () => {
    expect(await only(put(claimOf(EAST), "gone"))).toEqual({ done: false });
    await admins[WEST]!.send(new DeleteTableCommand({ TableName }));
    expect(await only(put(claimOf(EAST), undefined, WEST))).toEqual({ done: false });
  });

  test("of many at once is one alone, and all others are shown that one", async () => {
    const first = claimOf(EAST);
    await store.round([put(first)]);
    const rivals = Array.from({ length: 20 }, (_, index) => claimOf(WEST, index));
    const answers = await store.round(rivals.map((claim) => put(claim, first.id)));
    const winners = rivals.filter((_, index) => answers.get(index)?.done);
    expect(winners).toHaveLength(1);
    expect([...answers.values()].filter(({ done }) => !done)).toEqual(
      Array(19).fill({ done: false, current: winners[0] }),
    );
    expect((await itemsAt(EAST)).claims[HOME]).toEqual(winners[0]);
  });

  test("whose answer is lost counts as neither, and as done when the same write is repeated", async () => {
    const [first, next] = [claimOf(EAST), claimOf(WEST, 2)];
    const lost = await emulator.loseTable(EAST, { manner: "loseAnswers" });
    expect(await only(put(first))).toBeUndefined();
    await lost.restore();
    expect((await itemsAt(EAST)).claims[HOME]).toEqual(first);
    expect(await only(put(first))).toEqual({ done: true });

    // Once another has written, the repeated write changes nothing.
    expect(await only(put(next, first.id))).toEqual({ done: true });
    expect(await only(put(first))).toEqual({ done: false, current: next });
    expect((await itemsAt(EAST)).claims[HOME]).toEqual(next);
  });

  test("that arrives after the next write changes nothing", async () => {
    const [first, late, next] = [claimOf(EAST), claimOf(EAST), claimOf(WEST, 2)];
    await store.round([put(first)]);
    const calls = { target: EAST, service: "dynamodb", operation: "PutItem" };
    let isOver = false;
    const ignore = emulator.gateway.watch(calls, ({ answer }) => {
      isOver ||= answer === undefined;
    });
    const slow = emulator.gateway.inject({ ...calls, kind: "delay", delayMs: 3_600_000, limit: 1 });
    expect(await only(put(late, first.id))).toBeUndefined();
    expect(await only(put(next, first.id))).toEqual({ done: true });

    const mark = emulator.gateway.mark();
    slow.lift();
    await waitFor(() => isOver);
    ignore();
    expect(emulator.gateway.countCalls(calls, mark)).toBe(1);
    expect((await itemsAt(EAST)).claims[HOME]).toEqual(next);
  });
});

describe("an order", () => {
  const orders: readonly Order[] = [
    { number: 1, id: "b", to: WEST },
    { number: 1, id: "a", to: EUROPE },
    { number: 1, id: "c", to: EAST },
    { number: 10, id: "a", to: WEST, force: true, lost: EAST },
    { number: 9, id: "z", to: EUROPE },
  ];
  const give = (order: Order): Write => ({ kind: "order", table: EAST, home: HOME, order });

  test("stands when no higher does, and counts as written only then", async () => {
    const stood: (Order | undefined)[] = [];
    const done: (boolean | undefined)[] = [];
    for (const order of orders) {
      done.push((await only(give(order)))?.done);
      stood.push((await itemsAt(EAST)).orders[HOME]);
    }
    const [first, , third, fourth] = orders;
    expect(stood).toEqual([first, first, third, fourth, fourth]);
    expect(done).toEqual([true, false, true, true, false]);
    expect(await only(give(fourth!))).toEqual({ done: true });
  });

  test("is the highest of many at once, whatever their order", async () => {
    await store.round(orders.map(give));
    expect((await itemsAt(EAST)).orders).toEqual({ [HOME]: orders[3] });
  });

  test("about voters is a register of its own", async () => {
    const voters = (number: number, id: string, list: readonly string[]): Write => ({
      ...{ kind: "voters", table: EAST, order: { number, id, voters: list } },
    });
    await store.round([give(orders[0]!), voters(2, "a", [WEST])]);
    expect(await only(voters(2, "b", [EUROPE]))).toEqual({ done: true });
    expect(await only(voters(1, "z", [EAST]))).toEqual({ done: false });
    expect(await itemsAt(EAST)).toMatchObject({
      orders: { [HOME]: orders[0] },
      voters: { number: 2, id: "b", voters: [EUROPE] },
    });
  });
});

describe("a pass", () => {
  const until = () => Date.now() + 30_000;
  const entry = (epoch: number): PassEntry => ({ epoch, until: until() });
  const status = (run: string): Status => ({
    ...{
      run,
      until: until(),
      fit: true,
      runSince: until() - 60_000,
      since: until() - 90_000,
      ownsItself: true,
      holds: [],
    },
    reaches: REGIONS,
  });
  const set = (homes: Readonly<Record<string, PassEntry | null>>, told?: Status, region = EAST): Write => ({
    ...{ kind: "pass", table: EAST, region, homes },
    ...(told && { status: told }),
  });

  test("keeps the homes and the status that a write does not name", async () => {
    const [own, west, later, told] = [entry(1), entry(2), entry(3), status("first")];
    await store.round([set({ [EAST]: own, [WEST]: west }, told)]);
    await store.round([set({ [WEST]: later })]);
    await store.round([set({ [EUROPE]: west }, undefined, WEST)]);
    expect((await itemsAt(EAST)).passes).toEqual({
      [EAST]: { homes: { [EAST]: own, [WEST]: later }, status: told },
      [WEST]: { homes: { [EUROPE]: west } },
    });

    const again = status("second");
    expect(await only(set({ [EAST]: null, [EUROPE]: null }, again))).toEqual({ done: true });
    expect((await itemsAt(EAST)).passes[EAST]).toEqual({ homes: { [WEST]: later }, status: again });
  });

  test("loses nothing when its homes are written at once", async () => {
    const homes = { [EAST]: entry(1), [WEST]: entry(2), [EUROPE]: entry(3) };
    const each = Object.entries(homes).map(([home, one]) => set({ [home]: one }));
    await store.round([...each, set({}, status("first"))]);
    expect((await itemsAt(EAST)).passes[EAST]).toMatchObject({ homes, status: { run: "first" } });
  });

  test("is read in any language by one GetItem and the names of homes", async () => {
    const one = entry(7);
    await store.round([set({ [WEST]: one }, status("first"))]);
    const Key = { [KEYS.kind]: { S: KINDS.pass }, [KEYS.of]: { S: EAST } };
    const { Item } = await admins[EAST]!.send(new GetItemCommand({ TableName, Key }));
    expect(Item?.[WEST]?.M).toEqual({ epoch: { N: "7" }, until: { N: String(one.until) } });
    expect(Object.keys(Item ?? {}).sort()).toEqual(["kind", "of", "status", WEST, "v"].sort());
  });
});

describe("a round", () => {
  test("ends with the majority, and a voter that hangs is heard no more", async () => {
    await emulator.loseTable(EUROPE, { manner: "hang" });
    const isMajority = (answers: WriteAnswers) =>
      [...answers.values()].filter(({ done }) => done).length >= 2;
    const writes = REGIONS.map((table) => put(claimOf(EAST), undefined, table));
    const answers = await store.round(writes, isMajority);
    expect(troubles).toEqual([]);
    expect([...answers.keys()].sort()).toEqual([0, 1]);
    // The third write gives up in its own time, and nobody is told that it did.
    await waitFor(() => troubles.length > 0);
    expect(troubles).toEqual([{ table: EUROPE, during: "round", reason: expect.any(String) }]);
    expect(answers.size).toBe(2);
  });

  test("without a judge ends with the time-out of a voter that hangs", async () => {
    await emulator.loseTable(EUROPE, { manner: "hang" });
    const writes = REGIONS.map((table) => put(claimOf(EAST), undefined, table));
    expect((await store.round(writes)).size).toBe(2);
  });
});

describe("policies", () => {
  const policy = (kinds: readonly string[], actions: readonly string[]) => ({
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Action: actions.map((action) => `dynamodb:${action}`),
      Resource: "*",
      Condition: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": kinds } },
    },
  });
  const CALLS = ["Query", "PutItem", "UpdateItem"];

  async function use(name: string, kinds: readonly string[]): Promise<void> {
    const policies = kinds.length === 0 ? {} : { own: policy(kinds, CALLS) };
    const role = await createRole(emulator, { account: ACCOUNT, name, policies });
    store.close();
    store = await storeOf(role);
  }

  test("by hash key admit all that the store does", async () => {
    await use("controller", LEASE_KINDS);
    const claim = claimOf(EAST);
    expect(await only(put(claim))).toEqual({ done: true });
    expect(await only(put(claimOf(WEST)))).toEqual({ done: false, current: claim });
    const homes = { [HOME]: { epoch: 1, until: Date.now() } };
    expect(await only({ kind: "pass", table: EAST, region: EAST, homes })).toEqual({ done: true });
    expect(await itemsAt(EAST)).toMatchObject({ claims: { [HOME]: claim } });
  });

  test("that admit to passes alone refuse claims, and a look that is denied one kind tells nothing", async () => {
    await use("reader", [KINDS.pass]);
    const homes = { [HOME]: { epoch: 1, until: Date.now() } };
    expect(await only({ kind: "pass", table: EAST, region: EAST, homes })).toEqual({ done: true });
    expect(await only(put(claimOf(EAST)))).toBeUndefined();
    expect(await lookAt(EAST)).toEqual({ kind: "refused", receivedAt: expect.any(Number) });
    expect(new Set(troubles.map(({ reason }) => reason))).toEqual(new Set(["AccessDeniedException"]));
  });

  test("decide before anybody looks whether there is a table, and the keys of a table that is not there are all admitted", async () => {
    await admins[EAST]!.send(new DeleteTableCommand({ TableName }));
    await use("controller-of-none", LEASE_KINDS);
    expect(await lookAt(EAST)).toMatchObject({ kind: "no-table" });
    await use("stranger", []);
    expect(await lookAt(EAST)).toMatchObject({ kind: "refused" });
  });
});

describe("what others write", () => {
  const putItem = (item: Record<string, AttributeValue>) =>
    admins[EAST]!.send(new PutItemCommand({ TableName, Item: item }));
  const register = (of: string, number: number) =>
    putItem({
      [KEYS.kind]: { S: KINDS.order },
      [KEYS.of]: { S: of },
      v: { N: "1" },
      number: { N: String(number) },
      id: { S: "x" },
      to: { S: WEST },
    });
  const dayAhead = () => Math.floor(Date.now() / 1_000) + 86_400;

  test("an order that cannot be read, or leaves no room above it, is passed over, and the table is heard", async () => {
    const claim = claimOf(EAST);
    await only(put(claim));
    await register(HOME, dayAhead() + 60);
    await putItem({ [KEYS.kind]: { S: KINDS.order }, [KEYS.of]: { S: WEST }, v: { S: "junk" } });
    expect(await itemsAt(EAST)).toMatchObject({ claims: { [HOME]: claim }, orders: {} });
    await register(HOME, dayAhead() - 60);
    expect((await itemsAt(EAST)).orders[HOME]).toMatchObject({ to: WEST });
  });

  test("a claim whose epoch leaves no room above it silences the table", async () => {
    await only(put({ ...claimOf(EAST), epoch: { number: dayAhead() + 60, region: EAST, run: "r" } }));
    expect(await lookAt(EAST)).toMatchObject({ kind: "refused" });
  });
});

describe("the driver", () => {
  /** Renews a claim at every voter, for ever, and notes how often a majority took it. */
  function* renew(rounds: number[]): Steps<never> {
    const previous = new Map<string, string>();
    for (;;) {
      const seen = yield* look(REGIONS);
      for (const [table, answer] of seen) {
        if (answer.kind === "items") previous.set(table, answer.claims[HOME]?.id ?? "");
      }
      const writes = REGIONS.map((table) => put(claimOf(EAST), previous.get(table) || undefined, table));
      const answers = yield* round(writes, (all) => [...all.values()].filter(({ done }) => done).length >= 2);
      rounds.push([...answers.values()].filter(({ done }) => done).length);
      yield* sleep(10);
    }
  }

  test("runs a protocol on while tables fail, and ends when told", async () => {
    const rounds: number[] = [];
    const controller = new AbortController();
    const run = drive(renew(rounds), store, { clock, signal: controller.signal });
    const took = (count: number, from: number) => waitFor(() => rounds.slice(from).length >= count);

    await took(3, 0);
    const reset = await emulator.loseTable(WEST, { manner: "refuse" });
    await took(3, rounds.length + 1);
    const lost = await emulator.loseTable(EUROPE, { manner: "loseAnswers" });
    await took(2, rounds.length + 1);
    expect(rounds.at(-1)).toBeLessThan(2);
    await Promise.all([reset.restore(), lost.restore()]);
    const restored = rounds.length;
    await waitFor(() => rounds.slice(restored).some((done) => done >= 2));
    controller.abort();
    expect(await run).toBeUndefined();
  });
});
