import { type Group, isSilent } from "./group";
import type { Given } from "./order";
import { describe, isCallersOwn, type Trouble } from "./trouble";

export interface FollowOptions {
  readonly timeoutMs: number;
  /** Time between two looks. */
  readonly everyMs: number;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Told of every change, one line each. */
  readonly say: (line: string) => void;
}

/** How a hand-over stands. */
export interface Followed {
  /** Whether the new owner has begun. */
  readonly done: boolean;
  /** What it waits for, in words. */
  readonly waitsFor?: string;
  /** Why the new owner could not be looked at: whether it has begun is not known then. */
  readonly unseen?: Trouble;
  /** Regions that answer, but whose controllers do not run: an order may call them lost. */
  readonly silent: readonly string[];
  readonly seconds: number;
}

/**
 * Follows a hand-over until the new owner has begun, or until the time is over: it goes on all the same then. Ends at once when no region
 * may be looked at any more, as with credentials that have expired.
 */
export async function follow(group: Group, { home, role }: Given, options: FollowOptions): Promise<Followed> {
  const { timeoutMs, everyMs, now, sleep, say } = options;
  const began = now();
  const seconds = () => Math.round((now() - began) / 100) / 10;
  const shown = new Map<string, string>();
  for (;;) {
    let waitsFor: string | undefined;
    let unseen: Trouble | undefined;
    const views = await group.look();
    const silent = views.filter((view) => isSilent(view, now())).map(({ region }) => region);
    for (const view of views) {
      const state = view.reached ? view.states?.homes[home] : undefined;
      const waits = state?.waitsFor === undefined ? "" : `, waits for ${state.waitsFor}`;
      const silence = silent.includes(view.region) ? ", its controller does not run" : "";
      const text = view.reached
        ? `${state?.phase ?? "nothing known"}${waits}${silence}`
        : describe(view.trouble);
      if (shown.get(view.region) !== text) {
        shown.set(view.region, text);
        say(`${seconds().toFixed(1).padStart(6)} s  ${view.region}: ${text}`);
      }
      if (view.region !== role.owner) continue;
      if (state?.phase === "owner" && state.epoch >= role.epoch) {
        return { done: true, silent, seconds: seconds() };
      }
      waitsFor = state?.waitsFor;
      if (!view.reached) unseen = view.trouble;
    }
    const isBlind = views.every((view) => !view.reached && isCallersOwn(view.trouble));
    if (isBlind || now() - began >= timeoutMs) {
      return {
        done: false,
        silent,
        seconds: seconds(),
        ...(waitsFor !== undefined && { waitsFor }),
        ...(unseen && { unseen }),
      };
    }
    await sleep(everyMs);
  }
}
