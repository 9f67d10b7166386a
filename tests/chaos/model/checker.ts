/**
 * What a queue did to messages, in the terms of the total-queue checker of Jepsen: every message that went in must come out, and
 * nothing else. https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/checker.clj
 */

/** A message that a producer wanted to send, however often it had to try. */
export interface Attempt {
  readonly key: string;
  /** Whether the ingress queue ever said that it took the message. */
  readonly acknowledged: boolean;
  /** Group whose messages come in the order of the attempts. @default no order */
  readonly group?: string;
}

/** A message that a consumer took. */
export interface Arrival {
  /** Of the attempt whose message it is; `undefined` when it is nobody's. */
  readonly key: string | undefined;
  /** Id that the queue gave it. */
  readonly messageId: string;
  /** When the queue took it, in epoch milliseconds. */
  readonly sentAt: number;
  /** Whether anything of it differs from what was sent. */
  readonly altered: boolean;
}

/** A message that is on the queue more than once. */
export interface Duplicate {
  readonly key: string;
  /** When the queue took each of its copies, in epoch milliseconds, in order. */
  readonly sentAt: readonly number[];
}

export interface Verdict {
  readonly attempts: number;
  readonly acknowledged: number;
  /** Attempts that arrived, acknowledged or not. */
  readonly ok: number;
  /** Acknowledged, but never arrived. */
  readonly lost: readonly string[];
  /** Arrived, but nobody tried to send it: ids that the queue gave. */
  readonly unexpected: readonly string[];
  readonly duplicates: readonly Duplicate[];
  /** Arrived though never acknowledged: the answer got lost, not the message. */
  readonly recovered: readonly string[];
  readonly altered: readonly string[];
  /** Arrived for the first time after a later message of its group had arrived. */
  readonly outOfOrder: readonly string[];
  /** Times that a consumer got a message again that it had not deleted in time; the queue holds it once. */
  readonly redelivered: number;
}

/**
 * Compares what was sent with what one queue gave out.
 *
 * @param attempts in the order in which they began, at least within each group.
 * @param arrivals in the order in which consumers took them.
 */
export function check(attempts: readonly Attempt[], arrivals: readonly Arrival[]): Verdict {
  const { distinct, redelivered } = withoutRedeliveries(arrivals);
  const byKey = new Map<string, Arrival[]>();
  const attempted = new Set(attempts.map(({ key }) => key));
  const unexpected: string[] = [];
  for (const arrival of distinct) {
    const { key } = arrival;
    if (key === undefined || !attempted.has(key)) unexpected.push(arrival.messageId);
    else byKey.set(key, [...(byKey.get(key) ?? []), arrival]);
  }
  return {
    attempts: attempts.length,
    acknowledged: attempts.filter(({ acknowledged }) => acknowledged).length,
    ok: byKey.size,
    lost: keysOf(attempts.filter(({ key, acknowledged }) => acknowledged && !byKey.has(key))),
    unexpected,
    duplicates: [...byKey]
      .filter(([, copies]) => copies.length > 1)
      .map(([key, copies]) => ({ key, sentAt: copies.map(({ sentAt }) => sentAt).sort((a, b) => a - b) })),
    recovered: keysOf(attempts.filter(({ key, acknowledged }) => !acknowledged && byKey.has(key))),
    altered: [...byKey].filter(([, copies]) => copies.some(({ altered }) => altered)).map(([key]) => key),
    outOfOrder: outOfOrder(attempts, byKey.keys()),
    redelivered,
  };
}

/** Keys of messages that one queue took before the other one, or that the other one never got. */
export function unprotected(arrivals: readonly Arrival[], before: readonly Arrival[]): readonly string[] {
  const protectedSince = firstTaken(before);
  return [...firstTaken(arrivals)]
    .filter(([key, at]) => at < (protectedSince.get(key) ?? Number.POSITIVE_INFINITY))
    .map(([key]) => key);
}

function firstTaken(arrivals: readonly Arrival[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const { key, sentAt } of arrivals) {
    if (key !== undefined) first.set(key, Math.min(sentAt, first.get(key) ?? sentAt));
  }
  return first;
}

function withoutRedeliveries(arrivals: readonly Arrival[]) {
  const seen = new Set<string>();
  const distinct = arrivals.filter(({ messageId }) => seen.size !== seen.add(messageId).size);
  return { distinct, redelivered: arrivals.length - distinct.length };
}

/** @param arrived keys in the order of their first arrival. */
function outOfOrder(attempts: readonly Attempt[], arrived: Iterable<string>): readonly string[] {
  const places = new Map(attempts.map(({ key, group }, place) => [key, { group, place }]));
  const furthest = new Map<string, number>();
  const late: string[] = [];
  for (const key of arrived) {
    const { group, place } = places.get(key) ?? {};
    if (group === undefined || place === undefined) continue;
    if (place < (furthest.get(group) ?? -1)) late.push(key);
    else furthest.set(group, place);
  }
  return late;
}

function keysOf(attempts: readonly Attempt[]): readonly string[] {
  return attempts.map(({ key }) => key);
}
