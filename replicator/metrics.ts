import type { ForwarderSettings, ReplicatorSettings } from "./settings";

/** What the functions publish, for the functions themselves and for alarms and dashboards. */
export const METRICS_NAMESPACE = "SqsMultiRegion";

export const METRICS = {
  /** Replicator: messages that work queue and outboxes have accepted. */
  takenIn: "MessagesTakenIn",
  /** Replicator: those of them that had no room for an origin. */
  withoutOrigin: "MessagesWithoutOrigin",
  /** Forwarder: messages that the peer's standby queue has accepted. */
  copied: "MessagesCopied",
  /** Forwarder: milliseconds from the ingress queue to the standby queue, as a distribution. */
  replicationLag: "ReplicationLag",
  /** Messages moved to the ingress DLQ because their error is permanent. */
  movedToDlq: "MessagesMovedToDlq",
  /** Messages that failed and are retried; with the dimension {@link FAILURE_CLASS_DIMENSION}. */
  failures: "Failures",
} as const;

export const FAILURE_CLASS_DIMENSION = "FailureClass";

/** Dimensions of every metric of a function. Only the forwarder has a peer. */
export function dimensionsOf(settings: ReplicatorSettings | ForwarderSettings): Record<string, string> {
  return {
    FailoverGroup: settings.failoverGroup,
    LogicalQueue: settings.logicalQueue,
    HomeRegion: settings.homeRegion,
    ...("peerRegion" in settings ? { PeerRegion: settings.peerRegion } : {}),
  };
}
