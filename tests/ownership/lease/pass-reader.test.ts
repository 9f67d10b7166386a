import { type PassReader, passReader } from "../../../ownership/lease/pass-reader";
import { PassTable } from "./pass-table";

const EAST = "us-east-1";
const WEST = "us-west-2";
const EUROPE = "eu-west-1";

let tables: Record<string, PassTable>;
let east: PassTable;
let west: PassTable;
let europe: PassTable;
/** What is added to this machine's clocks. */
let later: { mono: number; wall: number };
let reader: PassReader;

beforeEach(async () => {
  [east, west, europe] = (await Promise.all(
    [EAST, WEST, EUROPE].map((region) => PassTable.open(region)),
  )) as [PassTable, PassTable, PassTable];
  tables = { [EAST]: east, [WEST]: west, [EUROPE]: europe };
  // Clocks of tables have nothing to do with each other, nor with this machine's.
  west.aheadMs = 3_600_000;
  europe.aheadMs = -3_600_000;
  later = { mono: 0, wall: 0 };
  reader = passReader({
    group: "shop",
    region: EAST,
    regions: [EAST, WEST, EUROPE],
    client: (region) => tables[region]!.client,
    clocks: () => ({
      mono: Math.floor(performance.now()) + later.mono,
      wall: Date.now() + later.wall,
    }),
  });
});

afterEach(() => Promise.all(Object.values(tables).map((table) => table.close())));

/** Time passes, for this machine and for every table. */
function wait(ms: number): void {
  later = { mono: later.mono + ms, wall: later.wall + ms };
  for (const table of Object.values(tables)) table.aheadMs += ms;
}

/** The owner has just been confirmed, and writes its pass into every table. */
function renew(homes: readonly string[] = [EAST], ms = 30_000): void {
  for (const table of Object.values(tables)) {
    table.put(Object.fromEntries(homes.map((home) => [home, { epoch: 3, until: table.now() + ms }])));
  }
}

const open = expect.objectContaining({ open: true, epoch: 3 });
const requests = () => [east, west, europe].map((table) => table.requests.length);

test("is open for the homes that the region owns, and for no other", async () => {
  renew([EAST, EUROPE]);
  expect(await reader.verdict(EAST)).toEqual(open);
  expect(await reader.verdict(EUROPE)).toEqual(open);
  expect(await reader.verdict(WEST)).toEqual({ open: false, why: "no-pass" });
});

test("asks for the pass of the own region and for nothing else, eventually consistent", async () => {
  await reader.verdict(WEST);
  expect(east.requests).toEqual([
    { TableName: "shop-ownership", Key: { kind: { S: "pass" }, of: { S: EAST } }, ConsistentRead: false },
  ]);
});

test("is read once for all who ask within five seconds, at once or one after the other", async () => {
  renew();
  const verdicts = await Promise.all(Array.from({ length: 20 }, () => reader.verdict(EAST)));
  expect(verdicts).toEqual(verdicts.map(() => open));
  wait(4_000);
  expect(await reader.verdict(EAST)).toEqual(open);
  expect(requests()).toEqual([1, 0, 0]);
  wait(1_100);
  expect(await reader.verdict(EAST)).toEqual(open);
  expect(requests()).toEqual([2, 0, 0]);
});

test("is read again after a second for a home that it closes, which the region may own by now", async () => {
  renew([WEST]);
  expect(await reader.verdict(EAST)).toEqual({ open: false, why: "no-pass" });
  renew([EAST]);
  wait(900);
  expect(await reader.verdict(EAST)).toEqual({ open: false, why: "no-pass" });
  expect(requests()).toEqual([1, 0, 0]);
  wait(100);
  expect(await reader.verdict(EAST)).toEqual(open);
  expect(requests()).toEqual([2, 0, 0]);
});

test("closes when the pass ends, though no table answers any more", async () => {
  renew([EAST], 4_500);
  expect(await reader.verdict(EAST)).toEqual(open);
  for (const table of Object.values(tables)) table.fault = "InternalServerError";
  wait(4_500);
  expect(await reader.verdict(EAST)).toEqual({ open: false, why: "over" });
});

test("lasts for its five seconds and no longer when no table answers", async () => {
  renew();
  expect(await reader.verdict(EAST)).toEqual(open);
  for (const table of Object.values(tables)) table.fault = "ThrottlingException";
  wait(4_500);
  expect(await reader.verdict(EAST)).toEqual(open);
  wait(600);
  expect(await reader.verdict(EAST)).toEqual({ open: false, why: "unreadable", code: "ThrottlingException" });
  for (const table of Object.values(tables)) table.fault = "none";
  expect(await reader.verdict(EAST)).toEqual(open);
});

