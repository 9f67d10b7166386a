import fc from "fast-check";
import { type Arrival, type Attempt, check, unprotected } from "./checker";

const acknowledged = (key: string, group?: string): Attempt => ({
  key,
  acknowledged: true,
  ...(group !== undefined && { group }),
});

let copies = 0;
const arrival = (key: string | undefined, more: Partial<Arrival> = {}): Arrival => ({
  key,
  messageId: `message ${++copies}`,
  sentAt: copies,
  altered: false,
  ...more,
});

const NOTHING_WRONG = {
  lost: [],
  unexpected: [],
  duplicates: [],
  recovered: [],
  altered: [],
  outOfOrder: [],
  redelivered: 0,
};

describe("check", () => {
  test("finds nothing where every message arrived once", () => {
    expect(check([acknowledged("a"), acknowledged("b")], [arrival("b"), arrival("a")])).toEqual({
      ...NOTHING_WRONG,
      attempts: 2,
      acknowledged: 2,
      ok: 2,
    });
  });

  test("a message is lost only if the queue said that it had it", () => {
    const verdict = check([acknowledged("a"), { key: "b", acknowledged: false }], []);
    expect(verdict).toEqual({ ...NOTHING_WRONG, attempts: 2, acknowledged: 1, ok: 0, lost: ["a"] });
  });

  test("a message that arrived without an acknowledgement is recovered", () => {
    const verdict = check([{ key: "a", acknowledged: false }], [arrival("a")]);
    expect(verdict).toEqual({ ...NOTHING_WRONG, attempts: 1, acknowledged: 0, ok: 1, recovered: ["a"] });
  });

  test("a message that nobody sent is unexpected, with a key of nobody's and without any", () => {
    const strangers = [arrival("x"), arrival(undefined)];
    expect(check([], strangers)).toEqual({
      ...NOTHING_WRONG,
      attempts: 0,
      acknowledged: 0,
      ok: 0,
      unexpected: strangers.map(({ messageId }) => messageId),
    });
  });

  test("copies are duplicates with the times at which the queue took them", () => {
    const { duplicates, ok } = check(
      [acknowledged("a")],
      [arrival("a", { sentAt: 7 }), arrival("a", { sentAt: 3 })],
    );
    expect(duplicates).toEqual([{ key: "a", sentAt: [3, 7] }]);
    expect(ok).toBe(1);
  });

  test("the same message of the queue again is no copy", () => {
    const once = arrival("a");
    expect(check([acknowledged("a")], [once, once])).toMatchObject({ duplicates: [], redelivered: 1 });
  });

  test("one altered copy makes a message altered", () => {
    const arrivals = [arrival("a"), arrival("a", { altered: true })];
    expect(check([acknowledged("a")], arrivals).altered).toEqual(["a"]);
  });

  test("order counts within a group and for first arrivals only", () => {
    const attempts = ["a1", "a2", "a3"].map((key) => acknowledged(key, "a"));
    const others = ["b1", "b2"].map((key) => acknowledged(key, "b"));
    const inOrder = ["b1", "a1", "a2", "a1", "b2", "a3"].map((key) => arrival(key));
    expect(check([...attempts, ...others], inOrder).outOfOrder).toEqual([]);

    const swapped = ["a2", "b1", "a1", "b2", "a3"].map((key) => arrival(key));
    expect(check([...attempts, ...others], swapped).outOfOrder).toEqual(["a1"]);
  });

  test("without groups there is no order", () => {
    const attempts = ["a", "b"].map((key) => acknowledged(key));
    expect(check(attempts, [arrival("b"), arrival("a")]).outOfOrder).toEqual([]);
  });
});

test("a message is unprotected if the queue took it before the other queue did, by their earliest copies", () => {
  const at = (key: string, ...times: readonly number[]) => times.map((sentAt) => arrival(key, { sentAt }));
  const work = [...at("same", 5), ...at("later", 9, 4), ...at("before", 2), ...at("never", 8)];
  const standby = [...at("same", 5), ...at("later", 7, 3), ...at("before", 3), arrival(undefined)];
  expect(unprotected(work, standby)).toEqual(["before", "never"]);
});

