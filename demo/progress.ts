const BAR_WIDTH = 20;

/** How far the demo is, by name of what is counted. */
export type ProgressCounts = Readonly<Record<string, number>>;

/**
 * Shows how far long work is, on stderr: a bar per count on one line, rewritten on a terminal; elsewhere (a pipeline's log) a new
 * line at every quarter.
 */
export class Progress {
  private readonly started = Date.now();
  private shownQuarter = -1;

  constructor(
    private readonly total: number,
    private readonly stream: Pick<NodeJS.WriteStream, "write" | "isTTY"> = process.stderr,
  ) {}

  update(counts: ProgressCounts): void {
    const done = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const quarter = Math.floor((4 * done) / (this.total * Object.keys(counts).length));
    if (!this.stream.isTTY && quarter === this.shownQuarter) return;
    this.shownQuarter = quarter;
    const bars = Object.entries(counts).map(([name, count]) => `${name} ${this.bar(count)} ${count}`);
    const line = `${bars.join("  ")}  of ${this.total}, ${((Date.now() - this.started) / 1000).toFixed(1)} s`;
    this.stream.write(this.stream.isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
  }

  end(): void {
    if (this.stream.isTTY) this.stream.write("\n");
  }

  private bar(count: number): string {
    const filled = Math.min(BAR_WIDTH, Math.round((count / this.total) * BAR_WIDTH));
    return "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  }
}
