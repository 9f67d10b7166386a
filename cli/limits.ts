/**
 * How long the commands wait. A region that swallows packets costs two attempts to connect; one that takes a request and says nothing
 * costs two requests.
 */
export const CONNECTION_TIMEOUT_MS = 2_000;
export const REQUEST_TIMEOUT_MS = 3_000;
export const ATTEMPTS = 2;
/** One call with all its attempts, with the search for credentials, and with the body of the answer: the SDK bounds neither. */
export const CALL_SECONDS = 8;
/** `status` looks, and may then ask whose credentials these are. */
export const STATUS_SECONDS = 2 * CALL_SECONDS;
/** Health checks are asked for one after the other, by two calls each. */
export const CHECKS_SECONDS = 120;
/** An order looks, asks for the account, writes, looks whether that was heard, writes elsewhere, looks again, wakes controllers. */
export const ORDER_SECONDS = 7 * CALL_SECONDS;
