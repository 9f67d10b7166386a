/**
 * The answer to a question, for a while: whoever comes while it is asked waits for the same answer. A failure is everybody's who waits,
 * and is not kept.
 */
export class Kept<T> {
  private last: T | undefined;
  private validUntil = Number.NEGATIVE_INFINITY;
  private asking: Promise<T> | undefined;

  /**
   * @param ask gets the answer before, for those who would rather keep it than fail
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
    // Counted from the beginning: what changes while it is asked may be missing from the answer.
    const begun = this.now();
    const answer = await this.ask(this.last);
    this.last = answer;
    this.validUntil = begun + this.keptMs;
    return answer;
  }
}
