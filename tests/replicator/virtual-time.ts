/** A clock that jumps from one sleeper's end to the next, as soon as nothing else is left to do. */
export class VirtualTime {
  private sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  constructor(private ms: number) {}

  readonly now = () => this.ms;

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      const at = this.ms + ms;
      const before = this.sleepers.findLastIndex((sleeper) => sleeper.at <= at);
      this.sleepers.splice(before + 1, 0, { at, wake });
    });
  }

  /** Lets time pass until `work` is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const end = work.finally(() => {
      over = true;
    });
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve));
      // What nobody waits for any more, such as a time limit that was kept, takes no time.
      const next = over ? undefined : this.sleepers.shift();
      if (next === undefined) continue;
      this.ms = next.at;
      next.wake();
    }
    return end;
  }
}
