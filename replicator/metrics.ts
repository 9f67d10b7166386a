import type { ForwarderSettings, ReplicatorSettings } from "./settings";

/** What the functions publish, for the functions themselves and for alarms and dashboards. */
export const METRICS_NAMESPACE = "SqsMultiRegion";

export const METRICS = {
  /** Replicator: messages that are done: accepted by the work queue and, for every peer, by outbox or standby queue. */
  takenIn: "MessagesTakenIn",
  /** Replicator: those of them that had no room for an origin. */
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
} as const;

export const FAILURE_CLASS_DIMENSION = "FailureClass";

export const PEER_DIMENSION = "PeerRegion";

/** Dimensions of every metric of a function. Only the forwarder has one peer; the replicator adds it to what it counts per peer. */
export function dimensionsOf(settings: ReplicatorSettings | ForwarderSettings): Record<string, string> {
  return {
    FailoverGroup: settings.failoverGroup,
    LogicalQueue: settings.logicalQueue,
    HomeRegion: settings.homeRegion,
    ...("peerRegion" in settings ? { [PEER_DIMENSION]: settings.peerRegion } : {}),
  };
}
