import fc from "fast-check";
import type { Copy } from "../../../replicator/drain/copy";
import { type Completed, fateOf, type Rules } from "../../../replicator/drain/fate";
import { HOME, SENT, sqsRecord } from "../records";
import { ELSEWHERE, HERE } from "./world";

const WEEK_MS = 7 * 86_400_000;

function copy({ owner, ...parts }: Partial<Copy> & { readonly owner?: string } = {}): Copy {
  const record = sqsRecord();
  const origin = {
    v: 1,
    home: HOME,
    id: "m",
    sent: SENT,
    sender: "s",
    ...(owner === undefined ? {} : { owner }),
  };
  return {
    record,
    message: { body: "b", attributes: {} },
    origin,
    takenInMs: SENT,
    ledgerId: "orders#1",
    ...parts,
  };
}

function rules(changes: Partial<Rules> = {}): Rules {
  return {
    action: "move",
    marked: true,
    region: HERE,
    rescue: "ledger",
    onMissingIdentity: "forward",
    workRetentionSeconds: 345_600,
    ...changes,
  };
}

const SPAN = { from: SENT, until: SENT + 1 };
const NONE: Completed = new Set();
const DONE: Completed = new Set(["orders#1"]);

function said(one: Copy, completed: Completed, changes: Partial<Rules> = {}, nowMs = SENT + 1_000): string {
  const fate = fateOf(one, completed, rules(changes), nowMs);
  return [fate.does, fate.does === "move" ? fate.to : fate.why].join(" ");
}

/** Without an origin there is no identity either, unless a business key gives one. */
function withoutOrigin(ledgerId?: string): Copy {
  const { origin: _, ledgerId: __, ...rest } = copy();
  return { ...rest, ...(ledgerId === undefined ? {} : { ledgerId }) };
}

