import type { Claim } from "../../../ownership/lease/items";
import { EPOCH_MS, MachineClock, TableClock } from "./clocks";
import { PROFILES, type Profile } from "./profiles";
import { EventQueue } from "./queue";
import { patientRule } from "./reader-rule";
import { script } from "./script";
import { simulate } from "./simulate";
import { LeaseTable } from "./table";
import { type Mistake, toy } from "./toy";
import type { Invariant } from "./violation";

/** Profiles for toys: they know neither orders nor lists. */
const TOY_PROFILES = ["hard", "dead", "links", "network"].map((name): Profile => {
  const profile = PROFILES.find((other) => other.name === name)!;
  return { ...profile, regions: 3, witness: false };
});

function profileOf(seed: number): Profile {
  return TOY_PROFILES[seed % TOY_PROFILES.length]!;
}

function claimOf(id: string, region = "a"): Claim {
  const lists = [{ number: 1, id: "", voters: ["a", "b", "c"] }];
  return { id, epoch: { number: 1, region, run: "run" }, state: "held", lists, order: 0 };
}

function tableOf(): LeaseTable {
  return new LeaseTable("a", new TableClock(0), () => undefined);
}

describe("the judge", () => {
  test("finds nothing in a lease that is right", () => {
    const outcomes = Array.from({ length: 16 }, (_, seed) => simulate(seed, profileOf(seed), toy()));
    // It hands nothing over: a region that has lost its own home keeps the others' behind its closed gate.
    const found = outcomes
      .flatMap(({ violations }) => violations)
      .filter(({ invariant }) => invariant !== "I5");
    expect(found).toEqual([]);
    const takes = outcomes.reduce((sum, { statistics }) => sum + statistics.takes, 0);
    expect(takes).toBeGreaterThan(10);
  });

  const mistakes: readonly [Mistake, Invariant][] = [
    ["takes at once", "I1"],
    ["takes at once", "I2"],
    ["judges by half", "I2"],
    ["needs one voter", "I4"],
    ["pass from the answer", "I4"],
    ["opens first", "I4"],
    ["epochs fall", "I3"],
    ["never takes", "I6"],
    ["one id", "I7"],
  ];

  test.each(mistakes)("finds that a lease %s: %s", (mistake, invariant) => {
    const found = Array.from({ length: 12 }, (_, seed) => seed).find((seed) =>
      simulate(seed, profileOf(seed), toy(mistake)).violations.some((one) => one.invariant === invariant),
    );
    expect(found).toBeDefined();
  });

  test("tells what happened before", () => {
    const { violations } = simulate(0, profileOf(0), toy("takes at once"));
    expect(violations[0]?.trace.join("\n")).toMatch(/held a epoch 2 of [bc] list 1\[abc\]/);
  });

  test("tells of a program that throws", () => {
    const program = {
      // biome-ignore lint/correctness/useYield: it is to fail before it does anything
      *controller() {
        throw new Error("broken");
      },
    };
    const s = script({ regions: 3, program }).run(1);
    expect(s.faults[0]).toMatch(/^crash at 0 s: .*broken/);
  });
});

describe("a run", () => {
  test("follows from its seed alone", () => {
    const [one, other] = [1, 2].map(() => simulate(3, profileOf(0), toy("judges by half")));
    expect(one).toEqual(other);
    expect(simulate(4, profileOf(0), toy("judges by half")).statistics).not.toEqual(one!.statistics);
  });

  test("goes through what is to happen in order", () => {
    const queue = new EventQueue();
    const seen: number[] = [];
    const times = [5, 3, 9, 3, 1, 7, 5, 2, 8, 3];
    for (const [index, at] of times.entries()) queue.add(at, () => seen.push(at * 100 + index));
    while (queue.nextAt() < Number.POSITIVE_INFINITY) queue.take()();
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
    expect(seen).toHaveLength(times.length);
  });
});

describe("a table", () => {
  test("puts a claim on the condition of the id that was read", () => {
    const table = tableOf();
    const put = (id: string, previous?: string) =>
      table.write(
        { kind: "claim", table: "a", home: "a", claim: claimOf(id), ...(previous && { previous }) },
        0,
      );
    expect(put("one")).toEqual({ kind: "value", value: { done: true } });
    expect(put("two")).toMatchObject({ value: { done: false, current: { id: "one" } } });
    expect(put("two", "one")).toMatchObject({ value: { done: true } });
    // The request comes again, before and after somebody else has written.
    expect(put("two", "one")).toMatchObject({ value: { done: true } });
    expect(put("three", "two")).toMatchObject({ value: { done: true } });
    expect(put("two", "one")).toMatchObject({ value: { done: false, current: { id: "three" } } });
    expect(table.resurrected).toEqual([]);
    expect(put("two", "three")).toMatchObject({ value: { done: true } });
    expect(table.resurrected).toHaveLength(1);
  });

  test("keeps the highest order, and takes no lower one for done", () => {
    const table = tableOf();
    const order = (number: number, id: string) =>
      table.write({ kind: "order", table: "a", home: "a", order: { number, id, to: "b" } }, 0);
    expect(order(2, "x")).toEqual({ kind: "value", value: { done: true } });
    expect(order(1, "z")).toEqual({ kind: "value", value: { done: false } });
    expect(order(2, "y")).toEqual({ kind: "value", value: { done: true } });
    expect(order(2, "w")).toEqual({ kind: "value", value: { done: false } });
    expect(order(2, "y")).toEqual({ kind: "value", value: { done: true } });
    expect(table.items.orders.a).toMatchObject({ number: 2, id: "y" });
  });

  test("sets and removes homes of a pass one by one, and shows readers the old one for a second at most", () => {
    const table = tableOf();
    const pass = (homes: Record<string, { epoch: number; until: number } | null>, now: number) =>
      table.write({ kind: "pass", table: "a", region: "a", homes }, now);
    pass({ a: { epoch: 1, until: 10 }, b: { epoch: 1, until: 10 } }, 1000);
    pass({ a: null, c: { epoch: 2, until: 20 } }, 5000);
    expect(table.items.passes.a?.homes).toEqual({ b: { epoch: 1, until: 10 }, c: { epoch: 2, until: 20 } });
    expect(table.readPass("a", 5900, true)).toMatchObject({ value: { homes: { a: { epoch: 1 } } } });
    expect(table.readPass("a", 6100, true)).toMatchObject({ value: { homes: { c: { epoch: 2 } } } });
  });

  test("is missing when it was deleted, and empty when it was made anew", () => {
    const table = tableOf();
    table.write({ kind: "claim", table: "a", home: "a", claim: claimOf("one") }, 0);
    table.delete();
    expect(table.read()).toEqual({ kind: "missing" });
    expect(table.write({ kind: "claim", table: "a", home: "a", claim: claimOf("two") }, 0)).toMatchObject({
      value: { done: false },
    });
    table.make();
    expect(table.read()).toEqual({ kind: "value", value: { claims: {}, orders: {}, passes: {} } });
  });
});

