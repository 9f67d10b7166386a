import fc from "fast-check";
import {
  aboutHomes,
  encodeHeartbeat,
  HEARTBEAT_VERSION,
  type Heartbeat,
  parseHeartbeat,
} from "../../ownership/heartbeat";
import { CLOCK_AHEAD_MS, HOMES_MAX, OPERATOR_AHEAD_MS } from "../../ownership/heartbeat-bounds";
import { initialRoles, mergeRoles, ordered, parseRoles, roleOf } from "../../ownership/roles";
import { initialStates } from "../../ownership/states";

const REGIONS = ["us-east-1", "us-west-2"] as const;
const [HOME, PEER] = REGIONS;
const AT = 1_700_000_000_000;
const AT_SECONDS = AT / 1_000;

const HEARTBEAT: Heartbeat = {
  v: HEARTBEAT_VERSION,
  region: HOME,
  at: AT,
  fit: true,
  roles: initialRoles(REGIONS),
  homes: initialStates(HOME, REGIONS).homes,
  ledgerAt: AT - 5,
  queues: {
    orders: { processedBefore: AT },
    mails: { processedBefore: 0 },
  },
};
/** With everything that a heartbeat may have. */
const FULL: Heartbeat = {
  ...HEARTBEAT,
  roles: {
    v: 1,
    homes: {
      [HOME]: { owner: PEER, epoch: 3, at: AT, from: [HOME], lost: [HOME], force: true, since: AT },
      [PEER]: { owner: PEER, epoch: 0, at: 0, from: [] },
    },
  },
  homes: {
    [HOME]: { phase: "standing-by", epoch: 3, since: AT, releasedAt: AT, takenBy: PEER, waitsFor: "a peer" },
    [PEER]: { phase: "standing-by", epoch: 0, since: 0, disownedAt: AT },
  },
};

const parse = (json: string) => parseHeartbeat(json, AT);
const parsedOf = (heartbeat: unknown) => parse(JSON.stringify(heartbeat));

test("a heartbeat is read as it was written, with a ledger, without, and by an older version", () => {
  expect(parse(encodeHeartbeat(HEARTBEAT))).toEqual(HEARTBEAT);
  expect(parse(encodeHeartbeat(FULL))).toEqual(FULL);
  const { ledgerAt: _at, queues: _queues, ...least } = HEARTBEAT;
  expect(parse(encodeHeartbeat(least))).toEqual(least);
  expect(parsedOf({ ...HEARTBEAT, v: 2, mood: "good" })).toEqual(HEARTBEAT);
});

test.each([
  ["", 'heartbeat must be JSON, but it is ""'],
  ["{}", "heartbeat.v must be a whole number, 0 or more, but it is missing"],
  [{ region: "" }, 'heartbeat.region must be a string that is not empty, but it is ""'],
  [{ region: "home" }, 'heartbeat.region must be the name of a region, but it is "home"'],
  [{ fit: "yes" }, 'heartbeat.fit must be true or false, but it is "yes"'],
  [{ roles: { v: 1 } }, "heartbeat.roles.homes must be an object, but it is missing"],
  [
    { homes: { a: { phase: "owner" } } },
    "heartbeat.homes.a.epoch must be a whole number, 0 or more, but it is missing",
  ],
  [
    { queues: { orders: {} } },
    "heartbeat.queues.orders.processedBefore must be a whole number, 0 or more, but it is missing",
  ],
])("%j is refused", (change, message) => {
  const json = typeof change === "string" ? change : JSON.stringify({ ...HEARTBEAT, ...change });
  expect(() => parse(json)).toThrow(message);
});

test("what is nested too deeply to be shown is refused by the name of its field", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  expect(() => parse(`{"v":${deep}}`)).toThrow("heartbeat.v must be a whole number");
});

type Path = readonly (string | number)[];

/** The same document with another value in one place. */
function replaced(document: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(document))
    return document.map((item, index) => (index === step ? replaced(item, rest, value) : item));
  const fields = document as Record<string, unknown>;
  return { ...fields, [step]: replaced(fields[step], rest, value) };
}

function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    pathsIn(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...inner];
}

const PATHS = pathsIn(FULL);
/** Fields by what they are. */
const ending = (...names: readonly string[]) => PATHS.filter((path) => names.includes(String(path.at(-1))));

