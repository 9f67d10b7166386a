import type { Seeded } from "../../../emulator/seeded";

/** How often what goes wrong, each a share of the requests (or of the steps of a run). */
export interface NetworkFaults {
  /** Requests that arrive late: up to 180 s. @default 0 */
  readonly late?: number;
  /** Requests that get lost. @default 0 */
  readonly lost?: number;
  /** Answers that are late: up to 20 s. @default `late` */
  readonly lateAnswers?: number;
  /** Answers that get lost. @default 0.3 of `late` */
  readonly lostAnswers?: number;
  /** Requests that arrive a second time, 0.1 to 120 s later. @default 0 */
  readonly repeated?: number;
  /** Steps of a run before, during or after which its machine freezes, 1 to 90 s. @default 0 */
  readonly frozen?: number;
  /** Requests over a cut that get lost; the others arrive 5 to 200 s later. @default 1 */
  readonly lostOverCut?: number;
}

/** What becomes of one request. Times are milliseconds. */
export interface Fate {
  /** Arrives so long after it was sent. @default it never does */
  readonly arrivesAfter?: number;
  /** Arrives once more so long after the first time. @default it does not */
  readonly repeatedAfter?: number;
  /** The answer takes so long. @default it gets lost */
  readonly answersAfter?: number;
  /** So long after it was sent, the sender hears that the connection failed. @default it hears nothing */
  readonly failsAfter?: number;
}

const LATE_SECONDS = [1, 3, 12, 35, 70, 150];
const REPEATED_SECONDS = [0.1, 5, 30, 60, 120];
const FROZEN_SECONDS = [1, 6, 20, 45, 90];

export function fateOf(
  {
    late = 0,
    lost = 0,
    lateAnswers = late,
    lostAnswers = 0.3 * late,
    repeated = 0,
    lostOverCut = 1,
  }: NetworkFaults,
  isCut: boolean,
  random: Seeded,
): Fate {
  const once = (share: number) => share > 0 && random.fraction() < share;
  const repeatedAfter = once(repeated) ? random.pick(REPEATED_SECONDS) * 1000 : undefined;
  const again = repeatedAfter === undefined ? {} : { repeatedAfter };
  if (isCut) {
    if (random.fraction() < lostOverCut)
      return random.fraction() < 0.3 ? { failsAfter: random.between(1, 1500) } : {};
    return { arrivesAfter: random.between(5_000, 200_000), ...again };
  }
  if (once(lost)) return again.repeatedAfter === undefined ? {} : { arrivesAfter: again.repeatedAfter };
  const arrivesAfter = once(late)
    ? random.pick(LATE_SECONDS) * random.between(500, 1200)
    : random.between(5, 150);
  if (once(lostAnswers)) return { arrivesAfter, ...again };
  const answersAfter = once(lateAnswers) ? random.between(500, 20_000) : random.between(5, 150);
  return { arrivesAfter, answersAfter, ...again };
}

/** For how long a machine freezes at a step of a run. @returns 0 for not at all */
export function freezeOf({ frozen = 0 }: NetworkFaults, random: Seeded): number {
  return frozen > 0 && random.fraction() < frozen
    ? random.pick(FROZEN_SECONDS) * random.between(700, 1100)
    : 0;
}
