import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import type { Claim, Pass } from "../../../../ownership/lease/items";
import { claimIn, claimItem } from "../../../../ownership/lease/store/claim-codec";
import { COUNTER_MAX, LISTS_MAX, MOMENT_MAX, VOTERS_MAX } from "../../../../ownership/lease/store/fields";
import { orderIn, orderItem, votersItem, votersOrderIn } from "../../../../ownership/lease/store/order-codec";
import {
  AHEAD_MAX_MS,
  entryAttribute,
  passIn,
  STATUS,
  statusAttribute,
} from "../../../../ownership/lease/store/pass-codec";
import { UnreadableItem } from "../../../../ownership/lease/store/unreadable";
import { anyAttribute, claim, DATE, order, pass, REGIONS, region, votersOrder } from "./arbitraries";

type Item = Readonly<Record<string, AttributeValue>>;

const HOME = "us-east-1";
const CLAIM: Claim = {
  id: "first",
  epoch: { number: 7, region: "us-west-2", run: "run" },
  state: "closing",
  next: "eu-west-1",
  lists: [{ number: 1, id: "", voters: ["eu-west-1", "us-east-1", "us-west-2"] }],
  forced: true,
  order: 3,
  evacuated: true,
  returns: { count: 2, at: DATE },
};

function passItem({ homes, status }: Pass): Item {
  return {
    kind: { S: "pass" },
    of: { S: HOME },
    v: { N: "1" },
    ...Object.fromEntries(Object.entries(homes).map(([home, entry]) => [home, entryAttribute(home, entry)])),
    ...(status && { [STATUS]: statusAttribute(status) }),
  };
}

const readPass = (item: unknown) => passIn(item, DATE);

/** By kind: items as they are written, and what reads them. */
const KINDS: readonly [string, fc.Arbitrary<Item>, (item: unknown) => object][] = [
  ["claim", claim.map((one) => claimItem(HOME, one)), claimIn],
  ["order", order.map((one) => orderItem(HOME, one)), orderIn],
  ["order of voters", votersOrder.map(votersItem), votersOrderIn],
  ["pass", pass.map(passItem), readPass],
];

describe("what was written", () => {
  test("is read as it was", () => {
    fc.assert(fc.property(claim, (one) => expect(claimIn(claimItem(HOME, one))).toEqual(one)));
    fc.assert(fc.property(order, (one) => expect(orderIn(orderItem(HOME, one))).toEqual(one)));
    fc.assert(fc.property(votersOrder, (one) => expect(votersOrderIn(votersItem(one))).toEqual(one)));
    fc.assert(fc.property(pass, (one) => expect(readPass(passItem(one))).toEqual(one)));
  });

  test("has keys and attributes that readers in other languages rely on", () => {
    expect(claimItem(HOME, CLAIM)).toMatchObject({
      kind: { S: "lease" },
      of: { S: HOME },
      v: { N: "1" },
      id: { S: "first" },
      epoch: { M: { number: { N: "7" }, region: { S: "us-west-2" }, run: { S: "run" } } },
    });
    expect(orderItem(HOME, { number: 4, id: "o", to: "us-west-2" })).toEqual({
      kind: { S: "order" },
      of: { S: HOME },
      v: { N: "1" },
      number: { N: "4" },
      id: { S: "o" },
      to: { S: "us-west-2" },
    });
    expect(votersItem({ number: 2, id: "v", voters: [HOME] })).toMatchObject({
      kind: { S: "order" },
      of: { S: "voters" },
    });
    expect(entryAttribute(HOME, { epoch: 7, until: DATE })).toEqual({
      M: { epoch: { N: "7" }, until: { N: String(DATE) } },
    });
  });

  test("says a later moment, not an earlier one, from which on no pass before is open", () => {
    const item = (at: number) => claimItem(HOME, { ...CLAIM, taking: { from: HOME, epoch: 6, at } });
    expect(item(DATE + 0.1)).toEqual(item(DATE + 1));
  });

  test("ends a pass earlier, not later, when its end is no whole millisecond", () => {
    expect(entryAttribute(HOME, { epoch: 7, until: DATE + 0.9 })).toEqual(
      entryAttribute(HOME, { epoch: 7, until: DATE }),
    );
  });
});

