import { setImmediate } from "node:timers/promises";
import type { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { OwnerReader } from "../../../ownership/lease/owner-reader";
import { processClocks } from "../../../ownership/lease/pass-reader";
import { PassTable } from "./pass-table";

const EAST = "us-east-1";
const WEST = "us-west-2";
const EUROPE = "eu-west-1";
const WITNESS = "eu-central-1";
const REGIONS = [EAST, WEST, EUROPE];

let tables: Record<string, PassTable>;
let owners: OwnerReader;

beforeEach(async () => {
  const opened = await Promise.all(
    [...REGIONS, WITNESS].map(async (region) => [region, await PassTable.open(region)] as const),
  );
  tables = Object.fromEntries(opened);
  // Clocks of tables have nothing to do with each other, nor with this machine's.
  tables[WEST]!.aheadMs = 3_600_000;
  tables[EUROPE]!.aheadMs = -3_600_000;
  owners = readerAt(EAST);
});

afterEach(() => Promise.all(Object.values(tables).map((table) => table.close())));

function readerAt(region: string): OwnerReader {
  return new OwnerReader({
    region,
    regions: REGIONS,
    tables: Object.fromEntries(
      Object.entries(tables).map(([of, { client }]) => [of, { client, name: "shop-ownership" }]),
    ),
    clocks: processClocks,
  });
}

/** The owner writes its pass into tables, by region of the owner. @default into all */
function renew(owner: string, homes: readonly string[], at: readonly string[] = Object.keys(tables)): void {
  for (const region of at) {
    const table = tables[region]!;
    table.put(
      Object.fromEntries(homes.map((home) => [home, { epoch: 3, until: table.now() + 30_000 }])),
      owner,
    );
  }
}

const requests = () => Object.values(tables).map(({ requests }) => requests.length);

test("is the own region while its pass is open, and then nobody else is asked", async () => {
  renew(EAST, [EAST]);
  expect(await owners.owner(EAST)).toEqual({ known: true, region: EAST });
  expect(requests()).toEqual([1, 0, 0, 0]);
});

test("is the region whose pass is open for the home", async () => {
  renew(EAST, []);
  renew(WEST, [WEST]);
  renew(EUROPE, [EUROPE, EAST]);
  expect(await owners.owner(EAST)).toEqual({ known: true, region: EUROPE });
  expect(await owners.owner(WEST)).toEqual({ known: true, region: WEST });
  expect(await owners.owner("sa-east-1")).toEqual({ known: false, code: "NoOwner" });
});

test("of the other regions every table is asked, and any that shows an open pass will do", async () => {
  for (const only of [EAST, WEST, EUROPE, WITNESS]) {
    for (const table of Object.values(tables)) table.items.clear();
    renew(EAST, []);
    renew(WEST, [WEST]);
    renew(WEST, [WEST, EAST], [only]);
    expect(await readerAt(EAST).owner(EAST)).toEqual({ known: true, region: WEST });
  }
});

test("is nobody while all passes are over or gone", async () => {
  renew(EAST, [EAST]);
  renew(WEST, [EAST, WEST]);
  for (const table of Object.values(tables)) table.aheadMs += 40_000;
  expect(await owners.owner(EAST)).toEqual({ known: false, code: "NoOwner" });
});

test("is found while tables fail or have no item, its own region's among them", async () => {
  renew(WEST, [WEST, EAST], [WITNESS]);
  tables[WEST]!.fault = "InternalServerError";
  tables[EAST]!.fault = "AccessDeniedException";
  expect(await owners.owner(EAST)).toEqual({ known: true, region: WEST });
});

test("is not waited for longer than one that answers takes, though other tables hang", async () => {
  renew(EAST, []);
  renew(WEST, [WEST, EAST]);
  tables[WEST]!.fault = "hangs";
  tables[EUROPE]!.fault = "hangs";
  const sends = [WEST, EUROPE].map((region) => jest.spyOn(tables[region]!.client, "send"));
  expect(await owners.owner(EAST)).toEqual({ known: true, region: WEST });
  const calls = sends.flatMap(({ mock }) => mock.results.map(({ value }) => value as Promise<unknown>));
  expect(calls).not.toEqual([]);
  for (const call of calls)
    expect(await Promise.race([call.catch(() => "over"), setImmediate("open")])).toBe("open");
});

test("is not known when nothing answers, and the own table's failure says why", async () => {
  renew(WEST, [WEST, EAST]);
  for (const table of Object.values(tables)) table.fault = "InternalServerError";
  tables[EAST]!.fault = "ThrottlingException";
  expect(await owners.owner(EAST)).toEqual({ known: false, code: "ThrottlingException" });
});

test("what was read counts for five seconds, for all who ask", async () => {
  renew(EAST, []);
  renew(WEST, [WEST, EAST]);
  const answers = await Promise.all(Array.from({ length: 10 }, () => owners.owner(EAST)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  // The own pass, and those of two peers at every table: the first that is open is an answer, while others are still on their way.
  const all = [3, 2, 2, 2];
  while (requests().some((count, index) => count < all[index]!)) await setImmediate();
  await owners.owner(WEST);
  expect(requests()).toEqual(all);
});

test("is looked for where it was last: while that pass is open, no other peer's is read again", async () => {
  let laterMs = 0;
  const asked: string[] = [];
  const reader = new OwnerReader({
    region: EAST,
    regions: REGIONS,
    tables: Object.fromEntries(
      Object.entries(tables).map(([of, { client }]) => {
        const send = (command: GetItemCommand, options: object) => {
          asked.push(command.input.Key!.of!.S!);
          return client.send(command, options);
        };
        return [of, { client: { send } as typeof client, name: "shop-ownership" }];
      }),
    ),
    clocks: () => {
      const { mono, wall } = processClocks();
      return { mono: mono + laterMs, wall: wall + laterMs };
    },
  });
  renew(EAST, []);
  renew(WEST, [WEST, EAST]);
  await reader.owner(EAST);
  expect(new Set(asked)).toEqual(new Set(REGIONS));
  while (requests().some((count, index) => count < [3, 2, 2, 2][index]!)) await setImmediate();
  // What was read of closed passes counts no longer.
  laterMs = 2_000;
  asked.splice(0);
  expect(await reader.owner(EAST)).toEqual({ known: true, region: WEST });
  expect(asked).toEqual([EAST]);
  renew(WEST, [WEST]);
  renew(EUROPE, [EUROPE, EAST]);
  laterMs = 8_000;
  expect(await reader.owner(EAST)).toEqual({ known: true, region: EUROPE });
});
