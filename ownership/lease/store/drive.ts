import { setTimeout as wait } from "node:timers/promises";
import type { Effect, Steps } from "../effects";
import type { LeaseStore } from "./store";

export interface DriveOptions {
  /** Monotonic clock of the run, milliseconds. */
  readonly clock: () => number;
  /** When the run ends, by that clock. @default never */
  readonly until?: number;
  /** Ends the run when it is aborted. @default nothing does */
  readonly signal?: AbortSignal;
  /** Ends early, without rejecting, when the signal is aborted. @default a timer */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
  /** Told of a call that rejected. The protocol goes on as if nothing had been answered. @default nobody is told */
  readonly report?: (error: unknown) => void;
}

/**
 * Runs the protocol against a store, until it returns or is told to end. A sleep is cut short then; a look or a round that is under way ends by
 * itself, within its time-out, and is the last.
 *
 * @returns what the protocol returned; undefined: it was ended
 */
export async function drive<T>(
  steps: Steps<T>,
  store: Pick<LeaseStore, "look" | "round">,
  {
    clock,
    until = Number.POSITIVE_INFINITY,
    signal = never(),
    sleep = timer,
    report = () => {},
  }: DriveOptions,
): Promise<T | undefined> {
  const isOver = () => signal.aborted || clock() >= until;
  const carryOut = async (effect: Effect): Promise<unknown> => {
    switch (effect.kind) {
      case "look":
        return store.look(effect.tables);
      case "round":
        return store.round(effect.writes, effect.isEnough);
      case "sleep":
        return sleep(Math.max(0, Math.min(effect.ms, until - clock())), signal);
    }
  };
  let next = steps.next();
  while (!next.done && !isOver()) {
    const effect = next.value;
    const answer = await carryOut(effect).catch((error: unknown) => {
      report(error);
      return effect.kind === "sleep" ? undefined : new Map();
    });
    next = steps.next(answer);
  }
  return next.done ? next.value : undefined;
}

/** Rejects when the signal is aborted, and the run is over then. */
async function timer(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => {});
}

function never(): AbortSignal {
  return new AbortController().signal;
}
