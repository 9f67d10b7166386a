/** Says something to whoever watches; results alone go to stdout. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Durations of the phases of a run, in seconds, by name. */
export class Phases {
  readonly seconds: Record<string, number> = {};

  /** Runs `work`, says what it is, and keeps how long it took. */
  async run<T>(name: string, text: string, work: () => Promise<T>): Promise<T> {
    say(`${text} …`);
    const started = performance.now();
    const result = await work();
    this.seconds[name] = Number(((performance.now() - started) / 1000).toFixed(1));
    return result;
  }
}

/** A line of a result table. */
export function row(name: string, value: string | number, note = ""): string {
  return `${name.padEnd(16)}${String(value).padStart(8)}  ${note}`.trimEnd();
}
