import { effectiveHome } from "../../messages/origin";
import { isPiece } from "../../messages/pieces";
import type { Copy } from "./copy";
import type { DrainerSettings } from "./settings";
import type { DrainTask } from "./task";

/** What becomes of a copy, and why. */
export type Disposition =
  | { readonly does: "delete"; readonly why: "processed" | "repeated" }
  | { readonly does: "move"; readonly to: "work" | "dlq" }
  | { readonly does: "leave"; readonly why: KeptFor };

/**
 * | why | the copy stays because |
 * |---|---|
 * | `underWay` | another copy of its message is being moved |
 * | `unprocessed` | its home will process it |
 * | `unknown` | the ledger does not say whether it is processed |
 * | `closed` | it is to be moved, but this region's pass for its effective home is not open |
 * | `behind` | one before it in its FIFO group stays that is to go |
 * | `mark` | it counts as another home's, and that home's messages are not to be moved now |
 * | `manual` | nobody said what counts as processed |
 * | `foreign` | its origin names another home than the one whose copies come here: nobody of the group has put it here |
 */
export type KeptFor =
  | "underWay"
  | "unprocessed"
  | "unknown"
  | "closed"
  | "behind"
  | "mark"
  | "manual"
  | "foreign";

/** By what a drainer decides. */
export type Rules = Pick<DrainTask, "moves" | "processedBefore" | "answersFor"> &
  Pick<DrainerSettings, "region" | "homeRegion" | "rescue" | "onMissingIdentity">;

/** Ids of those copies that have a `COMPLETED` entry in the ledger; undefined when it did not answer. */
export type Completed = ReadonlySet<string> | undefined;

/** What is known at the moment of the decision. */
export interface Knowledge {
  readonly completed: Completed;
  /** Effective homes for which this region's pass is open. */
  readonly open: ReadonlySet<string>;
}

/**
 * Decides about one copy. Copies that carry a mark never were on their home's work queue: what that queue has processed says nothing
 * of them. The same holds of what this region answers for without a mark: it is on its home's work queue no more.
 *
 * Nothing unprocessed is deleted, however old: that is a matter of the retention of the queue that holds the copy.
 *
 * An origin that names another home is a stranger's. On the work queue such a copy would be that other home's message, which this region
 * may own or not; so it stays, and is counted. A mark that names no region of the group is for nobody: no pass is ever open for it, and
 * no watermark takes it for processed. Such copies too stay for whoever looks after them.
 *
 * A piece of a message, found on the home's ingress queue, is nothing to process.
 */
export function dispositionOf(copy: Copy, { completed, open }: Knowledge, rules: Rules): Disposition {
  const { homeRegion, rescue, moves, processedBefore } = rules;
  if (copy.origin !== undefined && copy.origin.home !== homeRegion) return leave("foreign");
  const home = homeOf(copy, rules);
  const isMarked = copy.origin?.owner !== undefined || home !== homeRegion;
  const isDone = !isMarked && rescue !== "ledger" && isBefore(copy, processedBefore);
  if (isCompleted(copy, completed) || isDone) return { does: "delete", why: "processed" };
  if (!isMarked && rescue === "ledger" && completed === undefined) return leave("unknown");
  if (!isMarked && rescue === "manual" && processedBefore === undefined && copy.takenInMs !== undefined) {
    // While only marked copies are looked for, the others are as little to the point as those that are marked for another region.
    return leave(moves.length > 0 ? "manual" : "unprocessed");
  }
  if (!moves.includes(home)) return leave(isMarked ? "mark" : "unprocessed");
  if (!open.has(home)) return leave("closed");
  if (isPiece(copy.message)) return { does: "move", to: "dlq" };
  const hasIdentity = isMarked || rescue !== "ledger" || copy.ledgerId !== undefined;
  return { does: "move", to: hasIdentity || rules.onMissingIdentity === "forward" ? "work" : "dlq" };
}

/** The effective home of a copy. One without an origin always comes to its home's work queue too. */
export function homeOf({ origin, takenInMs }: Copy, rules: Rules): string {
  const { region, homeRegion, rescue, answersFor = [] } = rules;
  if (origin === undefined) return homeRegion;
  const isOurs =
    rescue !== "ledger" &&
    origin.owner === undefined &&
    takenInMs !== undefined &&
    answersFor.some(({ from, until }) => from <= takenInMs && takenInMs < until);
  return isOurs ? region : effectiveHome(origin);
}

function leave(why: KeptFor): Disposition {
  return { does: "leave", why };
}

function isCompleted({ ledgerId }: Copy, completed: Completed): boolean {
  return ledgerId !== undefined && completed?.has(ledgerId) === true;
}

/** Whether a consumer of the home can have seen the message before a moment. What is still on the ingress queue nobody has seen. */
function isBefore({ seenMs }: Copy, moment: number | undefined): boolean {
  return seenMs !== undefined && moment !== undefined && seenMs < moment;
}
