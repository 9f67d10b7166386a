import fc from "fast-check";
import {
  CLOCK_AHEAD_MS,
  encodeHeartbeat,
  HEARTBEAT_VERSION,
  type Heartbeat,
  parseHeartbeat,
} from "../../ownership/heartbeat";

const HOME = "us-east-1";
const AT = 1_700_000_000_000;

/** With everything that a heartbeat may have. */
const HEARTBEAT: Heartbeat = {
  v: HEARTBEAT_VERSION,
  region: HOME,
  at: AT,
  fit: true,
  ledgerAt: AT - 5,
  queues: { orders: { processedBefore: AT }, mails: { processedBefore: 0 } },
};

const parse = (json: string) => parseHeartbeat(json, AT);
const parsedOf = (heartbeat: unknown) => parse(JSON.stringify(heartbeat));

test("a heartbeat is read as it was written, with a ledger, without, and by an older version", () => {
  expect(parse(encodeHeartbeat(HEARTBEAT))).toEqual(HEARTBEAT);
  const { ledgerAt: _at, queues: _queues, ...least } = HEARTBEAT;
  expect(parse(encodeHeartbeat(least))).toEqual(least);
  expect(parsedOf({ ...HEARTBEAT, v: 2, mood: "good" })).toEqual(HEARTBEAT);
});

test("what else a heartbeat says, about ownership for instance, is heard by nobody", () => {
  const roles = { v: 1, homes: { [HOME]: { owner: "eu-west-1", epoch: 9 } } };
  expect(parsedOf({ ...HEARTBEAT, roles, homes: {} })).toEqual(HEARTBEAT);
});

test.each([
  ["", 'heartbeat must be JSON, but it is ""'],
  ["{}", "heartbeat.v must be a whole number, 0 or more, but it is missing"],
  [{ region: "" }, 'heartbeat.region must be a string that is not empty, but it is ""'],
  [{ region: "home" }, 'heartbeat.region must be the name of a region, but it is "home"'],
  [{ fit: "yes" }, 'heartbeat.fit must be true or false, but it is "yes"'],
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

describe("no moment is in the future, but for clocks that differ", () => {
  const at = (moment: number): Readonly<Record<string, Heartbeat>> => ({
    at: { ...HEARTBEAT, at: moment },
    ledgerAt: { ...HEARTBEAT, ledgerAt: moment },
    "queues.orders.processedBefore": { ...HEARTBEAT, queues: { orders: { processedBefore: moment } } },
  });

  test.each(Object.keys(at(0)))("%s", (field) => {
    expect(() => parsedOf(at(AT + CLOCK_AHEAD_MS)[field])).not.toThrow();
    for (const moment of [AT + CLOCK_AHEAD_MS + 1, 8.64e15, Number.MAX_SAFE_INTEGER, -1])
      expect(() => parsedOf(at(moment)[field])).toThrow(`heartbeat.${field} must be`);
    // A bound that were reached for good would leave no room above.
    expect(() => parseHeartbeat(JSON.stringify(at(AT + CLOCK_AHEAD_MS + 1)[field]), AT + 1)).not.toThrow();
  });
});

test("what comes from whoever could send is refused by name, or within bounds", () => {
  const junk = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }),
    fc.constantFrom(
      null,
      -1,
      0.5,
      AT + 1,
      2 ** 53,
      Number.MAX_VALUE,
      "",
      "__proto__",
      "x".repeat(10_000),
      [[]],
      {},
    ),
  );
  const field = fc.constantFrom("v", "region", "at", "fit", "ledgerAt", "queues", "more");
  fc.assert(
    fc.property(fc.dictionary(field, junk), (changes) => {
      let heartbeat: Heartbeat;
      try {
        heartbeat = parsedOf({ ...HEARTBEAT, ...changes });
      } catch (error) {
        expect((error as Error).message).toMatch(/^heartbeat.* must be .+, but it is .+/s);
        return;
      }
      const { region, at, ledgerAt = 0, queues = {} } = heartbeat;
      const told = Object.values(queues).map(({ processedBefore }) => processedBefore);
      expect(Math.max(at, ledgerAt, ...told)).toBeLessThanOrEqual(AT + CLOCK_AHEAD_MS);
      expect(region).toMatch(/^[a-z]+(-[a-z]+)+-\d+$/);
    }),
    { numRuns: 1_500 },
  );
});
