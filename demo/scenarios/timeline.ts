/** Says what happens as it happens, with the seconds since the beginning, and keeps the moments that count. */
export class Timeline {
  /** Moments by name, in seconds since the beginning. */
  readonly moments: Record<string, number> = {};
  /** When something was lost, in epoch milliseconds. */
  readonly losses: number[] = [];
  private readonly began = performance.now();
  private readonly beganAt = Date.now();

  constructor(private readonly write: (line: string) => void) {}

  get now(): number {
    return Number(((performance.now() - this.began) / 1000).toFixed(1));
  }

  say(text: string): void {
    this.write(`${this.now.toFixed(1).padStart(7)} s  ${text}`);
  }

  /** Keeps the moment by `name`; only the first counts. */
  mark(name: string, text?: string): void {
    if (this.moments[name] !== undefined) return;
    this.moments[name] = this.now;
    if (text !== undefined) this.say(text);
  }

  /** Keeps the moment by `name`; the first, and the moment of each loss. */
  lose(name: string, text: string): void {
    this.losses.push(Date.now());
    this.mark(name);
    this.say(text);
  }

  /** Epoch milliseconds as seconds since the beginning. */
  secondsAt(at: number): number {
    return (at - this.beganAt) / 1_000;
  }

  /** A moment in epoch milliseconds; undefined when it did not come. */
  at(name: string): number | undefined {
    const moment = this.moments[name];
    return moment === undefined ? undefined : this.beganAt + moment * 1_000;
  }

  /** Seconds from one moment to another; undefined when one of them did not come. */
  between(from: string, to: string): number | undefined {
    const [start, end] = [this.moments[from], this.moments[to]];
    return start === undefined || end === undefined ? undefined : Number((end - start).toFixed(1));
  }
}
