import {
  allOf,
  decided,
  each,
  entryOf,
  equal,
  expression,
  fallback,
  given,
  isOneOf,
  isSet,
  known,
  largest,
  mapFrom,
  not,
  plain,
  presentIf,
  smallest,
  sum,
  when,
} from "../../core/expression";
import { CANARY_RETENTION_SECONDS } from "../../core/limits";
import { COPYING } from "../../core/modes";
import { MODULE_REGION_SETTINGS, managedLedgerName } from "../../core/names";
import { isKnown, type Value } from "../../core/value";
import { entrySeconds } from "../../ledger/expiry";
import type { Group, GroupQueue } from "../group";
import type { LogicalQueueInput } from "../schema";
import { mayTakeOver, membersOf } from "./majority";

/** What a failover group's recovery needs to know of a resolved logical queue. */
interface Worked {
  readonly functions: { readonly timeoutSeconds: Value<number> };
  readonly consumerProcessingSeconds?: Value<number> | undefined;
  readonly visibilityTimeoutSeconds: Value<number>;
  /** Absent from queues that nobody rescues. */
  readonly recovery?: object | undefined;
}

const HAND_BACK_TIMEOUT_SECONDS = 900;
const RESCUE_MARGIN_SECONDS = 120;
/** A heartbeat is one small message; a function that needs longer would be late for the next. */
const CANARY_FUNCTION_TIMEOUT_SECONDS = 20;

/** Settings of recovery with the defaults that follow from the rest of the group. Undefined: no recovery. */
export function resolveRecovery(
  { recovery, regions }: Pick<Group, "recovery" | "regions">,
  queues: Readonly<Record<string, Worked>>,
) {
  if (recovery === undefined) return undefined;
  const names = Object.keys(regions);
  const inFlightSeconds = fallback(recovery.inFlightSeconds, longestInFlight(Object.values(queues)));
  const usual = when(mayTakeOver({ regions, recovery }), "automatic" as const, "manual" as const);
  return presentIf(isSet(recovery), {
    ...recovery,
    takeover: fallback(recovery.takeover, usual),
    /** Whether the author has said so, rather than nothing. */
    takeoverIsChosen: isSet(recovery.takeover),
    /** As the author has written it, for the rules. */
    chosenTakeoverOrder: recovery.takeoverOrder,
    /** By home, every home of the group. */
    takeoverOrder: mapFrom(
      names.map((home) => [
        home,
        fallback(entryOf(recovery.takeoverOrder, home), allBut(home, membersOf({ regions }))),
      ]),
    ),
    witness: resolveWitness(recovery, { regions }),
    inFlightSeconds,
    handBackTimeoutSeconds: fallback(
      recovery.handBackTimeoutSeconds,
      largest(HAND_BACK_TIMEOUT_SECONDS, inFlightSeconds),
    ),
  });
}

/** The witness, in the account of the group's regions unless it names one. */
function resolveWitness({ witness }: NonNullable<Group["recovery"]>, { regions }: Pick<Group, "regions">) {
  if (witness === undefined) return undefined;
  const account = fallback(witness.account, accountOf({ regions }));
  return presentIf(isSet(witness), { ...witness, account });
}

/** The account of a group's regions, which is one with recovery. Those of a module are a symbol, so they are asked for. */
export function accountOf({ regions }: Pick<Group, "regions">): Value<string> {
  const [first] = Object.keys(regions);
  if (isKnown(first)) return regions[first!]?.account ?? known("");
  return expression`values(${MODULE_REGION_SETTINGS})[0].account`;
}

/** Regions of a group but for one. */
function allBut(home: string, members: Value<readonly string[]>): Value<readonly string[]> {
  return each(
    members,
    (region) => region,
    (region) => not(equal(region, home)),
  );
}

/** What was put on a work queue last is worked on for as long as its consumer may take. */
function longestInFlight(queues: readonly Worked[]): Value<number> {
  return largest(
    known(0),
    ...queues.flatMap(({ functions, consumerProcessingSeconds, visibilityTimeoutSeconds, recovery }) =>
      given(
        isSet(recovery),
        sum(functions.timeoutSeconds, fallback(consumerProcessingSeconds, visibilityTimeoutSeconds)),
      ),
    ),
  );
}

/** The ledger's name, and how it is made unless it was brought. Undefined: no ledger. */
export function resolveLedger({ ledger, naming, failoverGroup }: Group) {
  if (ledger === undefined) return undefined;
  const isManaged = not(isSet(ledger.tableName));
  const managed = {
    billing: fallback(ledger.billing, { type: "on_demand" as const }),
    kmsKeyArns: ledger.kmsKeyArns,
    pointInTimeRecovery: fallback(ledger.pointInTimeRecovery, true),
    deletionProtection: fallback(ledger.deletionProtection, true),
  };
  return presentIf(isSet(ledger), {
    ...ledger,
    tableName: fallback(ledger.tableName, managedLedgerName(naming.prefix, failoverGroup)),
    managed: decided(isManaged) === false ? undefined : presentIf(isManaged, managed),
  });
}

/** How a logical queue is rescued. Undefined when nobody does: no recovery, no copies, or the canary. */
export function resolveRescue(group: Pick<Group, "recovery" | "ledger">, queue: GroupQueue, canary: boolean) {
  const isRescued = allOf(isSet(group.recovery), isOneOf(queue.mode, COPYING), !canary);
  if (decided(isRescued) === false) return undefined;
  return presentIf(isRescued, {
    rescue: fallback(queue.rescue, when(isSet(group.ledger), "ledger" as const, "watermark" as const)),
    marginSeconds: fallback(queue.rescueMarginSeconds, RESCUE_MARGIN_SECONDS),
    maxRate: queue.maxRate,
    onMissingIdentity: fallback(queue.onMissingIdentity, "forward" as const),
    ledgerKey: queue.ledgerKey,
    /** Expiry of the ledger's entries: longer than a message can be under way. A module leaves it to consumers. */
    ledgerExpirySeconds: known(isKnown(queue.transitRetentionSeconds) ? expirySeconds(queue) : 0),
  });
}

function expirySeconds({
  transitRetentionSeconds,
  messageRetentionSeconds: workRetentionSeconds,
  dlqRetentionSeconds,
}: GroupQueue): number {
  return entrySeconds(
    plain({ transitRetentionSeconds, workRetentionSeconds, dlqRetentionSeconds }, "retention"),
  );
}

/** The logical queue by which regions hear of each other, as the file would say it. */
export const CANARY: LogicalQueueInput = {
  message_retention_seconds: CANARY_RETENTION_SECONDS,
  transit_retention_seconds: CANARY_RETENTION_SECONDS,
  dlq_retention_seconds: CANARY_RETENTION_SECONDS,
  receive_wait_time_seconds: 0,
};

/** Functions of the canary: as those of the group, but for one message at a time, at once, and without pollers that cost extra. */
export function canaryFunctions(functions: Group["functions"]): Group["functions"] {
  const { memoryMb, timeoutSeconds, architecture, runtime, logRetentionDays, tracing } = functions;
  return {
    memoryMb,
    timeoutSeconds: smallest(timeoutSeconds, CANARY_FUNCTION_TIMEOUT_SECONDS),
    profile: known("latency"),
    architecture,
    runtime,
    logRetentionDays,
    tracing,
  };
}