describe("clocks", () => {
  test("of tables tell whole seconds, and may stand still and jump", () => {
    const clock = new TableClock(1234);
    expect(clock.dateAt(0)).toBe(EPOCH_MS + 1000);
    clock.stop(10_000);
    expect(clock.at(15_000)).toBe(EPOCH_MS + 11_234);
    clock.resume(20_000);
    expect(clock.at(21_000)).toBe(EPOCH_MS + 12_234);
    clock.jump(-5000);
    expect(clock.at(21_000)).toBe(EPOCH_MS + 7_234);
  });

  test.each([
    [true, 50_000],
    [false, 60_000],
  ])("of machines: the monotonic one stops while frozen (%s)", (stopsFrozen, expected) => {
    const clock = new MachineClock({ stopsFrozen });
    clock.freeze(20_000);
    expect(clock.mono(25_000)).toBe(stopsFrozen ? 20_000 : 25_000);
    clock.thaw(30_000);
    expect(clock.mono(60_000)).toBe(expected);
    expect(clock.wall(60_000)).toBe(EPOCH_MS + 60_000);
  });
});

describe("a reader that knows the rule alone", () => {
  const sent = { mono: 0, wall: EPOCH_MS };
  const pass = { homes: { a: { epoch: 1, until: 40_000 } } };
  const isOpen = (mono: number, wall: number) =>
    patientRule({ sent, date: 10_000, pass }, "a", { mono, wall: EPOCH_MS + wall });

  test.each([
    ["shortly before the end", 28_999, 28_999, true],
    ["at the end, by both clocks", 29_000, 29_000, false],
    ["at the end by the wall clock alone: frozen", 1000, 29_000, false],
    ["at the end by the monotonic clock alone: the wall clock stood still", 29_000, 1000, false],
    ["with a wall clock that went back", 1000, -1, false],
  ])("%s", (_name, mono, wall, expected) => {
    expect(isOpen(mono, wall)).toBe(expected);
  });

  test("has nothing of another home", () => {
    expect(patientRule({ sent, date: 10_000, pass }, "b", sent)).toBe(false);
  });
});

describe("a script", () => {
  test("has the owner's home taken by the next region when its runs end, after the lease", () => {
    const s = script({ regions: 3, program: toy() });
    s.at(100, () => s.die("a")).run(95);
    expect(s.owners()).toEqual({ a: "a", b: "b", c: "c" });
    expect(s.open("a")).toEqual(["a"]);
    const opened = s.until(() => s.open("a").includes("b"), 200);
    expect(opened).toBeGreaterThan(125);
    expect(opened).toBeLessThan(155);
    expect(s.faults).toEqual([]);
  });

  test("cuts links, and heals them", () => {
    const s = script({ regions: 3, program: toy() });
    s.at(50, () => s.isolate("a")).run(120);
    expect(s.open("a")).toEqual(["b"]);
    s.rejoin("a");
    s.die("b");
    s.run(240);
    expect(s.open("a")).toEqual(["a"]);
    expect(s.faults).toEqual([]);
  });

  test("has one write dropped, and the next one done", () => {
    const s = script({ regions: 3, program: toy() });
    s.run(50);
    const before = s.claim("a", "c")!.id;
    s.intercept({ table: "c", kind: "claim", home: "a", count: 1 }, { dropped: true });
    const sent: number[] = [];
    s.watch({ table: "c", kind: "claim", home: "a" }, () => sent.push(s.now));
    s.until(() => sent.length === 1, 70);
    s.run(s.now + 1);
    expect(s.claim("a", "c")!.id).toBe(before);
    s.until(() => sent.length === 2, 70);
    s.run(s.now + 1);
    expect(s.claim("a", "c")!.id).not.toBe(before);
  });

  test("freezes and thaws a run, whose requests go out afterwards", () => {
    const s = script({ regions: 3, program: toy() });
    s.run(50);
    const run = s.runOf("a");
    s.freeze(run);
    s.run(80);
    const before = s.claim("a", "c")!.id;
    s.thaw(run);
    s.run(90);
    expect(s.claim("a", "c")!.id).not.toBe(before);
  });

  test("wipes and deletes tables", () => {
    const s = script({ regions: 3, program: toy() });
    s.run(20);
    s.wipe("b");
    expect(s.items("b").claims).toEqual({});
    s.deleteTable("c");
    s.run(60);
    expect(s.open("a")).toEqual([]);
  });
});
