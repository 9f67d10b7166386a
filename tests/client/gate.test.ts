import { execFileSync } from "node:child_process";
import path from "node:path";
import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { Gate, OwnershipUnknown } from "../../client/gate";
import { ORIGIN_ATTRIBUTE } from "../../messages/origin";
import { passReader } from "../../ownership/lease/pass-reader";
import { asReceived, workRecord } from "../ledger/messages";
import { PassTable } from "../ownership/lease/pass-table";
import { passVectors } from "../ownership/lease/pass-vectors";
import { sqsRecord, stringAttribute } from "../replicator/records";

const [EAST, WEST, EUROPE] = ["us-east-1", "us-west-2", "eu-west-1"] as const;
const HOMES = [EAST, WEST, EUROPE] as const;

let own: PassTable;
let peers: PassTable;
/** What is added to this machine's clocks. */
let later: { mono: number; wall: number };
let gate: Gate;

beforeEach(async () => {
  [own, peers] = await Promise.all([PassTable.open(EAST), PassTable.open(WEST)]);
  later = { mono: 0, wall: 0 };
  const reader = passReader({
    group: "shop",
    region: EAST,
    regions: [EAST, WEST],
    client: (region) => (region === EAST ? own : peers).client,
    clocks: () => ({ mono: Math.floor(performance.now()) + later.mono, wall: Date.now() + later.wall }),
  });
  gate = new Gate(reader, EAST);
});

afterEach(() => Promise.all([own.close(), peers.close()]));

/** Time passes, for this machine and for the tables. */
function wait(ms: number): void {
  later = { mono: later.mono + ms, wall: later.wall + ms };
  for (const table of [own, peers]) table.aheadMs += ms;
}

/** The controller of the region has just renewed these homes. */
function renew(homes: readonly string[], ms = 30_000): void {
  for (const table of [own, peers]) {
    table.put(Object.fromEntries(homes.map((home) => [home, { epoch: 3, until: table.now() + ms }])));
  }
}

function fail(code: string): void {
  for (const table of [own, peers]) table.fault = code;
}

describe("a gate", () => {
  test("admits a message by the owner it is marked for, else by its home, else by the own region", async () => {
    const someHomes = fc.subarray([...HOMES]);
    const mark = fc.option(fc.constantFrom(...HOMES), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(someHomes, fc.constantFrom(...HOMES), mark, async (open, home, owner) => {
        renew(open);
        wait(5_100);
        const record = workRecord({ home, ...(owner && { owner }) });
        const expected = open.includes(owner ?? home);
        expect([await gate.admits(record), await gate.admits(asReceived(record))]).toEqual([
          expected,
          expected,
        ]);
        expect(await gate.admits(sqsRecord())).toBe(open.includes(EAST));
        expect(await gate.isOpen()).toBe(open.includes(EAST));
        expect(await gate.isOpen(home)).toBe(open.includes(home));
      }),
      { numRuns: 40 },
    );
  });

  test("reads once for all the messages of a batch", async () => {
    renew([EAST]);
    const batch = Array.from({ length: 10 }, (_, index) => workRecord({ home: HOMES[index % 3]! }));
    expect((await Promise.all(batch.map((record) => gate.admits(record)))).filter(Boolean)).toHaveLength(4);
    expect(own.requests).toHaveLength(1);
  });

  test("of a warm worker closes when the lease is over, though no table answers any more", async () => {
    renew([EAST], 4_000);
    expect(await gate.isOpen()).toBe(true);
    fail("ThrottlingException");
    wait(4_000);
    expect(await gate.isOpen()).toBe(false);
    wait(3_600_000);
    await expect(gate.isOpen()).rejects.toThrow(new OwnershipUnknown("ThrottlingException"));
  });

  test("of a region that returns is closed by what its own table still says", async () => {
    renew([EAST, WEST]);
    fail("InternalServerError");
    peers.item = undefined;
    wait(30_000);
    fail("none");
    peers.fault = "InternalServerError";
    expect([await gate.isOpen(), await gate.isOpen(WEST)]).toEqual([false, false]);
  });

  test("follows what the tables say, five seconds late at most", async () => {
    renew([EAST]);
    expect(await gate.isOpen()).toBe(true);
    renew([]);
    wait(5_001);
    expect(await gate.isOpen()).toBe(false);
    renew([EAST]);
    wait(5_001);
    expect(await gate.isOpen()).toBe(true);
  });

  test("fails, with the code alone, when nothing can be read", async () => {
    fail("AccessDeniedException");
    await expect(gate.isOpen()).rejects.toEqual(new OwnershipUnknown("AccessDeniedException"));
    await expect(gate.admits(workRecord())).rejects.toMatchObject({ code: "AccessDeniedException" });
  });

  test("fails, and does not say closed, when a freeze spoils the answer", async () => {
    renew([EAST]);
    own.meanwhile = () => {
      later = { ...later, wall: later.wall + 20_000 };
    };
    await expect(gate.isOpen()).rejects.toEqual(new OwnershipUnknown("froze"));
  });
});

describe("the home of a message", () => {
  test.each(passVectors.origins)("$name", async ({ origin, home }) => {
    const asked: (string | undefined)[] = [];
    const told = new Gate(
      {
        verdict: async (given) => {
          asked.push(given);
          return { open: false, why: "no-pass" };
        },
      },
      "own",
    );
    const record = withOrigin(origin);
    await told.admits(record);
    await told.admits(asReceived(record));
    expect(asked).toEqual([home ?? "own", home ?? "own"]);
  });

  test("is the same in Python", () => {
    const messages = passVectors.origins.map(({ origin }) => withOrigin(origin));
    const input = JSON.stringify(messages.flatMap((record) => [record, asReceived(record)]));
    const script =
      "import json, sys\nfrom sqs_multi_region_gate import home_of\nprint(json.dumps([home_of(m) for m in json.load(sys.stdin)]))";
    const PYTHONPATH = path.join(__dirname, "../../client/python");
    const answer = execFileSync("python3", ["-B", "-S", "-c", script], {
      input,
      env: { ...process.env, PYTHONPATH },
    });
    expect(JSON.parse(answer.toString())).toEqual(passVectors.origins.flatMap(({ home }) => [home, home]));
  });
});

function withOrigin(origin: string | null): SQSRecord {
  return sqsRecord(
    origin === null ? {} : { messageAttributes: { [ORIGIN_ATTRIBUTE]: stringAttribute(origin) } },
  );
}