describe("what comes from whoever could send", () => {
  /** Words and numbers that code trips over, and anything else that JSON can say. */
  const junk = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }),
    fc.constantFrom(
      null,
      -1,
      0.5,
      AT + 1,
      2 ** 53,
      Number.MAX_SAFE_INTEGER,
      Number.MAX_VALUE,
      "",
      "__proto__",
      "constructor",
      "x".repeat(10_000),
      [],
      [[]],
      {},
      { toString: 1 },
    ),
    fc.integer({ min: 1, max: 8_000 }).map((depth) => {
      let nested: unknown = [];
      for (let level = 0; level < depth; level++) nested = [nested];
      return nested;
    }),
  );

  /** Undefined when it is refused, by the error that says which field is at fault. */
  function accepted(json: string): Heartbeat | undefined {
    try {
      return parse(json);
    } catch (error) {
      expect((error as Error).message).toMatch(/^heartbeat.* must be .+, but it is .+/s);
      return undefined;
    }
  }

  /** A document with a value at a path, which may be too deep for JSON.stringify. */
  function written(path: Path, value: unknown): string | undefined {
    try {
      return JSON.stringify(replaced(FULL, path, value));
    } catch {
      return undefined;
    }
  }

  function expectBounded({ region, at, ledgerAt = 0, roles, homes, queues = {} }: Heartbeat): void {
    const own = AT + CLOCK_AHEAD_MS;
    const told = [...Object.values(queues).map(({ processedBefore }) => processedBefore), at, ledgerAt];
    const states = Object.values(homes);
    const orders = Object.values(roles.homes);
    expect(
      Math.max(
        ...told,
        ...states.flatMap(({ since, releasedAt = 0, disownedAt = 0 }) => [since, releasedAt, disownedAt]),
      ),
    ).toBeLessThanOrEqual(own);
    expect(Math.max(0, ...orders.flatMap(({ at: given, since = 0 }) => [given, since]))).toBeLessThanOrEqual(
      AT + OPERATOR_AHEAD_MS,
    );
    expect(Math.max(0, ...[...orders, ...states].map(({ epoch }) => epoch))).toBeLessThan(2 * AT_SECONDS);
    const names = [
      region,
      ...Object.keys(homes),
      ...Object.keys(roles.homes),
      ...orders.flatMap(({ owner, from, lost = [] }) => [owner, ...from, ...lost]),
      ...states.flatMap(({ takenBy = HOME }) => takenBy),
    ];
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)+-\d+$/);
    expect(Math.max(Object.keys(homes).length, orders.length)).toBeLessThanOrEqual(HOMES_MAX);
    expect(Buffer.byteLength(JSON.stringify(roles))).toBeLessThanOrEqual(4_096);
    expect(Buffer.byteLength(JSON.stringify(homes))).toBeLessThanOrEqual(4_096);
  }

  /** What a controller does with it: merge, write, and give the next order. */
  function expectUsable({ roles }: Heartbeat): void {
    const merged = mergeRoles(initialRoles(REGIONS), roles);
    for (const home of REGIONS) {
      const order = ordered(merged, { home, owner: HOME, at: AT });
      const kept = aboutHomes({ ...HEARTBEAT, roles: order }, REGIONS).roles.homes;
      const later = roleOf(mergeRoles(merged, parseRoles(JSON.stringify({ v: 1, homes: kept }))), home);
      expect(later).toMatchObject({ owner: HOME, epoch: roleOf(merged, home).epoch + 1 });
    }
  }

  test("one field at a time: refused by name, or within bounds and of use", () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), junk, (path, value) => {
        const json = written(path, value);
        const heartbeat = json === undefined ? undefined : accepted(json);
        if (heartbeat === undefined) return;
        taken += 1;
        expectBounded(heartbeat);
        expectUsable(heartbeat);
      }),
      { numRuns: 1_500 },
    );
    expect(taken).toBeGreaterThan(0);
  });

  test("several at once, with fields that nobody knows", () => {
    const changes = fc.array(fc.tuple(fc.constantFrom(...PATHS), fc.constantFrom("", "more"), junk), {
      minLength: 2,
      maxLength: 5,
    });
    fc.assert(
      fc.property(changes, (all) => {
        let document: unknown = FULL;
        for (const [path, more, value] of all) {
          const at = more === "" ? path : [...path.slice(0, -1), more];
          try {
            document = replaced(document, at, value);
          } catch {
            return;
          }
        }
        let json: string;
        try {
          json = JSON.stringify(document);
        } catch {
          return;
        }
        const heartbeat = accepted(json ?? "");
        if (heartbeat === undefined) return;
        expectBounded(heartbeat);
        expectUsable(heartbeat);
      }),
      { numRuns: 500 },
    );
  });

  test("any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(accepted(text)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  test("no epoch leaves the next order without room", () => {
    const epochs = ending("epoch");
    const limit = Math.floor((AT + OPERATOR_AHEAD_MS) / 1_000);
    expect(epochs).toHaveLength(4);
    for (const path of epochs) {
      const at = (epoch: number) => JSON.stringify(replaced(FULL, path, epoch));
      expect(accepted(at(AT_SECONDS))).toBeDefined();
      expect(accepted(at(limit))).toBeDefined();
      for (const epoch of [limit + 1, AT, Number.MAX_SAFE_INTEGER, 2 ** 53, 1e300, -1, 1.5])
        expect(accepted(at(epoch))).toBeUndefined();
      // A bound that were reached for good would refuse whoever orders next.
      expect(() => parseHeartbeat(at(limit + 1), AT + 1_000)).not.toThrow();
    }
  });

  test("no moment is in the future, but for clocks that differ", () => {
    const own = ending("since", "releasedAt", "disownedAt", "ledgerAt", "processedBefore", "at").filter(
      (path) => path[0] !== "roles",
    );
    const orders = ending("at", "since").filter((path) => path[0] === "roles");
    expect([own.length, orders.length]).toEqual([8, 3]);
    const bounds = [
      ...own.map((path) => [path, AT + CLOCK_AHEAD_MS] as const),
      ...orders.map((path) => [path, AT + OPERATOR_AHEAD_MS] as const),
    ];
    for (const [path, bound] of bounds) {
      expect(accepted(JSON.stringify(replaced(FULL, path, bound)))).toBeDefined();
      for (const moment of [bound + 1, 8.64e15, Number.MAX_SAFE_INTEGER, -1])
        expect(accepted(JSON.stringify(replaced(FULL, path, moment)))).toBeUndefined();
    }
  });

  test.each([
    ["thousands", 5_000],
    ["one too many", HOMES_MAX + 1],
  ])("%s of homes, or of regions that are waited for, are refused", (_, count) => {
    const names = Array.from(
      { length: count },
      (_none, index) => `eu-${"abcdefghij"[index % 10]}x-${index % 100}`,
    );
    const unique = [...new Set(names)];
    expect(unique.length).toBeGreaterThan(HOMES_MAX);
    const homes = <T>(value: T) => Object.fromEntries(unique.map((name) => [name, value]));
    for (const change of [
      { homes: homes(FULL.homes[PEER]) },
      { roles: { v: 1, homes: homes(FULL.roles.homes[PEER]) } },
      { roles: replaced(FULL.roles, ["homes", HOME, "from"], names) },
      { roles: replaced(FULL.roles, ["homes", HOME, "lost"], names) },
    ])
      expect(accepted(JSON.stringify({ ...FULL, ...change }))).toBeUndefined();
  });

  test.each(["roles", "homes"])(
    "%s that would fill a parameter with what nobody knows are refused",
    (part) => {
      const path = part === "roles" ? ["roles", "homes", HOME, "note"] : ["homes", HOME, "note"];
      expect(accepted(JSON.stringify(replaced(FULL, path, "x".repeat(3_000))))).toBeDefined();
      expect(accepted(JSON.stringify(replaced(FULL, path, "x".repeat(4_096))))).toBeUndefined();
    },
  );

  test.each(["__proto__", "constructor", "toString", "home", "US-EAST-1", ""])(
    "%j is no home, and no region",
    (name) => {
      const named = `{"v":1,"homes":{${JSON.stringify(name)}:${JSON.stringify(FULL.roles.homes[HOME])}}}`;
      const json = JSON.stringify(FULL);
      const roles = JSON.stringify(FULL.roles);
      expect(json).toContain(roles);
      expect(accepted(json.replace(roles, named))).toBeUndefined();
      for (const path of [
        ["region"],
        ["roles", "homes", HOME, "owner"],
        ["roles", "homes", HOME, "from", 0],
        ["roles", "homes", HOME, "lost", 0],
        ["homes", HOME, "takenBy"],
      ])
        expect(accepted(JSON.stringify(replaced(FULL, path, name)))).toBeUndefined();
    },
  );
});

test("homes that are not known here are left out, and what an order says of known ones stays", () => {
  const state = { phase: "owner", epoch: 1, since: AT } as const;
  const role = { owner: "eu-west-1", epoch: 1, at: AT, from: ["eu-west-1"] };
  const heartbeat = parsedOf({
    ...HEARTBEAT,
    roles: { v: 1, homes: { [HOME]: role, "eu-west-1": role } },
    homes: { [HOME]: state, "eu-west-1": state },
  });
  expect(aboutHomes(heartbeat, REGIONS)).toEqual({
    ...HEARTBEAT,
    roles: { v: 1, homes: { [HOME]: role } },
    homes: { [HOME]: state },
  });
});
