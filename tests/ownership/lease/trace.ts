export type TraceKind = "run" | "fault" | "order" | "round" | "gate" | "write" | "violation";

interface Entry {
  readonly at: number;
  readonly kind: TraceKind;
  readonly home: string | undefined;
  readonly text: string;
}

/** What has happened, for whoever reads about a violation. Records nothing unless asked: a run is repeated by its seed. */
export class Trace {
  private readonly entries: Entry[] = [];

  constructor(
    private readonly records: boolean,
    private readonly now: () => number,
  ) {}

  /** @param home the only home that it is about */
  add(kind: TraceKind, text: () => string, home?: string): void {
    if (this.records) this.entries.push({ at: this.now(), kind, home, text: text() });
  }

  /** The last entries about a home, and about none. */
  excerpt(home: string | undefined, count = 60): readonly string[] {
    return this.entries
      .filter((entry) => home === undefined || entry.home === undefined || entry.home === home)
      .slice(-count)
      .map(({ at, text }) => `${(at / 1000).toFixed(2).padStart(8)} ${text}`);
  }
}
