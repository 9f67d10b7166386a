import type { RescueFigures } from "./judge";

/** The longest that may pass in a scenario, in seconds. */
export interface Limits {
  /** By name of what is reported. */
  readonly seconds?: Readonly<Record<string, number>>;
  /** Until another region processes the first order that waited, per logical queue. @default no order has to be rescued */
  readonly firstRescued?: {
    /** Of queues whose ledger tells per order: they are moved as soon as the home is taken. */
    readonly atOnce: number;
    /** Of the others: work in flight has to end before. */
    readonly later: number;
  };
}

/** Seconds until the first order is rescued, as it should be on a machine that has enough to spare. */
export const AIMS = { atOnce: 60, later: 125 } as const;

/** Seconds from the loss of a region until the first order is rescued: longer is a failure. */
export const FIRST_RESCUED = { atOnce: 180, later: 180 } as const;

/** The same where the region lives and gives its home up: it waits for the takeover delay before. */
export const FIRST_RESCUED_BY_HAND_OVER = { atOnce: 180, later: 245 } as const;

/** Seconds from the loss of a region until DNS sends producers elsewhere. */
export const PRODUCERS_SECONDS = 40;

/** Seconds from an order until the next owner begins. */
export const HAND_OVER_SECONDS = 60;

/**
 * Seconds from the order to give a home back until it processes its messages, work in flight included: longer is a failure. On a machine that
 * has enough to spare three minutes will do: of `mails`, which has no ledger, counts have to show for a minute that what was moved is processed.
 */
export const HAND_BACK_SECONDS = 270;

/**
 * What took longer than it may, and what did not happen at all. Of a logical queue on which nothing waited, nothing is rescued; what waits to
 * the end is judged by itself.
 */
export function exceeded(
  { seconds: most = {}, firstRescued }: Limits,
  seconds: Readonly<Record<string, number>>,
  rescues: Readonly<Record<string, RescueFigures>>,
  isMovedAtOnce: (queue: string) => boolean,
): readonly string[] {
  const over = (what: string, took: number | undefined, limit: number) => {
    if (took === undefined) return [`${what} did not happen`];
    return took > limit ? [`${what}: ${took} s, at most ${limit} s`] : [];
  };
  const late = Object.entries(most).flatMap(([name, limit]) => over(name, seconds[name], limit));
  if (firstRescued === undefined) return late;
  const { atOnce, later } = firstRescued;
  const rescued = Object.entries(rescues).filter(([, rescue]) => rescue.firstRescued !== undefined);
  if (rescued.length === 0) return [...late, "nothing was rescued"];
  return [
    ...late,
    ...rescued.flatMap(([queue, rescue]) =>
      over(`first rescued of ${queue}`, rescue.firstRescued, isMovedAtOnce(queue) ? atOnce : later),
    ),
  ];
}
