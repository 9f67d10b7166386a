import type { Deployment } from "../../emulator/deployment";
import type { Emulator } from "../../emulator/emulator";
import type { Journal } from "./journal";
import type { Hop, Hops } from "./model/plan";
import type { Site } from "./troublemaker";

export interface Place {
  readonly emulator: Emulator;
  readonly deployment: Deployment;
  /** Logical queue. */
  readonly queue: string;
  readonly home: string;
  readonly peer: string;
  /** Longest time that a step waits for the calls that it concerns. */
  readonly patienceMs: number;
}

/** The hops of a mode on which something can go wrong. */
export function hopsOf(mode: string): Hops {
  switch (mode) {
    case "semi-sync":
      return { always: ["ingress", "work", "standby"], kill: ["work", "standby"] };
    case "sync":
      return { always: ["ingress", "standby", "work"], kill: ["work", "standby"] };
    default:
      // In front of the work queue waits the replicator, in front of the standby queue the forwarder.
      return { always: ["ingress", "outbox", "work", "standby"], kill: ["work", "standby"] };
  }
}

/** Where things go wrong for a logical queue. */
export function siteOf(place: Place, journal: Journal): Site {
  const { emulator, deployment, queue, home, peer, patienceMs } = place;
  const topology = deployment.topology(queue, home);
  const { ingress, work } = topology;
  const outbox = topology.outboxes[peer];
  const standby = deployment.topology(queue, peer).standbys[home]!;
  const replicator = { functionName: topology.replicator.name, reads: ingress };
  const isAsync = deployment.configuration.queues[queue]!.mode === "async";
  const senderTo = (hop: Hop) =>
    hop === "standby" && isAsync
      ? { functionName: topology.forwarders[peer]!.name, reads: outbox! }
      : replicator;
  return {
    emulator,
    home,

    account: topology.account,
    queues: { ingress, work, standby, ...(outbox && { outbox }) },
    senderTo,
    journal,
    patienceMs,
  };
}
