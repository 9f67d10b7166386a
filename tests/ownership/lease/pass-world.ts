import type { Clocks, PassReading } from "../../../ownership/lease/pass";

/** One reading of a pass and one look at it, as they really were. Milliseconds of real time since the request was sent. */
export interface PassStory {
  /** The table's time when the request was sent. */
  readonly sentAt: number;
  /** When the table stamped its answer. */
  readonly stampedAfter: number;
  /** When the pass is looked at. */
  readonly lookedAfter: number;
  /** How long the pass still runs at that moment; below zero: it is over. */
  readonly endsIn: number;
  /** How fast this machine's clocks run: 1 is right. */
  readonly monoRate: number;
  readonly wallRate: number;
  /** What this machine's clocks show when the request is sent. */
  readonly monoThen: number;
  readonly wallThen: number;
  /** For how long this machine is frozen between the two moments. */
  readonly frozenFor: number;
  readonly monoStopsWhenFrozen: boolean;
  /** By how much the wall clock is set between the two moments. */
  readonly wallSetBy: number;
}

export const WORLD_HOME = "us-east-1";

/** What this machine knows: whole numbers, cut off. */
export function known(story: PassStory): { readonly reading: PassReading; readonly present: Clocks } {
  const { sentAt, stampedAfter, lookedAfter, endsIn, monoThen, wallThen } = story;
  const monoRuns = lookedAfter - (story.monoStopsWhenFrozen ? story.frozenFor : 0);
  const until = Math.floor(sentAt + lookedAfter + endsIn);
  return {
    reading: {
      sent: whole({ mono: monoThen, wall: wallThen }),
      dateMs: Math.floor((sentAt + stampedAfter) / 1_000) * 1_000,
      homes: { [WORLD_HOME]: { epoch: 1, until } },
    },
    present: whole({
      mono: monoThen + monoRuns * story.monoRate,
      wall: wallThen + lookedAfter * story.wallRate + story.wallSetBy,
    }),
  };
}

/** How long the pass of a story really runs from the look on, by the table's own clock. */
export function reallyLeft(story: PassStory): number {
  const lookedAt = story.sentAt + story.lookedAfter;
  return Math.floor(lookedAt + story.endsIn) - lookedAt;
}

function whole({ mono, wall }: Clocks): Clocks {
  return { mono: Math.floor(mono), wall: Math.floor(wall) };
}
