import { attempt, type Dependencies } from "./dependencies";
import { NO_NOTES, NOTES_VERSION, type Notes } from "./notes";

/** Without a change, notes are written this often: another run of this region hears by them what this one has heard. */
const WRITTEN_MS = 15_000;
/** And this often into the tables of the others. */
const SPREAD_MS = 60_000;
/** Two runs of one region may write at the same time. */
const ATTEMPTS = 3;

/** What a write is made of. */
export interface Entry {
  readonly heard: Notes["heard"];
  /** What follows from what stands in the notes. */
  readonly homes: (kept: Notes["homes"]) => Notes["homes"];
}

/**
 * The notes of this region, as they stand in its table. Two runs of one region may keep them at a time. Each write is conditional on what
 * was read, and what another run has written is taken up before the next attempt.
 */
export class Notebook {
  private standing: Notes | undefined;
  /** Version in the own table; 0: there is none. */
  private version = 0;
  private writtenAt = Number.NEGATIVE_INFINITY;
  private spreadAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: Pick<Dependencies, "settings" | "notes" | "clock" | "onFailure">) {}

  /** As they were read or written last. Undefined: they are not known yet. */
  get notes(): Notes | undefined {
    return this.standing;
  }

  /** Writes what has to be written. Never throws: what could not be written does not stand in the notes. */
  async keep({ heard, homes }: Entry): Promise<void> {
    for (let attempts = 0; attempts < ATTEMPTS; attempts++) {
      const before = await this.known();
      if (before === undefined) return;
      const next: Notes = {
        v: NOTES_VERSION,
        version: Math.max(before.version, this.version) + 1,
        heard: latest(before.heard, heard),
        homes: homes(before.homes),
      };
      const isNews = factsOf(next) !== factsOf(before);
      if (!isNews && this.parts.clock() - this.writtenAt < WRITTEN_MS) return;
      if (await this.write(next, isNews)) return;
    }
  }

  private async known(): Promise<Notes | undefined> {
    if (this.standing !== undefined) return this.standing;
    const { notes, settings } = this.parts;
    const found = await attempt(this.parts, "notes", () => notes.read(settings.region));
    if (found?.isCertain) this.take(found.notes ?? NO_NOTES);
    return this.standing;
  }

  private take(notes: Notes): void {
    this.version = notes.version;
    if (this.standing === undefined || notes.version >= this.standing.version) this.standing = notes;
  }

  /** @returns whether there is nothing more to be done */
  private async write(next: Notes, isNews: boolean): Promise<boolean> {
    const { notes, clock } = this.parts;
    const written = await attempt(this.parts, "notes", () => notes.write(next, this.version));
    if (written === undefined) return true;
    if (!written.done) {
      this.take(written.standing);
      return false;
    }
    this.standing = next;
    this.version = next.version;
    this.writtenAt = clock();
    if (isNews || clock() - this.spreadAt >= SPREAD_MS) {
      this.spreadAt = clock();
      // Nobody waits for tables that are away.
      void attempt(this.parts, "notes", () => notes.spread(next));
    }
    return true;
  }
}

/** What has to be written at once. */
function factsOf({ homes }: Notes): string {
  return JSON.stringify(
    Object.entries(homes).flatMap(([home, { rescue, spans }]) =>
      rescue || spans ? [[home, rescue, spans]] : [],
    ),
  );
}

function latest(one: Notes["heard"], other: Notes["heard"]): Notes["heard"] {
  const regions = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(
    regions.map((region) => [region, Math.max(one[region] ?? 0, other[region] ?? 0)] as const),
  );
}