test("asks no other table while the own one answers, whatever that says", async () => {
  for (const table of [west, europe]) table.put({ [EAST]: { epoch: 3, until: table.now() + 30_000 } });
  east.put({ [EAST]: { epoch: 3, until: east.now() - 1_000 } });
  expect(await reader.verdict(EAST)).toEqual({ open: false, why: "over" });
  wait(5_100);
  east.put({});
  expect(await reader.verdict(EAST)).toEqual({ open: false, why: "no-pass" });
  expect(requests()).toEqual([2, 0, 0]);
});

test.each(["AccessDeniedException", "ResourceNotFoundException", "InternalServerError", "no date"])(
  "goes by another table's copy, in its own time, when the own one fails: %s",
  async (fault) => {
    renew();
    east.fault = fault;
    expect(await reader.verdict(EAST)).toEqual(open);
    west.fault = fault;
    wait(5_100);
    expect(await reader.verdict(EAST)).toEqual(open);
    wait(30_000);
    expect(await reader.verdict(EAST)).toEqual({ open: false, why: "over" });
  },
);

test("goes by another table's copy when the own one was made anew and has none", async () => {
  renew();
  east.item = undefined;
  expect(await reader.verdict(EAST)).toEqual(open);
});

test("is closed when no table has a pass, also when some do not answer", async () => {
  europe.fault = "InternalServerError";
  expect(await reader.verdict(EAST)).toEqual({ open: false, why: "no-pass" });
  wait(5_100);
  east.fault = "AccessDeniedException";
  expect(await reader.verdict(EAST)).toEqual({ open: false, why: "no-pass" });
});

test("goes by another table's copy when the own one hangs, and ends when all do", async () => {
  renew();
  east.fault = "hangs";
  expect(await reader.verdict(EAST)).toEqual(open);

  for (const table of [west, europe]) table.fault = "hangs";
  wait(5_100);
  expect(await reader.verdict(EAST)).toMatchObject({ open: false, why: "unreadable" });
});

test("is closed when nothing answers, and tells with what the own table's call failed", async () => {
  east.fault = "ThrottlingException";
  for (const table of [west, europe]) table.fault = "AccessDeniedException";
  const closed = { open: false, why: "unreadable" };
  expect(await reader.verdict(EAST)).toEqual({ ...closed, code: "ThrottlingException" });
  await Promise.all(Object.values(tables).map((table) => table.stop()));
  expect(await reader.verdict(EAST)).toMatchObject(closed);
});

test("reads again at once when the wall clock was set back or ahead", async () => {
  renew();
  await reader.verdict(EAST);
  later.wall -= 3_600_000;
  expect(await reader.verdict(EAST)).toEqual(open);
  later.wall += 7_200_000;
  expect(await reader.verdict(EAST)).toEqual(open);
  expect(requests()).toEqual([3, 0, 0]);
});

test("a freeze after the reading ends it, though the monotonic clock stood still", async () => {
  renew();
  await reader.verdict(EAST);
  later.wall += 40_000;
  for (const table of Object.values(tables)) table.aheadMs += 40_000;
  expect(await reader.verdict(EAST)).toEqual({ open: false, why: "over" });
});

test("a freeze while the answer is on its way closes, and the next to ask reads again", async () => {
  renew();
  east.meanwhile = () => {
    later.wall += 20_000;
  };
  expect(await reader.verdict(EAST)).toEqual({ open: false, why: "froze" });
  east.meanwhile = () => {};
  expect(await reader.verdict(EAST)).toEqual(open);
});

test("counts from before the request was sent: a slow answer leaves less", async () => {
  renew([EAST], 3_000);
  // Stamped before it was on its way for three seconds.
  east.meanwhile = () => {
    later = { mono: 3_000, wall: 3_000 };
  };
  expect(await reader.verdict(EAST)).toEqual({ open: false, why: "over" });
});

test("is closed by a pass that cannot be read, until it can", async () => {
  renew();
  east.item = { ...east.item, [EAST]: { S: "open" } };
  expect(await reader.verdict(EAST)).toEqual({ open: false, why: "implausible" });
  renew();
  expect(await reader.verdict(EAST)).toEqual(open);
});

test("reads a table of another account by its ARN, and names with a prefix", async () => {
  const arn = "arn:aws:dynamodb:us-west-2:444455556666:table/eu-shop-ownership";
  const prefixed = passReader({
    group: "shop",
    prefix: "eu-",
    region: EAST,
    regions: [WEST],
    arns: { [WEST]: arn },
    client: (region) => tables[region]!.client,
  });
  renew();
  east.fault = "AccessDeniedException";
  expect(await prefixed.verdict(EAST)).toEqual(open);
  expect([east, west].map(({ requests: [first] }) => first?.TableName)).toEqual(["eu-shop-ownership", arn]);
});
