import type { CommandEnvironment } from "./environment";
import type { OperatedGroup } from "./group";
import type { GroupView } from "./group-view";
import { isCallersOwn, type Trouble } from "./trouble";
import { type Ordered, type OrderProgress, progressOf } from "./waiting";

/** Time between two looks. */
const LOOK_EVERY_MS = 2_000;

/** How something that was ordered stands. */
export interface Followed {
  readonly done: boolean;
  /** What is waited for, as the rest of a sentence that begins with "until". */
  readonly waitsUntil?: string;
  /** Why it will not come about any more. */
  readonly over?: string;
  /** Why no table may be looked at any more: how it stands is not known then. */
  readonly unseen?: Trouble;
  readonly seconds: number;
}

/** Follows an order about a home. The hand-over goes on whether it is followed or not. */
export function followOrder(
  group: OperatedGroup,
  environment: CommandEnvironment,
  { home, order, timeoutMs }: { readonly home: string; readonly order: Ordered; readonly timeoutMs: number },
): Promise<Followed> {
  return follow(group, environment, { timeoutMs, progressIn: (sight) => progressOf(sight, home, order) });
}

/**
 * Looks again and again until something is done or over, or until the time is over. Ends at once when no table may be looked at any more, as
 * with credentials that have expired. Says what is waited for whenever that changes.
 */
export async function follow(
  group: OperatedGroup,
  { now, sleep, say }: Pick<CommandEnvironment, "now" | "sleep" | "say">,
  {
    timeoutMs,
    progressIn,
  }: {
    readonly timeoutMs: number;
    readonly progressIn: (sight: GroupView) => OrderProgress | Promise<OrderProgress>;
  },
): Promise<Followed> {
  const began = now();
  const seconds = () => Math.round((now() - began) / 100) / 10;
  let shown: string | undefined;
  for (;;) {
    const sight = await group.look();
    const unseen = unseenIn(sight);
    if (unseen !== undefined) return { done: false, unseen, seconds: seconds() };
    const progress = await progressIn(sight);
    if (progress.kind === "done") return { done: true, seconds: seconds() };
    if (progress.kind === "over") return { done: false, over: progress.why, seconds: seconds() };
    const { until } = progress;
    if (until !== shown) say(`${seconds().toFixed(1).padStart(6)} s  waits until ${until}`);
    shown = until;
    if (now() - began >= timeoutMs) return { done: false, waitsUntil: until, seconds: seconds() };
    await sleep(LOOK_EVERY_MS);
  }
}

function unseenIn({ tables, troubles }: GroupView): Trouble | undefined {
  const found = [...troubles.values()];
  return found.length === tables.length && found.every(isCallersOwn) ? found[0] : undefined;
}
