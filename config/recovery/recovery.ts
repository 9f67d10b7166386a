import { CANARY_RETENTION_SECONDS } from "../../core/limits";
import { groupName, managedLedgerName, roleArn } from "../../core/names";
import { entrySeconds } from "../../ledger/expiry";
import type { Group } from "../configuration";
import type { LogicalQueueInput } from "../schema";

/** What a failover group's recovery needs to know of a resolved logical queue. */
interface Worked {
  readonly functions: { readonly timeoutSeconds: number };
  readonly consumerProcessingSeconds?: number | undefined;
  readonly visibilityTimeoutSeconds: number;
  /** Absent from queues that nobody rescues. */
  readonly recovery?: object | undefined;
}

const HAND_BACK_TIMEOUT_SECONDS = 900;
const RESCUE_MARGIN_SECONDS = 120;
/** A heartbeat is one small message; a function that needs longer would be late for the next. */
const CANARY_FUNCTION_TIMEOUT_SECONDS = 20;

/** Settings of recovery with the defaults that follow from the rest of the group. Undefined: no recovery. */
export function resolveRecovery({ recovery, regions, dns }: Group, queues: Readonly<Record<string, Worked>>) {
  if (recovery === undefined) return undefined;
  const names = Object.keys(regions);
  const inFlightSeconds = recovery.inFlightSeconds ?? longestInFlight(Object.values(queues));
  return {
    ...recovery,
    takeover: recovery.takeover ?? (dns === undefined ? ("manual" as const) : ("automatic" as const)),
    onIsolation: recovery.onIsolation ?? (dns === undefined ? ("continue" as const) : ("fence" as const)),
    /** By home, every home of the group. */
    takeoverOrder: {
      ...Object.fromEntries(names.map((home) => [home, names.filter((region) => region !== home)])),
      ...recovery.takeoverOrder,
    } as Readonly<Record<string, readonly string[]>>,
    inFlightSeconds,
    handBackTimeoutSeconds:
      recovery.handBackTimeoutSeconds ?? Math.max(HAND_BACK_TIMEOUT_SECONDS, inFlightSeconds),
  };
}

/** What was put on a work queue last is worked on for as long as its consumer may take. */
function longestInFlight(queues: readonly Worked[]): number {
  return Math.max(
    0,
    ...queues
      .filter(({ recovery }) => recovery !== undefined)
      .map(
        ({ functions, consumerProcessingSeconds, visibilityTimeoutSeconds }) =>
          functions.timeoutSeconds + (consumerProcessingSeconds ?? visibilityTimeoutSeconds),
      ),
  );
}

/** The ledger's name, and how it is made unless it was brought. Undefined: no ledger. */
export function resolveLedger({ ledger, naming, failoverGroup }: Group) {
  if (ledger === undefined) return undefined;
  if (ledger.tableName !== undefined) return { ...ledger, tableName: ledger.tableName, managed: undefined };
  return {
    ...ledger,
    tableName: managedLedgerName(naming.prefix, failoverGroup),
    managed: {
      billing: ledger.billing ?? { type: "on_demand" as const },
      kmsKeyArns: ledger.kmsKeyArns,
      pointInTimeRecovery: ledger.pointInTimeRecovery ?? true,
      deletionProtection: ledger.deletionProtection ?? true,
    },
  };
}

/** How a logical queue is rescued. Undefined when nobody does: no recovery, no copies, or the canary. */
export function resolveRescue(
  group: Pick<Group, "recovery" | "ledger">,
  queue: Group["queues"][string],
  canary: boolean,
) {
  if (group.recovery === undefined || queue.mode === "none" || canary) return undefined;
  return {
    rescue: queue.rescue ?? (group.ledger === undefined ? ("watermark" as const) : ("ledger" as const)),
    marginSeconds: queue.rescueMarginSeconds ?? RESCUE_MARGIN_SECONDS,
    maxRate: queue.maxRate,
    onMissingIdentity: queue.onMissingIdentity ?? ("forward" as const),
    ledgerKey: queue.ledgerKey,
    /** Expiry of the ledger's entries: longer than a message can be under way. */
    ledgerExpirySeconds: entrySeconds({
      transitRetentionSeconds: queue.transitRetentionSeconds,
      workRetentionSeconds: queue.messageRetentionSeconds,
      dlqRetentionSeconds: queue.dlqRetentionSeconds,
    }),
  };
}

/**
 * The logical queue by which regions hear of each other, as the file would say it. The controllers alone send and receive, and, while one
 * of them is not there, the health function of its region.
 */
export function canaryInput({ regions, naming, failoverGroup, rolePath, dns }: Group): LogicalQueueInput {
  const words =
    dns?.health.type === "endpoint" ? (["controller", "health"] as const) : (["controller"] as const);
  const users = Object.entries(regions).flatMap(([region, { account }]) =>
    words.map((word) =>
      roleArn(region, account, rolePath, groupName(naming.prefix, failoverGroup, word, region)),
    ),
  );
  return {
    message_retention_seconds: CANARY_RETENTION_SECONDS,
    transit_retention_seconds: CANARY_RETENTION_SECONDS,
    dlq_retention_seconds: CANARY_RETENTION_SECONDS,
    receive_wait_time_seconds: 0,
    producers: users,
    consumers: users,
  };
}

/** Functions of the canary: as those of the group, but for one message at a time, at once, and without pollers that cost extra. */
export function canaryFunctions(functions: Group["functions"]): Group["functions"] {
  const { memoryMb, timeoutSeconds, architecture, runtime, logRetentionDays, tracing } = functions;
  return {
    memoryMb,
    timeoutSeconds: Math.min(timeoutSeconds, CANARY_FUNCTION_TIMEOUT_SECONDS),
    profile: "latency",
    architecture,
    runtime,
    logRetentionDays,
    tracing,
  };
}
