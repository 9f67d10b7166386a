/**
 * A permit for a call straight to a peer. With `trial` the call finds out whether a peer that was given up is back. What became of the call
 * must be told to {@link Breaker.settle} before there is another one.
 */
export type Permit = "normal" | "trial";

/** What a call says about the peer: it answered, it did not, or neither can be told. */
export type CallVerdict = "answered" | "failed" | "unknown";

export type BreakerState = "closed" | "open" | "half-open";

/** Calls in a row that fail or are slow before a peer is given up. */
const BAD_CALLS = 3;
/** Longest time in which a healthy peer answers over an open connection: the longest way between two regions and back is 350 ms. */
const SLOW_MS = 400;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A pause is at least so many times the time that the failed call took. */
const PAUSE_PER_LOST_MS = 30;

/**
 * Decides, in the memory of one warm worker, whether a peer is worth a call or its copies go to its outbox at once. It only saves time: a
 * message that the peer does not take goes to the outbox in any state.
 *
 * | state | calls straight to the peer | leaves it when |
 * |---|---|---|
 * | closed | all | three in a row have failed or were slow, or one has failed that took long |
 * | open | none | its pause is over |
 * | half-open | one, the trial | the trial is settled: closed if the peer answered in time, open if not |
 *
 * A pause is 1 s, doubling with each failed trial, or 30 times what a failed call has cost if that is longer; it is at most 30 s, and of
 * all this between three quarters and all.
 *
 * A call that hangs costs the home as much as a hundred that do not, so one is enough. However a peer fails, a worker spends no more than
 * about a twentieth of its time on finding out. A slow peer is a failed one, or it would slow the home. Until a peer has answered a worker
 * for the first time, a call that takes long may do so because the worker has just started: it costs the shortest pause.
 */
export class Breaker {
  private phase: BreakerState = "closed";
  private hasAnswered = false;
  private badCalls = 0;
  private failedTrials = 0;
  private until = 0;

  get state(): BreakerState {
    return this.phase;
  }

  /** A permit for a call, or undefined when there is none. */
  ask(nowMs: number): Permit | undefined {
    if (this.phase === "closed") return "normal";
    if (this.phase === "half-open" || nowMs < this.until) return undefined;
    this.phase = "half-open";
    return "trial";
  }

  /**
   * Takes note of a call that was begun with `permit`.
   * @param random a number from 0 to below 1
   */
  settle(permit: Permit, verdict: CallVerdict, tookMs: number, nowMs: number, random: number): void {
    this.hasAnswered ||= verdict === "answered";
    const slow = tookMs >= SLOW_MS;
    const bad = verdict === "failed" || (verdict === "answered" && slow);
    if (permit === "trial") {
      if (bad) this.open(this.failedTrials + 1, tookMs, nowMs, random);
      // Nothing was learnt: the next call tries again.
      else this.phase = verdict === "answered" ? "closed" : "open";
      if (this.phase === "closed") this.badCalls = 0;
      return;
    }
    // A call from before the peer was given up says nothing of now.
    if (this.phase !== "closed" || verdict === "unknown") return;
    this.badCalls = bad ? this.badCalls + 1 : 0;
    const hung = verdict === "failed" && slow;
    if (hung || this.badCalls >= BAD_CALLS)
      this.open(0, hung && this.hasAnswered ? tookMs : 0, nowMs, random);
  }

  private open(failedTrials: number, lostMs: number, nowMs: number, random: number): void {
    this.phase = "open";
    this.failedTrials = failedTrials;
    const pauseMs = Math.max(FIRST_PAUSE_MS * 2 ** failedTrials, lostMs * PAUSE_PER_LOST_MS);
    this.until = nowMs + (Math.min(LONGEST_PAUSE_MS, pauseMs) * (3 + random)) / 4;
  }
}