describe("what is added by a later version", () => {
  test.each(KINDS)("does not keep a %s from being read", (_name, items, read) => {
    const added = fc.dictionary(
      fc.string().map((name) => `New${name}`),
      anyAttribute,
    );
    fc.assert(
      fc.property(items, added, fc.integer({ min: 2, max: 99 }), (item, more, v) => {
        expect(read({ ...more, ...item, v: { N: String(v) } })).toEqual(read(item));
      }),
    );
  });
});

describe("what is not within bounds", () => {
  const claimWith = (fields: object): unknown => ({ ...claimItem(HOME, CLAIM), ...fields });
  const list = (voters: readonly string[], number = "1", id = "") => ({
    M: { number: { N: number }, id: { S: id }, voters: { L: voters.map((S) => ({ S })) } },
  });
  const epoch = (number: string) => ({
    M: { number: { N: number }, region: { S: HOME }, run: { S: "run" } },
  });
  const cases: readonly [string, unknown][] = [
    ["version 0", claimWith({ v: { N: "0" } })],
    ["no version", claimWith({ v: undefined })],
    ["no id", claimWith({ id: undefined })],
    ["an id of 65 characters", claimWith({ id: { S: "x".repeat(65) } })],
    ["an id with a space", claimWith({ id: { S: "a b" } })],
    ["an epoch above all", claimWith({ epoch: epoch(String(COUNTER_MAX + 1)) })],
    ["an epoch that no number of JavaScript is", claimWith({ epoch: epoch("9007199254740993") })],
    ["an epoch below zero", claimWith({ epoch: epoch("-1") })],
    ["an epoch of the text type", claimWith({ epoch: { S: "7" } })],
    ["a state that nobody knows", claimWith({ state: { S: "open" } })],
    ["a next that is no region", claimWith({ next: { S: "US-EAST-1" } })],
    ["a flag that is false", claimWith({ forced: { BOOL: false } })],
    ["a flag that is null", claimWith({ evacuated: { NULL: true } })],
    ["an order that is a fraction", claimWith({ order: { N: "1.5" } })],
    [
      "a return in the year 2100",
      claimWith({ returns: { M: { count: { N: "1" }, at: { N: String(MOMENT_MAX + 1) } } } }),
    ],
    ["a taking without a moment", claimWith({ taking: { M: { from: { S: HOME } } } })],
    ["a taking from nowhere", claimWith({ taking: { M: { from: { S: "" }, at: { N: "1" } } } })],
    ["a taking in the year 2100", claimWith({ taking: { M: { at: { N: String(MOMENT_MAX + 1) } } } })],
    ["no list", claimWith({ lists: { L: [] } })],
    ["too many lists", claimWith({ lists: { L: Array(LISTS_MAX + 1).fill(list([HOME])) } })],
    ["a list without voters", claimWith({ lists: { L: [list([])] } })],
    ["a list of ten", claimWith({ lists: { L: [list(REGIONS)] } })],
    ["a list that is not sorted", claimWith({ lists: { L: [list(["us-west-2", HOME])] } })],
    ["a voter twice", claimWith({ lists: { L: [list([HOME, HOME])] } })],
  ];
  test("and is spoilt in no other way", () => {
    expect(claimIn(claimWith({ epoch: epoch("8") })).epoch.number).toBe(8);
    expect(claimIn(claimWith({ lists: { L: [list([HOME])] } })).lists).toHaveLength(1);
    expect(claimIn(claimWith({ lists: { L: Array(LISTS_MAX).fill(list([HOME])) } })).lists).toHaveLength(
      LISTS_MAX,
    );
  });

  test.each(cases)("is refused: %s", (_name, item) => {
    expect(() => claimIn(item)).toThrow(UnreadableItem);
  });

  test("is refused in a pass: an end further ahead than any lease", () => {
    const until = (ahead: number) => ({ homes: { [HOME]: { epoch: 1, until: DATE + ahead } } });
    expect(readPass(passItem(until(AHEAD_MAX_MS))).homes[HOME]?.until).toBe(DATE + AHEAD_MAX_MS);
    expect(() => readPass(passItem(until(AHEAD_MAX_MS + 1)))).toThrow(UnreadableItem);
  });

  test("is never written, because nobody could read the table any more", () => {
    const epoch = { ...CLAIM.epoch, number: COUNTER_MAX + 1 };
    expect(() => claimItem(HOME, { ...CLAIM, epoch })).toThrow(UnreadableItem);
    expect(() => claimItem("home", CLAIM)).toThrow(UnreadableItem);
    expect(() => orderItem(HOME, { number: Number.NaN, id: "o", to: HOME })).toThrow(UnreadableItem);
    expect(() => votersItem({ number: 2, id: "v", voters: [] })).toThrow(UnreadableItem);
    expect(() => entryAttribute("status", { epoch: 1, until: DATE })).toThrow(UnreadableItem);
    expect(() => entryAttribute(HOME, { epoch: -1, until: DATE })).toThrow(UnreadableItem);
  });
});

