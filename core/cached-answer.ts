/**
 * Caches an async result for `keptMs`. Concurrent callers share one request; an error reaches all of them and is not cached.
 */
export class CachedAnswer<T> {
  private last: T | undefined;
  private validUntil = Number.NEGATIVE_INFINITY;
  private asking: Promise<T> | undefined;

  /**
   * @param ask makes the request; it is given the last result, which it may return in place of an error
   * @param now the clock, in epoch milliseconds
   */
  constructor(
    private readonly ask: (last: T | undefined) => Promise<T>,
    private readonly keptMs: number,
    private readonly now: () => number,
  ) {}

  async read(): Promise<T> {
    if (this.now() < this.validUntil) return this.last as T;
    this.asking ??= this.refresh().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async refresh(): Promise<T> {
    // Counted from the beginning of the request: what changes meanwhile may be missing from the result.
    const begun = this.now();
    const answer = await this.ask(this.last);
    this.last = answer;
    this.validUntil = begun + this.keptMs;
    return answer;
  }
}
