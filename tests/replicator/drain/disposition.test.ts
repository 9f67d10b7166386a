import fc from "fast-check";
import type { Copy } from "../../../replicator/drain/copy";
import { type Completed, dispositionOf, type Rules } from "../../../replicator/drain/disposition";
import { HOME, SENT, sqsRecord } from "../records";
import { ELSEWHERE, HERE } from "./world";

const WEEK_MS = 7 * 86_400_000;

type CopyParts = Partial<Copy> & { readonly owner?: string; readonly home?: string };

function copy({ owner, home = HOME, ...parts }: CopyParts = {}): Copy {
  const record = sqsRecord();
  const origin = { v: 1, home, id: "m", sent: SENT, sender: "s", ...(owner === undefined ? {} : { owner }) };
  return {
    record,
    message: { body: "b", attributes: {} },
    origin,
    takenInMs: SENT,
    seenMs: SENT,
    ledgerId: "orders#1",
    ...parts,
  };
}

/** On the home's ingress queue. */
function untaken(): Copy {
  const { takenInMs: _, seenMs: __, ...rest } = copy();
  return rest;
}

/** Without an origin there is no identity either, unless a business key gives one. */
function withoutOrigin(ledgerId?: string): Copy {
  const { origin: _, ledgerId: __, ...rest } = copy();
  return { ...rest, ...(ledgerId === undefined ? {} : { ledgerId }) };
}

const SPAN = { from: SENT, until: SENT + 1 };
const NONE: Completed = new Set();
const DONE: Completed = new Set(["orders#1"]);
const OWNED = [HOME, HERE];
const MARKED = [HERE];

/** What a test changes: by what is decided, and for which homes the pass is open. */
type Changes = Partial<Rules> & { readonly open?: readonly string[] };

function disposition(one: Copy, completed: Completed, { open, ...changes }: Changes = {}) {
  const rules: Rules = {
    region: HERE,
    homeRegion: HOME,
    rescue: "ledger",
    onMissingIdentity: "forward",
    moves: OWNED,
    ...changes,
  };
  return dispositionOf(one, { completed, open: new Set(open ?? rules.moves) }, rules);
}

function said(one: Copy, completed: Completed, changes: Changes = {}): string {
  const found = disposition(one, completed, changes);
  return [found.does, found.does === "move" ? found.to : found.why].join(" ");
}

