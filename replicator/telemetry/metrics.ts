import type { DrainerSettings } from "../drain/settings";
import type { ForwarderSettings, ReplicatorSettings } from "../settings";

/** What the functions publish, for the functions themselves and for alarms and dashboards. */
export const METRICS_NAMESPACE = "SqsMultiRegion";

/** A metric, and what its reader has to know. What is zero is left out, unless the meaning says so. */
interface Metric {
  readonly name: string;
  /** Who publishes the metric. */
  readonly by: string;
  /** What there is one of. */
  readonly per: "logical queue" | "peer" | "failure class" | "region" | "home";
  readonly meaning: string;
}

/** Every metric. `docs/reference/metrics.md` is made from it. */
export const METRIC_TABLE = {
  takenIn: {
    name: "MessagesTakenIn",
    by: "replicator",
    per: "logical queue",
    meaning:
      "messages that are done: the work queue has them, unless the home is fenced, and for each peer an outbox or standby queue",
  },
  fenced: {
    name: "MessagesFenced",
    by: "replicator",
    per: "logical queue",
    meaning:
      "of `MessagesTakenIn`, those taken in while the home was fenced: for its owner, and not on the work queue",
  },
  withoutOrigin: {
    name: "MessagesWithoutOrigin",
    by: "replicator",
    per: "logical queue",
    meaning: "of `MessagesTakenIn`, those that had no room for an origin",
  },
  copied: {
    name: "MessagesCopied",
    by: "forwarder",
    per: "peer",
    meaning: "messages that the standby queue of the peer has accepted",
  },
  copiedDirectly: {
    name: "MessagesCopiedDirectly",
    by: "replicator in sync and semi-sync",
    per: "peer",
    meaning: "messages that the standby queue of the peer has accepted without an outbox",
  },
  sentToOutbox: {
    name: "MessagesSentToOutbox",
    by: "replicator in semi-sync",
    per: "peer",
    meaning: "messages that the outbox has accepted because the standby queue did not, or was not asked",
  },
  replicationLag: {
    name: "ReplicationLag",
    by: "who brought the copy",
    per: "peer",
    meaning: "milliseconds from the ingress queue to the standby queue, as a distribution",
  },
  movedToDlq: {
    name: "MessagesMovedToDlq",
    by: "replicator, forwarder",
    per: "logical queue",
    meaning: "messages moved to the ingress DLQ, because their error is permanent",
  },
  inPieces: {
    name: "MessagesInPieces",
    by: "replicator, forwarder",
    per: "logical queue",
    meaning:
      "of `MessagesMovedToDlq`, those that the DLQ did not take whole either, for their size or contents: they are there in pieces",
  },
  failures: {
    name: "Failures",
    by: "replicator, forwarder",
    per: "failure class",
    meaning: "messages that failed and are retried, without those that a FIFO queue holds behind them",
  },
  pruned: {
    name: "CopiesPruned",
    by: "drainer",
    per: "peer",
    meaning: "copies deleted, because they are processed",
  },
  movedToWork: {
    name: "CopiesMoved",
    by: "drainer, and forwarder while its region owns the home of the peer",
    per: "peer",
    meaning: "copies moved to the work queue",
  },
  left: {
    name: "CopiesLeft",
    by: "drainer",
    per: "peer",
    meaning: "copies that were looked at and left where they are; each look counts",
  },
  deadLettered: {
    name: "CopiesDeadLettered",
    by: "drainer",
    per: "peer",
    meaning: "copies moved to the DLQ, for want of an identity or for their own fault",
  },
  reclaimed: {
    name: "MessagesReclaimed",
    by: "drainer",
    per: "peer",
    meaning: "messages deleted from the own work queue, because another region has rescued them",
  },
  drainFailures: {
    name: "DrainFailures",
    by: "drainer",
    per: "failure class",
    meaning: "calls and entries that failed",
  },
  controllerRuns: {
    name: "ControllerRuns",
    by: "controller",
    per: "region",
    meaning:
      "1 once a minute by each run, also where parts of the run failed: missing data means that no controller runs",
  },
  controllerFailures: {
    name: "ControllerFailures",
    by: "controller",
    per: "region",
    meaning: "parts of a run that failed within the minute",
  },
  homeOwned: {
    name: "HomeOwned",
    by: "controller",
    per: "home",
    meaning: "1 while the region owns and processes the home, else 0",
  },
  canaryAge: {
    name: "CanaryAge",
    by: "controller",
    per: "home",
    meaning: "milliseconds since the newest heartbeat of the home that arrived",
  },
  ledgerLag: {
    name: "LedgerLag",
    by: "controller with a ledger",
    per: "home",
    meaning: "milliseconds by which ledger entries of the home are behind here",
  },
  healthy: {
    name: "Healthy",
    by: "controller with dns, by PutMetricData",
    per: "region",
    meaning: "1 while the own home is processed here and the region can do its work, else 0",
  },
} as const satisfies Readonly<Record<string, Metric>>;

type MetricTable = typeof METRIC_TABLE;

/** Names of metrics. */
export const METRICS = Object.fromEntries(
  Object.entries(METRIC_TABLE).map(([key, { name }]) => [key, name]),
) as { readonly [Key in keyof MetricTable]: MetricTable[Key]["name"] };

export const FAILURE_CLASS_DIMENSION = "FailureClass";

export const PEER_DIMENSION = "PeerRegion";

/**
 * Dimensions of every metric of a function. Forwarder and drainer have one home and one peer; the replicator adds the peer to what it
 * counts per peer.
 */
export function dimensionsOf(
  settings: ReplicatorSettings | ForwarderSettings | DrainerSettings,
): Record<string, string> {
  const peer =
    "peerRegion" in settings ? settings.peerRegion : "region" in settings ? settings.region : undefined;
  return {
    FailoverGroup: settings.failoverGroup,
    LogicalQueue: settings.logicalQueue,
    HomeRegion: settings.homeRegion,
    ...(peer === undefined ? {} : { [PEER_DIMENSION]: peer }),
  };
}

/** Dimensions of what a controller publishes; of what it publishes per home, with that home. */
export function controllerDimensions(
  { failoverGroup, region }: { readonly failoverGroup: string; readonly region: string },
  home?: string,
): Record<string, string> {
  if (home === undefined) return { FailoverGroup: failoverGroup, Region: region };
  return { FailoverGroup: failoverGroup, HomeRegion: home, [PEER_DIMENSION]: region };
}
