import { waitFor } from "../../../../emulator/wait";
import type { Write } from "../../../../ownership/lease/effects";
import type { Claim } from "../../../../ownership/lease/items";
import { claimItem } from "../../../../ownership/lease/store/claim-codec";
import { tableClient } from "../../../../ownership/lease/store/client";
import { orderItem, votersItem } from "../../../../ownership/lease/store/order-codec";
import { type LeaseStore, openStore, type TableTrouble } from "../../../../ownership/lease/store/store";
import { errorOf, openTableServer, type TableRequest, type TableServer } from "./table-server";

const HOME = "us-east-1";
const PEER = "us-west-2";
const DATE = "Fri, 15 Jan 2027 08:00:00 GMT";
const DATE_MS = 1_800_000_000_000;
const CLAIM: Claim = {
  id: "mine",
  epoch: { number: 7, region: HOME, run: "run" },
  state: "held",
  lists: [{ number: 1, id: "", voters: [HOME] }],
  order: 0,
};
const WRITE: Write = { kind: "claim", table: HOME, home: HOME, previous: "before", claim: CLAIM };

let server: TableServer;
let store: LeaseStore;
let troubles: TableTrouble[];
let now: number;

beforeEach(async () => {
  troubles = [];
  now = 1_000;
  server = await openTableServer();
  const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
  store = openStore({
    tableName: () => "group-ownership",
    clock: () => now,
    report: (trouble) => troubles.push(trouble),
    client: (region) => tableClient(region, { endpoint: server.endpoint, credentials }),
  });
});

afterEach(async () => {
  jest.restoreAllMocks();
  store.close();
  await server.close();
});

const kindOf = ({ input }: TableRequest) =>
  (input.ExpressionAttributeValues as { ":kind": { S: string } })[":kind"].S;
const look = async () => (await store.look([HOME])).get(HOME);
const reasons = () => troubles.map(({ reason }) => reason);

