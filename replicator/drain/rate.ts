/**
 * Holds back what is sent, so that at no time more has been sent than so many messages per second since the run began. Whoever sends
 * pays first, for a batch at a time, and waits until it is paid; what was not used is not saved up.
 */
export class Rate {
  private paidUntilMs = 0;

  /** @param perSecond undefined: no limit */
  constructor(private readonly perSecond: number | undefined) {}

  /**
   * Milliseconds until `count` messages may be sent. Undefined, and nothing is paid, when that would be after `latestMs`.
   * @param latestMs epoch milliseconds
   */
  pay(count: number, nowMs: number, latestMs: number): number | undefined {
    if (this.perSecond === undefined || count === 0) return 0;
    const paidUntilMs = Math.max(this.paidUntilMs, nowMs) + (count / this.perSecond) * 1_000;
    if (paidUntilMs > latestMs) return undefined;
    this.paidUntilMs = paidUntilMs;
    return paidUntilMs - nowMs;
  }
}