describe("anything else", () => {
  /** An item in which one attribute, at any depth, is replaced by anything. */
  const spoilt = (items: fc.Arbitrary<Item>): fc.Arbitrary<unknown> =>
    fc.tuple(items, fc.nat(), anyAttribute).map(([item, position, attribute]) => {
      const copy = structuredClone(item);
      const places = placesIn(copy);
      const [holder, key] = places[position % places.length]!;
      holder[key] = attribute;
      return copy;
    });

  test.each(KINDS)("is refused as a %s by the named error, or read within bounds", (_name, items, read) => {
    let refused = 0;
    const check = (item: unknown) => {
      const found = readOr(read, item);
      if (found === undefined) refused += 1;
      else expectWithinBounds(found);
    };
    fc.assert(fc.property(spoilt(items), check), { numRuns: 2_000 });
    fc.assert(fc.property(fc.dictionary(fc.oneof(fc.string(), region), anyAttribute), check));
    fc.assert(fc.property(fc.anything(), check));
    expect(refused).toBeGreaterThan(200);
  });

  test("may be nested deeper than the stack: refused where it counts, left alone where it does not", () => {
    let deep: AttributeValue = { S: "bottom" };
    for (let depth = 0; depth < 100_000; depth++) deep = { M: { epoch: deep } };
    const item = claimItem(HOME, CLAIM);
    expect(() => claimIn({ ...item, epoch: deep })).toThrow(/item\.epoch\.number must be/);
    expect(claimIn({ ...item, added: deep })).toEqual(CLAIM);
  });
});

type Holder = Record<string, unknown>;

/** Where attributes stand in an item, at any depth. */
function placesIn(item: object): readonly [Holder, string][] {
  return Object.keys(item).flatMap((key) => {
    const holder = item as Holder;
    const { M, L } = (holder[key] ?? {}) as { readonly M?: object; readonly L?: object };
    return [[holder, key] as [Holder, string], ...(M ? placesIn(M) : []), ...(L ? placesIn(L) : [])];
  });
}

function readOr(read: (item: unknown) => object, item: unknown): object | undefined {
  try {
    return read(item);
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableItem);
    return undefined;
  }
}

/** Of whatever was read: numbers that can be counted on from, regions, ids, flags. */
function expectWithinBounds(found: object): void {
  for (const [name, value] of Object.entries(found)) {
    if (typeof value === "number") {
      const isMoment = ["at", "until", "since", "runSince"].includes(name);
      expect(Number.isSafeInteger(value)).toBe(true);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(isMoment ? MOMENT_MAX : COUNTER_MAX);
      if (name === "until" || (name === "since" && "fit" in found))
        expect(value).toBeLessThanOrEqual(DATE + AHEAD_MAX_MS);
    } else if (typeof value === "string") expect(value).toMatch(/^[!-~]{0,64}$/);
    else if (typeof value === "object") {
      if (name === "voters") {
        expect(value).toEqual([...new Set(value as string[])].sort());
        expect(value.length).toBeGreaterThanOrEqual(1);
        expect(value.length).toBeLessThanOrEqual(VOTERS_MAX);
      }
      expectWithinBounds(value);
    } else expect(typeof value).toBe("boolean");
  }
}