describe("a look", () => {
  test("asks for each kind once, strongly consistent, and so that a policy by hash key admits it", async () => {
    await look();
    expect(server.requests.map(({ operation }) => operation)).toEqual(["Query", "Query", "Query"]);
    expect(server.requests.map(kindOf).sort()).toEqual(["lease", "order", "pass"]);
    for (const { input } of server.requests) {
      expect(input).toMatchObject({ TableName: "group-ownership", ConsistentRead: true });
      expect(input.KeyConditionExpression).toBe("#kind = :kind");
    }
  });

  test("is dated by the earliest of its answers, and by the clock after the last", async () => {
    const dates: Record<string, string> = {
      lease: DATE,
      order: DATE.replace(":00 ", ":02 "),
      pass: DATE.replace(":00 ", ":01 "),
    };
    server.answer = (request) => {
      now += 10;
      return { date: dates[kindOf(request)]! };
    };
    expect(await look()).toEqual({
      kind: "items",
      receivedAt: 1_030,
      date: DATE_MS,
      ...{ claims: {}, orders: {}, passes: {} },
    });
  });

  test("reads all pages", async () => {
    const homes = [HOME, PEER, "eu-west-1"];
    server.answer = (request) => {
      if (kindOf(request) !== "lease") return {};
      const start = request.input.ExclusiveStartKey as { of: { S: string } } | undefined;
      const home = homes[start === undefined ? 0 : homes.indexOf(start.of.S) + 1]!;
      const LastEvaluatedKey = { kind: { S: "lease" }, of: { S: home } };
      const isLast = home === homes.at(-1);
      return { body: { Items: [claimItem(home, CLAIM)], ...(isLast ? {} : { LastEvaluatedKey }) } };
    };
    expect(await look()).toMatchObject({
      kind: "items",
      claims: { [HOME]: CLAIM, [PEER]: CLAIM, "eu-west-1": CLAIM },
    });
  });

  test("gives pages the time of one call together, and the table up after a few", async () => {
    server.answer = () => ({ body: { LastEvaluatedKey: { kind: { S: "lease" }, of: { S: HOME } } } });
    expect(await look()).toMatchObject({ kind: "refused" });
    expect(reasons()[0]).toMatch("pages");
    let pages = 0;
    server.answer = (request) => {
      if (kindOf(request) !== "lease") return {};
      pages += 1;
      now += 1_990;
      return pages === 1
        ? { body: { LastEvaluatedKey: { kind: { S: "lease" }, of: { S: HOME } } } }
        : undefined;
    };
    const began = performance.now();
    expect(await look()).toMatchObject({ kind: "refused" });
    await waitFor(() => server.abandoned === 1);
    // All of the time-out had passed by the second page if each had its own.
    expect(performance.now() - began).toBeLessThan(1_990);
  });

  test.each([
    ["without a Date", { date: null }],
    ["with a Date that is none", { date: "2027-01-15T08:00:00Z" }],
    ["that is no JSON", { body: "<html>" }],
    ["that is an error of AWS", { status: 500, body: {} }],
    ["that denies", errorOf("AccessDeniedException")],
    ["that throttles", errorOf("ProvisionedThroughputExceededException")],
    ["without a Date that there is no table", { ...errorOf("ResourceNotFoundException"), date: null }],
  ])("takes an answer %s for a refusal, whichever of the three it is", async (_name, bad) => {
    jest.spyOn(console, "warn").mockImplementation(() => {});
    for (const kind of ["lease", "order", "pass"]) {
      server.answer = (request) => (kindOf(request) === kind ? bad : {});
      expect(await look()).toEqual({ kind: "refused", receivedAt: 1_000 });
    }
    expect(troubles).toHaveLength(3);
  });

  test("takes a table that is missing for one query and there for the next for a refusal", async () => {
    server.answer = (request) => (kindOf(request) === "pass" ? errorOf("ResourceNotFoundException") : {});
    expect(await look()).toMatchObject({ kind: "refused" });
    server.answer = () => ({ ...errorOf("ResourceNotFoundException"), date: DATE });
    expect(await look()).toEqual({ kind: "no-table", receivedAt: 1_000, date: DATE_MS });
  });

  test("takes silence after one answer for a refusal: the table lives", async () => {
    server.answer = (request) => (kindOf(request) === "order" ? {} : undefined);
    expect(await look()).toMatchObject({ kind: "refused" });
  });

  test("has no entry for a table that says nothing, or whose answer never ends", async () => {
    server.answer = () => undefined;
    expect(await look()).toBeUndefined();
    server.answer = () => ({ isCut: true, body: "{" });
    expect(await look()).toBeUndefined();
  });

  const AHEAD = Math.floor(DATE_MS / 1_000) + 86_401;

  test.each([
    ["cannot be read", { order: { N: "1e9" } }, "claim: item."],
    [
      "leaves no room above its epoch",
      claimItem(HOME, { ...CLAIM, order: AHEAD }),
      "ahead of the table's time",
    ],
    [
      "says that passes before it end tomorrow",
      claimItem(HOME, { ...CLAIM, taking: { at: AHEAD * 1_000 } }),
      "ahead of the table's time",
    ],
  ])("refuses a table in which a claim %s, and says why", async (_what, fields, reason) => {
    const item = { ...claimItem(HOME, CLAIM), ...fields };
    server.answer = (request) => ({ date: DATE, body: kindOf(request) === "lease" ? { Items: [item] } : {} });
    expect(await look()).toEqual({ kind: "refused", receivedAt: 1_000 });
    expect(reasons()).toEqual([expect.stringContaining(reason)]);
  });

  test.each([
    ["order that cannot be read", { ...orderItem(HOME, { number: 1, id: "o", to: PEER }), to: { S: "" } }],
    ["order that leaves no room above", orderItem(HOME, { number: AHEAD, id: "o", to: PEER })],
    ["order of voters that cannot be read", { kind: { S: "order" }, of: { S: "voters" }, v: { N: "1" } }],
    ["order of voters that leaves no room above", votersItem({ number: AHEAD, id: "v", voters: [HOME] })],
  ])("leaves out an %s, and says why", async (_what, item) => {
    server.answer = (request) => ({ date: DATE, body: kindOf(request) === "order" ? { Items: [item] } : {} });
    expect(await look()).toMatchObject({ kind: "items", orders: {} });
    expect(await look()).not.toHaveProperty("voters");
    expect(troubles).toHaveLength(2);
  });

  test("leaves out a pass that cannot be read, and what has a key that nobody knows", async () => {
    const key = (kind: string, of: string) => ({ kind: { S: kind }, of: { S: of }, v: { N: "1" } });
    const entry = (until: number) => ({ M: { epoch: { N: "1" }, until: { N: String(until) } } });
    const items: Record<string, object[]> = {
      lease: [key("lease", "settings"), claimItem(HOME, CLAIM)],
      order: [key("order", "description")],
      pass: [
        { ...key("pass", HOME), [HOME]: entry(DATE_MS + 30_000) },
        { ...key("pass", PEER), [PEER]: entry(DATE_MS + 30_000), [HOME]: entry(DATE_MS + 86_400_000) },
      ],
    };
    server.answer = (request) => ({ date: DATE, body: { Items: items[kindOf(request)] } });
    expect(await look()).toEqual({
      ...{ kind: "items", receivedAt: 1_000, date: DATE_MS, orders: {} },
      claims: { [HOME]: CLAIM },
      passes: { [HOME]: { homes: { [HOME]: { epoch: 1, until: DATE_MS + 30_000 } } } },
    });
    expect(troubles).toHaveLength(3);
  });
});

