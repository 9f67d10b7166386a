import type { DrainerSettings } from "../drain/settings";
import type { ForwarderSettings, ReplicatorSettings } from "../settings";

/** What the functions publish, for the functions themselves and for alarms and dashboards. */
export const METRICS_NAMESPACE = "SqsMultiRegion";

export const METRICS = {
  /** Replicator: messages that are done: accepted by the work queue, unless the home is fenced, and, for every peer, by outbox or standby queue. */
  takenIn: "MessagesTakenIn",
  /** Replicator: those of them that were taken in while the home was fenced: for its owner, and not on the work queue. */
  fenced: "MessagesFenced",
  /** Replicator: those of `takenIn` that had no room for an origin. */
  withoutOrigin: "MessagesWithoutOrigin",
  /** Forwarder: messages that the peer's standby queue has accepted. */
  copied: "MessagesCopied",
  /** Replicator in `sync` and `semi-sync`, per peer: messages that the peer's standby queue has accepted. */
  copiedDirectly: "MessagesCopiedDirectly",
  /** Replicator in `semi-sync`, per peer: messages that the outbox has accepted because the standby queue did not, or was not asked. */
  sentToOutbox: "MessagesSentToOutbox",
  /** Per peer, by whoever brought the copy: milliseconds from the ingress queue to the standby queue, as a distribution. */
  replicationLag: "ReplicationLag",
  /** Messages moved to the ingress DLQ because their error is permanent. */
  movedToDlq: "MessagesMovedToDlq",
  /**
   * Messages that failed and are retried, without those that a FIFO queue holds behind them; with the dimension
   * {@link FAILURE_CLASS_DIMENSION}.
   */
  failures: "Failures",
  /** Drainer: copies deleted because they are processed. */
  pruned: "CopiesPruned",
  /** Drainer, and forwarder while its region owns the peer's home: copies moved to the work queue. */
  movedToWork: "CopiesMoved",
  /** Drainer: copies that were looked at and left where they are; one counts each time. */
  left: "CopiesLeft",
  /** Drainer: copies moved to the DLQ, for want of an identity or for their own fault. */
  deadLettered: "CopiesDeadLettered",
  /** Drainer: messages deleted from the own work queue because another region has rescued them. */
  reclaimed: "MessagesReclaimed",
  /** Drainer: failed calls and entries, with the dimension {@link FAILURE_CLASS_DIMENSION}. */
  drainFailures: "DrainFailures",
  /** Controller: once a minute by each run, also by one in which parts failed: missing data means that it does not run. */
  controllerRuns: "ControllerRuns",
  /** Controller: parts of a run that failed within the minute. */
  controllerFailures: "ControllerFailures",
  /** Controller, per home: 1 while its region owns and processes the home, 0 otherwise. */
  homeOwned: "HomeOwned",
  /** Controller, per home, its own included: milliseconds since the newest heartbeat of the home that arrived. */
  canaryAge: "CanaryAge",
  /**
   * Controller with a ledger, per home: milliseconds by which the home's watermark items as seen here are behind those that its newest
   * heartbeat told of; 0 when they are here.
   */
  ledgerLag: "LedgerLag",
  /** Controller with records, by PutMetricData: 1 while the own home is processed here and the region can do its work, 0 otherwise. */
  healthy: "Healthy",
} as const;

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
