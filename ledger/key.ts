import { createHash } from "node:crypto";
import type { Message } from "../messages/message";
import { originIn } from "../messages/origin";
import { type BusinessKey, businessKey } from "./business-key";
import { contentDigest } from "./digest";

/** By what the ledger knows a message. */
export interface Identity {
  /** Ledger key: ASCII text, the same for a message and all its copies, in every region. */
  readonly key: string;
  /** Id of its entry, which also names the logical queue. */
  readonly id: string;
}

export interface IdentityOptions {
  /** Name of the logical queue, as in the configuration and without `.fifo`: two queues never share an entry. */
  readonly queue: string;
  /** JMESPath of the business key, see {@link businessKey}. @default messages are known by producer key or origin */
  readonly businessKey?: string;
}

/**
 * Makes the function that tells the identity of a message, or undefined when it has none. Throws when the expression of the
 * business key cannot be read.
 */
export function identifier({
  queue,
  businessKey: expression,
}: IdentityOptions): (message: Message) => Identity | undefined {
  const business = expression === undefined ? undefined : businessKey(expression);
  return (message) => {
    const key = ledgerKey(message, business);
    return key === undefined ? undefined : { key, id: ledgerId(queue, key) };
  };
}

/**
 * The ledger key of a message, the first of these that it has:
 *
 * | key | when |
 * |---|---|
 * | `business/<digest of the value>` | the logical queue has a business key, and the message has a value for it |
 * | `key/<producer key>/<digest of body and attributes>` | the origin has a producer key: a send repeated in another region is the same message |
 * | `origin/<home>/<message id on the ingress queue>` | there is an origin |
 */
function ledgerKey(message: Message, business?: BusinessKey): string | undefined {
  const digest = business?.(message);
  if (digest !== undefined) return `business/${digest}`;
  const origin = originIn(message);
  if (origin === undefined) return undefined;
  const key =
    origin.key === undefined
      ? `origin/${origin.home}/${origin.id}`
      : `key/${origin.key}/${contentDigest(message)}`;
  // JSON of other text differs from language to language. No origin of ours has any.
  return /^[ -~]+$/.test(key) ? key : undefined;
}

/**
 * Id of an entry: the logical queue, `#`, and the SHA-256, as 64 hexadecimal digits, of the key as JSON. That is what Powertools
 * Idempotency for Python makes of key prefix and payload with `sha256`; the one for TypeScript would write the digest in base64.
 */
export function ledgerId(queue: string, key: string): string {
  return `${queue}#${createHash("sha256").update(JSON.stringify(key)).digest("hex")}`;
}
