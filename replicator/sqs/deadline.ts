import { setMaxListeners } from "node:events";
import type { Context } from "aws-lambda";

/** The end of the time that a kind of work has within one invocation. */
export interface Deadline {
  /** Ends the calls that are under way when time is up. */
  readonly signal: AbortSignal;
  /** Whether there is time to start another call. */
  mayStart(): boolean;
}

/**
 * The deadlines of one invocation. Sending ends early enough that what was not sent can still be moved, backed off and reported. A function
 * that Lambda stops at its timeout reports nothing, and its whole batch comes back, with what had been delivered.
 */
export interface Deadlines {
  readonly sending: Deadline;
  readonly settling: Deadline;
}

/** Those of a function that receives messages itself, and must hold none when its time is up. */
export interface DrainDeadlines extends Deadlines {
  readonly receiving: Deadline;
  /** Milliseconds in which calls that send may still be started. */
  sendingLeftMs(): number;
}

/** From the moment when messages are asked for to the one when they are to be sent. */
const RECEIVING_MS = 2_000;
const SETTLING_MS = 3_000;
const REPORTING_MS = 500;
/** With less time left than this no call is started, because it would probably be cut off half-way: neither sent nor not sent. */
const SHORTEST_CALL_MS = 1_000;

export function deadlinesOf(context: Pick<Context, "getRemainingTimeInMillis">): Deadlines {
  return {
    sending: deadline(context, SETTLING_MS + REPORTING_MS),
    settling: deadline(context, REPORTING_MS),
  };
}

/** @param leftMs time that is left, in milliseconds */
export function drainDeadlinesOf(leftMs: () => number): DrainDeadlines {
  const time = { getRemainingTimeInMillis: leftMs };
  return {
    receiving: deadline(time, RECEIVING_MS + SETTLING_MS + REPORTING_MS),
    ...deadlinesOf(time),
    sendingLeftMs: () => leftMs() - SETTLING_MS - REPORTING_MS - SHORTEST_CALL_MS,
  };
}

function deadline(context: Pick<Context, "getRemainingTimeInMillis">, reservedMs: number): Deadline {
  const leftMs = () => context.getRemainingTimeInMillis() - reservedMs;
  const signal = AbortSignal.timeout(Math.max(0, Math.floor(leftMs())));
  // Every call under way listens; Node warns of a leak from the eleventh on.
  setMaxListeners(0, signal);
  return { signal, mayStart: () => leftMs() >= SHORTEST_CALL_MS };
}