describe("a round", () => {
  const round = async (...writes: Write[]) => [...(await store.round(writes))];

  test("writes each once, whatever comes of it", async () => {
    server.answer = () => errorOf("ThrottlingException");
    expect(await round(WRITE)).toEqual([]);
    server.answer = () => ({ status: 500 });
    expect(await round(WRITE)).toEqual([]);
    expect(server.requests).toHaveLength(2);
    expect(troubles.map(({ during }) => during)).toEqual(["round", "round"]);
  });

  test("tells the claim that stands there, and knows its own write again", async () => {
    const standing = (claim: Claim) =>
      errorOf("ConditionalCheckFailedException", { Item: claimItem(HOME, claim) });
    const other = { ...CLAIM, id: "theirs" };
    server.answer = () => standing(other);
    expect(await round(WRITE)).toEqual([[0, { done: false, current: other }]]);
    server.answer = () => standing(CLAIM);
    expect(await round(WRITE)).toEqual([[0, { done: true }]]);
  });

  test("knows its own order again, and one that stands in its place", async () => {
    const order = { number: 3, id: "o", to: PEER };
    const write: Write = { kind: "order", table: HOME, home: HOME, order };
    server.answer = () => errorOf("ConditionalCheckFailedException", { Item: orderItem(HOME, order) });
    expect(await round(write)).toEqual([[0, { done: true }]]);
    const later = orderItem(HOME, { ...order, id: "p" });
    server.answer = () => errorOf("ConditionalCheckFailedException", { Item: later });
    expect(await round(write)).toEqual([[0, { done: false }]]);
  });

  test("tells an absence by a condition on an id alone", async () => {
    server.answer = () => errorOf("ConditionalCheckFailedException");
    expect(await round(WRITE)).toEqual([[0, { done: false }]]);
    const { previous: _previous, ...first } = { ...WRITE, previous: undefined };
    expect(await round(first)).toEqual([]);
    server.answer = () => errorOf("ResourceNotFoundException");
    expect(await round(first)).toEqual([[0, { done: false }]]);
  });

  test("has no entry when what stands there cannot be read, and counts no order as written because of such", async () => {
    const Item = { kind: { S: "lease" }, of: { S: HOME }, id: { S: "theirs" }, number: { S: "many" } };
    server.answer = () => errorOf("ConditionalCheckFailedException", { Item });
    const order = { number: 3, id: "o", to: PEER };
    expect(await round(WRITE, { kind: "order", table: HOME, home: HOME, order })).toEqual([]);
    expect(troubles).toHaveLength(2);
  });

  test("sends nothing that nobody could read, and does the rest", async () => {
    const epoch = { ...CLAIM.epoch, number: Number.MAX_SAFE_INTEGER };
    const broken: Write = { ...WRITE, claim: { ...CLAIM, epoch } };
    expect(await round(broken, WRITE)).toEqual([[1, { done: true }]]);
    expect(server.requests).toHaveLength(1);
    expect(reasons()).toEqual([expect.stringContaining("claim: item.epoch.number")]);
  });

  test("is over without a write", async () => {
    expect(await round()).toEqual([]);
  });
});
