import type { DrainerSettings } from "./settings";
import { DRAIN_TASK_VERSION, type DrainTask, type TimeSpan } from "./task";

/** A task that is not done, with the reason, for the log. */
export interface RefusedTask {
  readonly refused: "no task" | "unknown version" | "another home" | "too late";
}

/**
 * The task in the payload of an invocation, or why there is nothing to do. Lambda may deliver an invocation late or twice, and
 * regions are applied at different times: what is not understood in full is not done in part.
 */
export function taskOf(
  payload: unknown,
  { homeRegion, region }: Pick<DrainerSettings, "homeRegion" | "region">,
  nowMs: number,
): DrainTask | RefusedTask {
  if (typeof payload !== "object" || payload === null || !("v" in payload)) return { refused: "no task" };
  if (payload.v !== DRAIN_TASK_VERSION) return { refused: "unknown version" };
  if (!isTask(payload)) return { refused: "no task" };
  // What is taken back are messages of the own home; everything else is about the home of this drainer.
  if (payload.home !== (payload.action === "reclaim" ? region : homeRegion))
    return { refused: "another home" };
  return nowMs < payload.until ? payload : { refused: "too late" };
}

type Payload = { readonly [field in keyof DrainTask]?: unknown };

function isTask(payload: Payload): payload is DrainTask {
  const { home, action, until, moves, adopts, processedBefore, answersFor, fromAfar, stay, rescued } =
    payload;
  return (
    typeof home === "string" &&
    (action === "drain" || (action === "reclaim" && isSpan(rescued))) &&
    isTime(until) &&
    isNames(moves) &&
    (adopts === undefined || isNames(adopts)) &&
    (processedBefore === undefined || isTime(processedBefore)) &&
    (answersFor === undefined || (Array.isArray(answersFor) && answersFor.every(isSpan))) &&
    (fromAfar === undefined || typeof fromAfar === "boolean") &&
    (stay === undefined || typeof stay === "boolean")
  );
}

function isNames(names: unknown): names is readonly string[] {
  return Array.isArray(names) && names.every((name) => typeof name === "string");
}

function isSpan(span: unknown): span is TimeSpan {
  if (typeof span !== "object" || span === null) return false;
  return "from" in span && isTime(span.from) && "until" in span && isTime(span.until);
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
