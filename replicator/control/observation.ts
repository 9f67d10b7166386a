import type { Heartbeat, QueueWatermark } from "../../ownership/heartbeat";
import type { RegionParameters } from "../../ownership/read-parameters";
import type { Roles } from "../../ownership/roles";
import type { Health, Peer, Records, Situation } from "../../ownership/situation";
import type { LastHeard } from "../../ownership/states";
import type { Ages } from "./ages";
import type { Word } from "./home-watermarks";
import type { ControlledQueue } from "./settings";
import { processedBefore } from "./watermark";

/** What can be seen of everything but the own parameters. What is missing could not be seen. */
export interface Observation {
  /** Parameters of the peers that answered. */
  readonly peers: Readonly<Record<string, RegionParameters>>;
  /** By region, its own included: heartbeats that arrived lately, the newest last; of a region that is silent, its last. */
  readonly heard: Readonly<Record<string, readonly Heartbeat[]>>;
  /** Absent without a ledger. */
  readonly ledger?: LedgerSight;
  readonly queues: readonly ControlledQueue[] | undefined;
  readonly ages: Ages | undefined;
  /** Absent without records. */
  readonly records?: RecordSight;
}

/** What the records of the group say, with the health of its regions. */
export interface RecordSight extends Records {
  readonly health: Readonly<Record<string, Health>>;
}

export interface LedgerSight {
  readonly isUsable: boolean;
  /** By peer: what it wrote before this moment is visible here, if not now, then earlier. */
  readonly seenUntil: Readonly<Record<string, number>>;
}

/** Roles as others have them. */
export function rolesIn({ heard, peers }: Observation): readonly Roles[] {
  return [
    ...Object.values(heard).flatMap((heartbeats) => heartbeats.map(({ roles }) => roles)),
    ...Object.values(peers).flatMap(({ roles }) => roles ?? []),
  ];
}

/** By region, what it said of itself, in heartbeats and in its parameters. */
export function wordsIn({ heard, peers }: Observation): Readonly<Record<string, readonly Word[]>> {
  const regions = [...new Set([...Object.keys(heard), ...Object.keys(peers)])];
  return Object.fromEntries(
    regions.map((region) => {
      const { roles, states } = peers[region] ?? {};
      const written = roles && states ? [{ roles, homes: states.homes }] : [];
      return [region, [...(heard[region] ?? []), ...written]];
    }),
  );
}

/** What decides about ownership, of a peer. */
export function peerIn(observation: Observation, peer: string): Peer {
  const parameters = observation.peers[peer];
  const heard = lastHeard(observation, peer);
  const ledgerSeenUntil = observation.ledger?.seenUntil[peer];
  return {
    reports: wordsIn(observation)[peer] ?? [],
    reached: parameters !== undefined,
    ...(parameters?.states && { checkedAt: parameters.states.checkedAt }),
    ...(heard && { heard }),
    ...(ledgerSeenUntil === undefined ? {} : { ledgerSeenUntil }),
  };
}

/** When a region, the own one too, was last heard of, and what it said. */
export function lastHeard(observation: Observation, region: string): LastHeard | undefined {
  const beat = newestOf(observation, region);
  return beat && { at: beat.at, fit: beat.fit };
}

function newestOf({ heard }: Observation, region: string): Heartbeat | undefined {
  return heard[region]?.at(-1);
}

/** Whether the own region can do its work: with a ledger, whether that can be written and read. */
export function isFit({ ledger }: Observation): boolean {
  return ledger === undefined || ledger.isUsable;
}

/** What the decision needs of the records, and, where it is to be automatic, of health. */
export function automaticIn(
  observation: Observation,
  takeover: "manual" | "automatic",
): Pick<Situation, "records" | "automatic"> {
  const { records } = observation;
  if (records === undefined) return {};
  const { health, ...answers } = records;
  return {
    records: answers,
    ...(takeover === "automatic" && { automatic: { fit: isFit(observation), health } }),
  };
}

/** By logical queue without a ledger, how far the own home is processed, where the ages tell. */
export function ownWatermarks({
  queues = [],
  ages = {},
}: Observation): Readonly<Record<string, QueueWatermark>> {
  return Object.fromEntries(
    queues.flatMap(({ queue, rescue, ingress, work }) => {
      const before =
        rescue === "watermark" ? processedBefore(ages[ingress] ?? [], ages[work] ?? []) : undefined;
      return before === undefined ? [] : [[queue, { processedBefore: before }]];
    }),
  );
}

/** By peer, by how many milliseconds its watermark items as seen now are behind those that it told of. */
export function ledgerLag(
  observation: Observation,
  peers: readonly string[],
): Readonly<Record<string, number>> {
  const { ledger } = observation;
  if (!ledger?.isUsable) return {};
  return Object.fromEntries(
    peers.flatMap((peer) => {
      const told = newestOf(observation, peer)?.ledgerAt;
      const seen = ledger.seenUntil[peer];
      return told === undefined || seen === undefined ? [] : [[peer, Math.max(0, told - seen)]];
    }),
  );
}
