/** Times of the protocol, milliseconds. Each stands in relation to the others: change none alone. */

/** A home is held until this long after the beginning of the last round that a majority took. */
export const LEASE_MS = 30_000;
/** What a taker adds, for clocks that run at different rates. */
export const MARGIN_MS = 5_000;
/** A claim has lapsed for whoever has seen it unchanged for longer than this. */
export const JUDGE_MS = LEASE_MS + MARGIN_MS;
/** From the beginning of one look to the beginning of the next. */
export const LOOK_MS = 5_000;
/** From the beginning of one renewal to the beginning of the next. */
export const RENEW_MS = 10_000;
/** By how much each later region in the order of turns waits longer before it takes a home. */
export const TURN_MS = 10_000;
/** A region looks for at least this long before it knows which passes were written before it began. */
export const NEW_RUN_MS = 40_000;
/**
 * A run needs no successor before. The next start, up to two minutes later, and the time for which the successor looks still fit into the
 * fifteen minutes that Lambda allows.
 */
export const YOUNG_RUN_MS = 600_000;
/** The longest that a round or a look waits for answers. */
export const ROUND_MS = 2_000;
/** A `Date` header leaves out less than this of the time that it tells. */
export const DATE_MS = 1_000;
/** A region can do what it has shown to do this long ago: `voters set` asks for it. */
export const SHOWN_MS = 60_000;
/** Repeated hand-backs within this time make the next one wait longer. */
export const REPEAT_MS = 24 * 3_600_000;
