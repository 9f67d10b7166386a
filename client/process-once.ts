import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Context } from "aws-lambda";
import { ledgerClient } from "../ledger/client";
import { entrySeconds } from "../ledger/expiry";
import { type IdentityOptions, identifier } from "../ledger/key";
import { type Received, receivedMessage } from "../ledger/received";
import { LedgerUnusable, unusable } from "../ledger/unusable";
import { LedgerClaim } from "./claim";
import { InProgress, MissingIdentity, TooLate } from "./errors";
import { type Lease, leaseMs } from "./lease";
import { ownRegion } from "./own-region";

export interface LedgerOptions {
  /** Name of the ledger's table: the same in every region. */
  readonly tableName: string;
  /** A client of the region in which the consumer runs. @default one for `AWS_REGION` */
  readonly client?: DynamoDBClient;
  /** Seconds for which an entry is kept: see {@link entrySeconds}. @default `entrySeconds()` */
  readonly entrySeconds?: number;
  /**
   * What becomes of a message without identity: `forward` processes it without the ledger, so that a copy of it may be processed
   * again; `reject` throws {@link MissingIdentity}, which brings it into the dead-letter queue in the end. @default forward
   */
  readonly onMissingIdentity?: "forward" | "reject";
}

/** What a consumer's function is told besides the message. */
export interface Work {
  /**
   * The ledger key with its logical queue, as the ledger's id: 64 hexadecimal digits behind the queue's name. It is the same in every
   * attempt and in every region, so pass it on as idempotency key. Undefined for a message without identity.
   */
  readonly idempotencyKey: string | undefined;
}

export type Process<M extends Received> = (message: M, work: Work) => unknown;

/**
 * | outcome | meaning |
 * |---|---|
 * | `processed` | the function has processed the message, and the ledger knows |
 * | `processed-before` | the ledger knew: the function was not called |
 * | `without-ledger` | the function has processed the message, which has no identity |
 */
export type Outcome = "processed" | "processed-before" | "without-ledger";

/**
 * Makes a function process each message once: claims the message in the ledger, calls the function, and notes that it is done. The
 * message may be deleted from its queue when the outcome is there, whichever it is; what the function returns is not kept.
 *
 * Throws what the function throws, having taken the claim back, and
 * - {@link InProgress} when another consumer has claimed the message and its lease is not over,
 * - {@link LedgerUnusable} when the ledger does not answer: hold the message. When that happens after the function has ended, its work
 *   is done and not noted, and it will be called again with the same idempotency key;
 * - {@link TooLate} when the lease is over before the function is called,
 * - {@link MissingIdentity} as configured.
 *
 * Throws at once when the expression of the business key cannot be read.
 */
export function processOnce<M extends Received>(
  process: Process<M>,
  options: IdentityOptions & LedgerOptions,
): (message: M, lease: Lease) => Promise<Outcome> {
  const {
    tableName,
    onMissingIdentity = "forward",
    entrySeconds: expiresAfterSeconds = entrySeconds(),
  } = options;
  const client = options.client ?? ledgerClient(ownRegion());
  const identityOf = identifier(options);
  return async (message, lease) => {
    const identity = identityOf(receivedMessage(message));
    if (identity === undefined) {
      if (onMissingIdentity === "reject") throw new MissingIdentity();
      await process(message, { idempotencyKey: undefined });
      return "without-ledger";
    }
    const inProgressMs = leaseMs(lease, Date.now());
    if (inProgressMs <= 0) throw new TooLate();
    const claim = new LedgerClaim({ id: identity.id, tableName, client });
    return underClaim(claim, identity.key, { expiresAfterSeconds, inProgressMs }, async () => {
      await process(message, { idempotencyKey: identity.id });
    });
  };
}

interface ClaimTimes {
  readonly expiresAfterSeconds: number;
  readonly inProgressMs: number;
}

async function underClaim(
  claim: LedgerClaim,
  key: string,
  { expiresAfterSeconds, inProgressMs }: ClaimTimes,
  work: () => Promise<void>,
): Promise<Outcome> {
  let end: { readonly threw: false } | { readonly threw: true; readonly error: unknown } | undefined;
  // Powertools asks a Lambda context for the time that is left, and lets a claim without one last as long as the entry.
  const lambdaContext = { getRemainingTimeInMillis: () => inProgressMs } as Context;
  const once = makeIdempotent(
    async (_key: string): Promise<void> => {
      try {
        await work();
        end = { threw: false };
      } catch (error) {
        end = { threw: true, error };
        throw error;
      }
    },
    {
      persistenceStore: claim,
      config: new IdempotencyConfig({ expiresAfterSeconds, lambdaContext }),
    },
  );
  try {
    await once(key);
    return end === undefined ? "processed-before" : "processed";
  } catch (error) {
    // Its claim may be still there when the ledger failed as well: it ends before the message comes back.
    if (end?.threw) throw end.error;
    throw ledgerError(error);
  }
}

function ledgerError(error: unknown): Error {
  if (!(error instanceof Error)) return new LedgerUnusable(typeof error);
  return error.name === "IdempotencyAlreadyInProgressError"
    ? new InProgress()
    : unusable(error.cause ?? error);
}
