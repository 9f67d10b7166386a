import type { Copy } from "./copy";
import type { DrainerSettings } from "./settings";
import type { DrainTask } from "./task";

/** What becomes of a copy, and why. */
export type Fate =
  | { readonly does: "delete"; readonly why: "processed" | "repeated" | "expired" }
  | { readonly does: "move"; readonly to: "work" | "dlq" }
  | { readonly does: "leave"; readonly why: KeptFor };

/**
 * | why | the copy stays because |
 * |---|---|
 * | `underWay` | another copy of its message is being moved |
 * | `unprocessed` | its home will process it |
 * | `unknown` | the ledger does not say whether it is processed |
 * | `mark` | another region processes it, or this one may not do so now |
 * | `manual` | nobody said what counts as processed |
 */
export type KeptFor = "underWay" | "unprocessed" | "unknown" | "mark" | "manual";

/** By what a drainer decides. */
export type Rules = Pick<
  DrainTask,
  "action" | "marked" | "processedBefore" | "takenInBefore" | "answersFor"
> &
  Pick<DrainerSettings, "region" | "rescue" | "onMissingIdentity" | "workRetentionSeconds">;

/** Ids of those copies that have a `COMPLETED` entry in the ledger; undefined when it did not answer. */
export type Completed = ReadonlySet<string> | undefined;

/**
 * Decides about one copy. Copies that carry a mark never were on their home's work queue: what that queue has processed says nothing
 * of them, and one that is for this region is not discarded for its age either, because it did not age there. The same holds of what
 * this region answers for without a mark: it is on its home's work queue no more.
 */
export function fateOf(copy: Copy, completed: Completed, rules: Rules, nowMs: number): Fate {
  const { action, marked, region, rescue } = rules;
  const mark = markOf(copy, rules);
  if (isCompleted(copy, completed) || (mark === undefined && isBefore(copy, rules.processedBefore))) {
    return { does: "delete", why: "processed" };
  }
  if (mark === region) return marked ? WORK : leave("mark");
  if (mark === undefined && rescue === "ledger" && completed === undefined) return leave("unknown");
  if (isBefore(copy, nowMs - rules.workRetentionSeconds * 1_000)) return { does: "delete", why: "expired" };
  if (mark !== undefined) return leave("mark");
  if (rescue === "manual" && rules.processedBefore === undefined && copy.takenInMs !== undefined) {
    // While only marked copies are looked for, the others are as little to the point as those that are marked for another region.
    return leave(action === "move" || marked ? "manual" : "unprocessed");
  }
  if (action === "prune" || isSince(copy, rules.takenInBefore)) return leave("unprocessed");
  const hasIdentity = rescue !== "ledger" || copy.ledgerId !== undefined;
  return hasIdentity || rules.onMissingIdentity === "forward" ? WORK : { does: "move", to: "dlq" };
}

const WORK: Fate = { does: "move", to: "work" };

function leave(why: KeptFor): Fate {
  return { does: "leave", why };
}

/** Region that has to process a copy, if that is not its home. One without an origin always comes to its home's work queue too. */
function markOf({ origin }: Copy, { region, answersFor = [] }: Rules): string | undefined {
  if (origin === undefined || origin.owner !== undefined) return origin?.owner;
  return answersFor.some(({ from, until }) => from <= origin.sent && origin.sent < until)
    ? region
    : undefined;
}

function isCompleted({ ledgerId }: Copy, completed: Completed): boolean {
  return ledgerId !== undefined && completed?.has(ledgerId) === true;
}

/** Whether the home took the copy in before a moment. What is still on the ingress queue was not taken in. */
function isBefore({ takenInMs }: Copy, moment: number | undefined): boolean {
  return takenInMs !== undefined && moment !== undefined && takenInMs < moment;
}

function isSince({ takenInMs }: Copy, moment: number | undefined): boolean {
  return takenInMs !== undefined && moment !== undefined && takenInMs >= moment;
}
