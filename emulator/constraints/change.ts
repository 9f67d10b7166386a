import type { QUOTAS, QuotaType } from "../../core/quotas/table";
import type { SqsAnswer } from "../sqs-wire";
import type { Tags } from "./judge";

/**
 * What identifies a resource among those of its type, in its account and region. What AWS names is read from the answer.
 */
export type ResourceId = string | ((answer: SqsAnswer) => string);

/** Values of a request under the attributes that the table has for the type; what the request does not say is `undefined`. */
type AttributesOf<T extends QuotaType> = Readonly<Record<keyof (typeof QUOTAS)[T]["attributes"], unknown>>;

/** What a request creates, or sets in full. */
export interface Made {
  readonly kind: "made";
  readonly type: QuotaType;
  readonly id: ResourceId;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly owner?: string;
  readonly region?: string;
  readonly tags?: Tags;
}

/** Attributes that a request sets of something that is there. */
export interface Changed {
  readonly kind: "changed";
  readonly type: QuotaType;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly owner?: string;
}

/** Tags that a request adds. */
export interface Tagged {
  readonly kind: "tagged";
  readonly type: QuotaType;
  readonly id: string;
  readonly tags: Tags;
}

/** Tags that a request takes away. */
export interface Untagged {
  readonly kind: "untagged";
  readonly type: QuotaType;
  readonly id: string;
  readonly keys: readonly string[];
}

/** What is gone, with all that it owned. */
export interface Removed {
  readonly kind: "removed";
  readonly type: QuotaType;
  readonly id: string;
  readonly owner?: string;
  readonly region?: string;
}

/** A session of a role: what it does is done in the account of the role. */
export interface Session {
  readonly kind: "session";
  readonly account: string;
  readonly accessKey: (answer: SqsAnswer) => string;
}

/** What a request does to one resource, in the words of the table. */
export type ResourceChange = Made | Changed | Tagged | Untagged | Removed;
export type Change = ResourceChange | Session;

interface More {
  /** What limits the number or the sum when that is neither account nor region: {@link ownerOf}. */
  readonly owner?: string;
  /** Region of the resource. @default the one that the call is for */
  readonly region?: string;
  readonly tags?: Tags;
}

/** Something that a request creates. All attributes of the table must be read: an entry that nobody reads does not compile. */
export function made<T extends QuotaType>(
  type: T,
  id: ResourceId,
  attributes: AttributesOf<T>,
  more: More = {},
): Made {
  return { kind: "made", type, id, attributes, ...more };
}

export function changed<T extends QuotaType>(
  type: T,
  id: string,
  attributes: Partial<AttributesOf<T>>,
  { owner }: Pick<More, "owner"> = {},
): Changed {
  return { kind: "changed", type, id, attributes, ...(owner !== undefined && { owner }) };
}

export function tagged(type: QuotaType, id: string, tags: Tags): Tagged {
  return { kind: "tagged", type, id, tags };
}

export function untagged(type: QuotaType, id: string, keys: readonly string[]): Untagged {
  return { kind: "untagged", type, id, keys };
}

export function removed(type: QuotaType, id: string, more: Omit<More, "tags"> = {}): Removed {
  return { kind: "removed", type, id, ...more };
}

/** Name of a resource as the owner of others. */
export function ownerOf(type: QuotaType, id: string): string {
  return `${type}/${id}`;
}