describe("dispositionOf", () => {
  test.each<[string, Copy, Completed, Changes, string]>([
    ["processed", copy(), DONE, { moves: MARKED }, "delete processed"],
    ["unprocessed", copy(), NONE, { moves: MARKED }, "leave unprocessed"],
    ["unprocessed, owned", copy(), NONE, {}, "move work"],
    ["unprocessed, owned, but the pass is closed", copy(), NONE, { open: [HERE] }, "leave closed"],
    [
      "unprocessed, and the pass is open, but nobody said to move",
      copy(),
      NONE,
      { moves: [], open: OWNED },
      "leave unprocessed",
    ],
    ["unknown", copy(), undefined, { moves: MARKED }, "leave unknown"],
    ["unknown, owned", copy(), undefined, {}, "leave unknown"],
    ["marked for here", copy({ owner: HERE }), NONE, { moves: MARKED }, "move work"],
    ["marked for here, unknown", copy({ owner: HERE }), undefined, { moves: MARKED }, "move work"],
    ["marked for here, processed", copy({ owner: HERE }), DONE, {}, "delete processed"],
    ["marked for here, not now", copy({ owner: HERE }), NONE, { moves: [HOME] }, "leave mark"],
    ["marked for here, pass closed", copy({ owner: HERE }), NONE, { open: [HOME] }, "leave closed"],
    ["marked for another", copy({ owner: ELSEWHERE }), NONE, {}, "leave mark"],
    ["marked for another, processed", copy({ owner: ELSEWHERE }), DONE, {}, "delete processed"],
    [
      "marked for another, whose home is owned here",
      copy({ owner: ELSEWHERE }),
      NONE,
      { moves: [ELSEWHERE] },
      "move work",
    ],
    ["marked for nobody of the group", copy({ owner: "xx-none-1" }), NONE, {}, "leave mark"],
    ["marked for its own home", copy({ owner: HOME }), NONE, { moves: MARKED }, "leave mark"],
    ["marked for its own home, owned", copy({ owner: HOME }), NONE, {}, "move work"],
    ["without identity", withoutOrigin(), NONE, {}, "move work"],
    ["without identity, dlq", withoutOrigin(), NONE, { onMissingIdentity: "dlq" }, "move dlq"],
    [
      "without identity, at home",
      withoutOrigin(),
      NONE,
      { moves: MARKED, onMissingIdentity: "dlq" },
      "leave unprocessed",
    ],
    ["without identity, pass closed", withoutOrigin(), NONE, { open: [HERE] }, "leave closed"],
    ["without identity, unknown", withoutOrigin(), undefined, {}, "leave unknown"],
    ["known by its business key", withoutOrigin("orders#1"), DONE, {}, "delete processed"],
    ["of another home", copy({ home: ELSEWHERE }), NONE, { moves: [HOME, HERE, ELSEWHERE] }, "leave foreign"],
    ["of another home, processed", copy({ home: ELSEWHERE }), DONE, {}, "leave foreign"],
    ["of the own home", copy({ home: HERE }), NONE, {}, "leave foreign"],
    ["of another home, marked for here", copy({ home: ELSEWHERE, owner: HERE }), NONE, {}, "leave foreign"],
  ])("by ledger: %s", (_, one, completed, changes, expected) => {
    expect(said(one, completed, changes)).toBe(expected);
  });

  test.each<[string, Copy, Changes, string]>([
    ["before the time", copy(), { processedBefore: SENT + 1 }, "delete processed"],
    ["at the time", copy(), { processedBefore: SENT }, "move work"],
    [
      "taken in before the time, and to be seen after it",
      copy({ seenMs: SENT + 5 }),
      { processedBefore: SENT + 1 },
      "move work",
    ],
    ["before the time, marked", copy({ owner: HERE }), { processedBefore: SENT + 1 }, "move work"],
    [
      "before the time, marked for nobody",
      copy({ owner: "xx-none-1" }),
      { processedBefore: SENT + 1 },
      "leave mark",
    ],
    [
      "before the time, of another home",
      copy({ home: ELSEWHERE }),
      { processedBefore: SENT + 1 },
      "leave foreign",
    ],
    ["before the time, on ingress", untaken(), { processedBefore: SENT + 1 }, "move work"],
    [
      "answered for, at home",
      copy(),
      { moves: MARKED, processedBefore: SENT + 1, answersFor: [SPAN] },
      "move work",
    ],
    ["answered for, not now", copy(), { moves: [HOME], answersFor: [SPAN] }, "leave mark"],
    ["answered for, pass closed", copy(), { open: [HOME], answersFor: [SPAN] }, "leave closed"],
    ["answered for, marked for another", copy({ owner: ELSEWHERE }), { answersFor: [SPAN] }, "leave mark"],
    [
      "answered for, without origin",
      withoutOrigin(),
      { moves: MARKED, answersFor: [SPAN] },
      "leave unprocessed",
    ],
    ["answered for, on ingress", untaken(), { moves: MARKED, answersFor: [SPAN] }, "leave unprocessed"],
    [
      "after the span",
      copy(),
      { moves: MARKED, answersFor: [{ from: 0, until: SENT }] },
      "leave unprocessed",
    ],
    [
      "before the span",
      copy(),
      { moves: MARKED, answersFor: [{ from: SENT + 1, until: SENT + 2 }] },
      "leave unprocessed",
    ],
  ])("by watermark: %s", (_, one, changes, expected) => {
    expect(said(one, NONE, { rescue: "watermark", ...changes })).toBe(expected);
  });

  test("with a ledger no time counts: only the ledger says what is processed", () => {
    const changes = { processedBefore: SENT + 1, answersFor: [SPAN] };
    expect(said(copy(), NONE, changes)).toBe("move work");
    expect(said(copy(), NONE, { ...changes, moves: MARKED })).toBe("leave unprocessed");
    expect(said(copy(), undefined, changes)).toBe("leave unknown");
  });

  test.each<[Changes, string]>([
    [{}, "leave manual"],
    [{ moves: MARKED }, "leave manual"],
    [{ moves: [] }, "leave unprocessed"],
    [{ processedBefore: SENT }, "move work"],
    [{ processedBefore: SENT + 1 }, "delete processed"],
    [{ moves: MARKED, processedBefore: SENT }, "leave unprocessed"],
  ])("by hand, with %p", (changes, expected) => {
    expect(said(copy(), NONE, { rescue: "manual", ...changes })).toBe(expected);
    expect(said(untaken(), NONE, { rescue: "manual" })).toBe("move work");
  });

  const anyCopy = fc
    .record({
      home: fc.oneof({ weight: 5, arbitrary: fc.constant(HOME) }, fc.constantFrom(HERE, ELSEWHERE)),
      owner: fc.constantFrom(undefined, HERE, ELSEWHERE, HOME, "xx-none-1"),
      takenInMs: fc.integer({ min: SENT - WEEK_MS, max: SENT }),
      seenAfterMs: fc.constantFrom(0, 5),
      hasId: fc.boolean(),
    })
    .map(({ owner, takenInMs, seenAfterMs, hasId, home }) => {
      const times = { home, takenInMs, seenMs: takenInMs + seenAfterMs };
      const { ledgerId, ...rest } = copy({ ...times, ...(owner === undefined ? {} : { owner }) });
      return { one: hasId ? { ...rest, ledgerId: ledgerId! } : rest, owner, hasId, ...times };
    });
  const anyMoment = fc.integer({ min: SENT - WEEK_MS, max: SENT });
  const anyChanges = fc.record(
    {
      moves: fc.subarray([HOME, HERE, ELSEWHERE]),
      open: fc.subarray([HOME, HERE, ELSEWHERE]),
      rescue: fc.constantFrom("ledger" as const, "watermark" as const, "manual" as const),
      onMissingIdentity: fc.constantFrom("forward" as const, "dlq" as const),
      processedBefore: anyMoment,
      answersFor: fc.array(fc.tuple(anyMoment, anyMoment).map(([from, until]) => ({ from, until }))),
    },
    { requiredKeys: ["moves", "open", "rescue", "onMissingIdentity"] },
  );

  test("never deletes what may be unprocessed, and moves only what counts as a home's whose pass is open", () => {
    fc.assert(
      fc.property(
        anyCopy,
        anyChanges,
        fc.constantFrom(NONE, DONE, undefined),
        (given, changes, completed) => {
          const { one, home, owner, hasId, takenInMs, seenMs } = given;
          const {
            rescue,
            answersFor = [],
            processedBefore = Number.NEGATIVE_INFINITY,
            moves,
            open,
          } = changes;
          const isInSpan = answersFor.some(({ from, until }) => from <= takenInMs && takenInMs < until);
          const effective = owner ?? (rescue !== "ledger" && isInSpan ? HERE : HOME);
          const isUnmarked = owner === undefined && effective === HOME;
          const isProcessed =
            (hasId && completed === DONE) || (rescue !== "ledger" && isUnmarked && seenMs < processedBefore);
          const found = disposition(one, completed, changes);
          if (found.does === "delete") expect([isProcessed, home]).toEqual([true, HOME]);
          if (found.does !== "move") return;
          expect([isProcessed, home]).toEqual([false, HOME]);
          expect(moves).toContain(effective);
          expect(open).toContain(effective);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("leaves nothing for ever that is the group's: when all homes are owned here, all is moved or deleted", () => {
    fc.assert(
      fc.property(
        anyCopy,
        anyChanges,
        fc.constantFrom(NONE, DONE),
        ({ one, home, owner }, changes, completed) => {
          const homes = [HOME, HERE, ELSEWHERE];
          const all = { processedBefore: SENT - WEEK_MS, ...changes, moves: homes, open: homes };
          const isStrange = home !== HOME || owner === "xx-none-1";
          expect(disposition(one, completed, all).does === "leave").toBe(
            isStrange && !(home === HOME && said(one, completed, all) === "delete processed"),
          );
        },
      ),
    );
  });
});