describe("check, for any history", () => {
  /** What became of one message. */
  const fate = fc.record({
    acknowledged: fc.boolean(),
    copies: fc.nat({ max: 3 }),
    altered: fc.boolean(),
    group: fc.constantFrom("a", "b", "c"),
  });
  const history = fc.record({
    fates: fc.array(fate, { maxLength: 40 }),
    strangers: fc.nat({ max: 3 }),
    order: fc.infiniteStream(fc.nat()),
  });

  function historyOf({ fates, strangers, order }: typeof history extends fc.Arbitrary<infer T> ? T : never) {
    const attempts = fates.map(({ acknowledged, group }, index) => ({
      key: `key ${index}`,
      acknowledged,
      group,
    }));
    const arrivals = fates.flatMap(({ copies, altered }, index) =>
      Array.from({ length: copies }, () => arrival(`key ${index}`, { altered })),
    );
    const all = [...arrivals, ...Array.from({ length: strangers }, () => arrival("stranger"))];
    const ranked = all.map((each): [number, Arrival] => [order.next().value ?? 0, each]);
    return {
      attempts,
      arrivals: ranked.sort(([one], [other]) => one - other).map(([, each]) => each),
    };
  }

  test("every count is that of what was done to the messages", () => {
    fc.assert(
      fc.property(history, (given) => {
        const { attempts, arrivals } = historyOf(given);
        const verdict = check(attempts, arrivals);
        const keysWhere = (holds: (fate: (typeof given.fates)[number]) => boolean) =>
          given.fates.flatMap((each, index) => (holds(each) ? [`key ${index}`] : []));
        expect(verdict).toMatchObject({
          attempts: given.fates.length,
          acknowledged: keysWhere(({ acknowledged }) => acknowledged).length,
          ok: keysWhere(({ copies }) => copies > 0).length,
          lost: keysWhere(({ acknowledged, copies }) => acknowledged && copies === 0),
          recovered: keysWhere(({ acknowledged, copies }) => !acknowledged && copies > 0),
          redelivered: 0,
        });
        expect(verdict.unexpected).toHaveLength(given.strangers);
        expect([...verdict.altered].sort()).toEqual(
          keysWhere(({ altered, copies }) => altered && copies > 0).sort(),
        );
        expect(Object.fromEntries(verdict.duplicates.map(({ key, sentAt }) => [key, sentAt.length]))).toEqual(
          Object.fromEntries(
            given.fates.flatMap(({ copies }, index) => (copies > 1 ? [[`key ${index}`, copies]] : [])),
          ),
        );
      }),
    );
  });

  test("nothing is out of order exactly if each group's first arrivals come as they were sent", () => {
    fc.assert(
      fc.property(history, (given) => {
        const { attempts, arrivals } = historyOf(given);
        const places = new Map(attempts.map(({ key }, place) => [key, place]));
        const firsts = [...new Set(arrivals.flatMap(({ key }) => (key && places.has(key) ? [key] : [])))];
        const inOrder = ["a", "b", "c"].every((group) => {
          const ofGroup = firsts.map((key) => places.get(key)!).filter((at) => attempts[at]!.group === group);
          return ofGroup.every((place, index) => index === 0 || ofGroup[index - 1]! < place);
        });
        expect(check(attempts, arrivals).outOfOrder.length === 0).toBe(inOrder);
      }),
    );
  });

  test("what a consumer gets again changes nothing but the count of that", () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat(), { maxLength: 5 }), (given, again) => {
        const { attempts, arrivals } = historyOf(given);
        fc.pre(arrivals.length > 0);
        const repeated = again.map((index) => arrivals[index % arrivals.length]!);
        const { redelivered, ...rest } = check(attempts, [...arrivals, ...repeated]);
        expect(redelivered).toBe(again.length);
        expect({ ...rest, redelivered: 0 }).toEqual(check(attempts, arrivals));
      }),
    );
  });
});
