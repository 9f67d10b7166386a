import { ROUND_MS } from "../ownership/lease/times";

/**
 * How long the commands wait. A region that swallows packets costs two attempts to connect; one that takes a request and says nothing
 * costs two requests.
 */
export const CONNECTION_TIMEOUT_MS = 2_000;
export const REQUEST_TIMEOUT_MS = 3_000;
export const ATTEMPTS = 2;
/** One call with all its attempts, with the search for credentials, and with the body of the answer: the SDK bounds neither. */
export const CALL_SECONDS = 8;
/** All tables at once, and once more those that said nothing; then the same of tables that the first have named. */
const LOOK_SECONDS = (4 * ROUND_MS) / 1_000;
/** A command brings credentials, looks, and may then ask whose credentials these are. */
export const STATUS_SECONDS = 2 * CALL_SECONDS + LOOK_SECONDS;
/** Health checks are asked for one after the other, by two calls each. */
export const CHECKS_SECONDS = 120;
/** An order does that, looks again, and writes. */
export const ORDER_SECONDS = STATUS_SECONDS + LOOK_SECONDS + ROUND_MS / 1_000;
