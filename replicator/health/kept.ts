/** What `work` gave, for a while: whoever comes while it is under way waits for the same answer. */
export class Kept<T> {
  private last: T | undefined;
  private validUntil = Number.NEGATIVE_INFINITY;
  private working: Promise<T> | undefined;

  constructor(
    private readonly work: () => Promise<T>,
    private readonly keptMs: number,
    private readonly now: () => number,
  ) {}

  async read(): Promise<T> {
    if (this.last !== undefined && this.now() < this.validUntil) return this.last;
    this.working ??= this.refresh().finally(() => {
      this.working = undefined;
    });
    return this.working;
  }

  private async refresh(): Promise<T> {
    // Counted from the beginning, which is what the answer tells of.
    const begun = this.now();
    const answer = await this.work();
    this.last = answer;
    this.validUntil = begun + this.keptMs;
    return answer;
  }
}
