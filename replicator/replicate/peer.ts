import type { Deadline } from "../sqs/deadline";
import type { Parcel, Route } from "../sqs/deliver";
import type { SendOutcome, Target } from "../sqs/send";
import { type BatchContext, toQueue } from "./batch-context";
import type { Breaker, BreakerState, CallVerdict } from "./breaker";

/** What a batch brought to one peer. */
export class CopyCount {
  /** Messages that its standby queue accepted from the replicator. */
  direct = 0;
  /** Messages that its outbox accepted because its standby queue did not, or was not asked. */
  byOutbox = 0;
  /** Milliseconds from the ingress queue to the standby queue, of direct copies. */
  readonly lagsMs: number[] = [];
  /** Whether the peer is being called, in `semi-sync`. */
  breaker: BreakerState = "closed";
}

/** The way to a peer's standby queue, where nothing takes its place. */
export function toStandby(target: Target, copies: CopyCount, context: BatchContext): Route {
  const standby = toQueue(target, context.deadlines.sending, context);
  return async (parcels) => {
    const outcomes = await standby(parcels);
    outcomes.forEach((outcome, index) => {
      if (!outcome.accepted) return;
      copies.direct += 1;
      copies.lagsMs.push(outcome.at - Number(parcels[index]!.record.attributes.SentTimestamp));
    });
    return outcomes;
  };
}

export interface Peer {
  readonly standby: Target;
  readonly outbox: Target;
  readonly breaker: Breaker;
}

/**
 * The way to a peer in `semi-sync`: straight to its standby queue if its breaker gives permit. What that did not take, for whatever reason,
 * goes by the peer's outbox. An error of the message itself is for the forwarder to judge, and no ground to withhold the message from the
 * work queue.
 *
 * The fallback send to the outbox may use the time of settling, because the work queue may have the message already. If the clock kept the
 * outbox from taking the message, the work queue would get it twice.
 */
export function toPeer({ standby, outbox, breaker }: Peer, copies: CopyCount, context: BatchContext): Route {
  const { deadlines, now, random } = context;
  const straight = toStandby(standby, copies, context);
  const detour = async (parcels: readonly Parcel[], deadline: Deadline) => {
    const outcomes = await toQueue(outbox, deadline, context)(parcels);
    copies.byOutbox += outcomes.filter(({ accepted }) => accepted).length;
    return outcomes;
  };
  return async (parcels) => {
    const permit = deadlines.sending.mayStart() ? breaker.ask(now()) : undefined;
    if (permit === undefined) return detour(parcels, deadlines.sending);
    const begun = now();
    const outcomes = await straight(parcels);
    breaker.settle(permit, verdictOf(outcomes), now() - begun, now(), random());
    const left = parcels.filter((_, index) => !outcomes[index]!.accepted);
    if (left.length === 0) return outcomes;
    const detours = (await detour(left, deadlines.settling)).values();
    return outcomes.map((outcome) => (outcome.accepted ? outcome : detours.next().value!));
  };
}

/**
 * What a call says about the peer, as a whole: single refusals show that it answers. Messages at fault say that too. When the
 * function ran out of time, the peer may not have had its own. Everything else, a peer that throttles, denies or is set up wrongly
 * among it, makes the next call as useless.
 */
function verdictOf(outcomes: readonly SendOutcome[]): CallVerdict {
  const refusals = outcomes.filter((outcome) => !outcome.accepted);
  if (refusals.length < outcomes.length) return "answered";
  if (refusals.some(({ class: cause }) => cause === "deadline")) return "unknown";
  return refusals.every(({ class: cause }) => cause === "message") ? "answered" : "failed";
}