describe("fateOf", () => {
  test.each<[string, Copy, Completed, Partial<Rules>, string]>([
    ["processed", copy(), DONE, { action: "prune" }, "delete processed"],
    ["unprocessed", copy(), NONE, { action: "prune" }, "leave unprocessed"],
    ["unprocessed, owned", copy(), NONE, {}, "move work"],
    ["unknown", copy(), undefined, { action: "prune" }, "leave unknown"],
    ["unknown, owned", copy(), undefined, {}, "leave unknown"],
    ["marked for here", copy({ owner: HERE }), NONE, { action: "prune" }, "move work"],
    ["marked for here, unknown", copy({ owner: HERE }), undefined, { action: "prune" }, "move work"],
    ["marked for here, processed", copy({ owner: HERE }), DONE, {}, "delete processed"],
    ["marked for here, not now", copy({ owner: HERE }), NONE, { marked: false }, "leave mark"],
    ["marked for another", copy({ owner: ELSEWHERE }), NONE, {}, "leave mark"],
    ["marked for another, processed", copy({ owner: ELSEWHERE }), DONE, {}, "delete processed"],
    ["without identity", withoutOrigin(), NONE, {}, "move work"],
    ["without identity, dlq", withoutOrigin(), NONE, { onMissingIdentity: "dlq" }, "move dlq"],
    [
      "without identity, at home",
      withoutOrigin(),
      NONE,
      { action: "prune", onMissingIdentity: "dlq" },
      "leave unprocessed",
    ],
    ["without identity, unknown", withoutOrigin(), undefined, {}, "leave unknown"],
    ["known by its business key", withoutOrigin("orders#1"), DONE, {}, "delete processed"],
    ["before the time", copy(), NONE, { processedBefore: SENT + 1 }, "delete processed"],
    ["at the time", copy(), NONE, { processedBefore: SENT }, "move work"],
    ["before the time, marked", copy({ owner: HERE }), NONE, { processedBefore: SENT + 1 }, "move work"],
    [
      "answered for, at home",
      copy(),
      NONE,
      { action: "prune", processedBefore: SENT + 1, answersFor: [SPAN] },
      "move work",
    ],
    ["answered for, processed", copy(), DONE, { action: "prune", answersFor: [SPAN] }, "delete processed"],
    ["answered for, not now", copy(), NONE, { marked: false, answersFor: [SPAN] }, "leave mark"],
    [
      "answered for, marked for another",
      copy({ owner: ELSEWHERE }),
      NONE,
      { answersFor: [SPAN] },
      "leave mark",
    ],
    [
      "answered for, without origin",
      withoutOrigin(),
      NONE,
      { action: "prune", answersFor: [SPAN] },
      "leave unprocessed",
    ],
    [
      "after the span",
      copy(),
      NONE,
      { action: "prune", answersFor: [{ from: 0, until: SENT }] },
      "leave unprocessed",
    ],
    [
      "before the span",
      copy(),
      NONE,
      { action: "prune", answersFor: [{ from: SENT + 1, until: SENT + 2 }] },
      "leave unprocessed",
    ],
    ["the home's again", copy(), NONE, { takenInBefore: SENT }, "leave unprocessed"],
    ["not the home's yet", copy(), NONE, { takenInBefore: SENT + 1 }, "move work"],
    ["the home's again, marked", copy({ owner: HERE }), NONE, { takenInBefore: SENT }, "move work"],
    ["the home's again, processed", copy(), DONE, { takenInBefore: SENT }, "delete processed"],
    [
      "on ingress, when the home is not fenced",
      copy({ takenInMs: undefined as never }),
      NONE,
      { takenInBefore: SENT },
      "move work",
    ],
    [
      "before the time, on ingress",
      copy({ takenInMs: undefined as never }),
      NONE,
      { processedBefore: SENT + 1 },
      "move work",
    ],
  ])("%s", (_, one, completed, changes, expected) => {
    const { takenInMs, ...rest } = one;
    expect(said(takenInMs === undefined ? rest : one, completed, changes)).toBe(expected);
  });

  test.each<[string, Copy, Completed, string]>([
    ["unprocessed", copy(), NONE, "delete expired"],
    ["unknown", copy(), undefined, "leave unknown"],
    ["marked for another", copy({ owner: ELSEWHERE }), NONE, "delete expired"],
    ["marked for here", copy({ owner: HERE }), NONE, "move work"],
    ["without identity", withoutOrigin(), NONE, "delete expired"],
  ])("%s, older than the work queue's retention", (_, one, completed, expected) => {
    expect(said(one, completed, {}, SENT + WEEK_MS)).toBe(expected);
  });

  test("what this region answers for is never too old", () => {
    expect(said(copy(), NONE, { answersFor: [SPAN] }, SENT + WEEK_MS)).toBe("move work");
  });

  test("on ingress nothing is too old", () => {
    const { takenInMs: _, ...waiting } = copy();
    expect(said(waiting, NONE, {}, SENT + WEEK_MS)).toBe("move work");
  });

  test.each<[Partial<Rules>, string]>([
    [{}, "leave manual"],
    [{ action: "prune" }, "leave manual"],
    [{ action: "prune", marked: false }, "leave unprocessed"],
    [{ processedBefore: SENT }, "move work"],
    [{ processedBefore: SENT + 1 }, "delete processed"],
    [{ action: "prune", processedBefore: SENT }, "leave unprocessed"],
  ])("by hand, with %p", (changes, expected) => {
    expect(said(copy(), NONE, { rescue: "manual", ...changes })).toBe(expected);
    const { takenInMs: _, ...waiting } = copy();
    expect(said(waiting, NONE, { rescue: "manual", action: "move" })).toBe("move work");
  });

  test("never deletes what may be unprocessed, and moves nothing unmarked unless the home is owned", () => {
    const anyCopy = fc.record({
      owner: fc.constantFrom(undefined, HERE, ELSEWHERE),
      takenInMs: fc.integer({ min: SENT - WEEK_MS, max: SENT }),
      hasId: fc.boolean(),
    });
    const anyRules = fc.record(
      {
        action: fc.constantFrom("prune" as const, "move" as const),
        marked: fc.boolean(),
        rescue: fc.constantFrom("ledger" as const, "watermark" as const, "manual" as const),
        onMissingIdentity: fc.constantFrom("forward" as const, "dlq" as const),
        processedBefore: fc.integer({ min: SENT - WEEK_MS, max: SENT }),
        takenInBefore: fc.integer({ min: SENT - WEEK_MS, max: SENT }),
        answersFor: fc.subarray([SPAN, { from: 0, until: SENT }]),
      },
      { requiredKeys: ["action", "marked", "rescue", "onMissingIdentity"] },
    );
    fc.assert(
      fc.property(
        anyCopy,
        anyRules,
        fc.constantFrom(NONE, DONE, undefined),
        ({ owner, takenInMs, hasId }, changes, completed) => {
          const { ledgerId: _, ...rest } = copy({ takenInMs, ...(owner === undefined ? {} : { owner }) });
          const one: Copy = hasId ? copy({ ...rest }) : rest;
          const fate = fateOf(one, completed, rules(changes), SENT);
          const isInSpan = ({ from, until }: typeof SPAN) => from <= SENT && SENT < until;
          const mark = owner ?? (changes.answersFor?.some(isInSpan) ? HERE : undefined);
          const isProcessed =
            (hasId && completed === DONE) ||
            (mark === undefined && takenInMs < (changes.processedBefore ?? Number.NEGATIVE_INFINITY));
          const isExpired = takenInMs < SENT - 345_600_000 && mark !== HERE;
          if (fate.does === "delete") expect(fate.why === "processed" ? isProcessed : isExpired).toBe(true);
          if (fate.does !== "move") return;
          expect(isProcessed).toBe(false);
          const isOwned = changes.action === "move" && takenInMs < (changes.takenInBefore ?? SENT + 1);
          expect(mark === HERE ? changes.marked : mark === undefined && isOwned).toBe(true);
        },
      ),
    );
  });
});
