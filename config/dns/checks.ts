import { type DnsWord, logicalId, type OtherWord } from "../../core/names";
import type { Configuration } from "../configuration";
import { claimAlarm, healthyAlarm, ownedAlarm, type SignalAlarm } from "./alarms";
import { peersInOrder } from "./dns";

export type CheckWord = Extract<
  DnsWord | OtherWord,
  | "endpointHealth"
  | "metricHealth"
  | "routingControl"
  | "health"
  | "notOwned"
  | "owned"
  | "claim"
  | "routing"
  | "ownerHome"
  | "ownerPeer"
>;

export interface HealthCheck {
  readonly address: string;
  readonly word: CheckWord;
  /** What it is about. */
  readonly home: string;
  readonly peer?: string;
  readonly probe: Probe;
}

export type Probe =
  /** Asks the health endpoint of the home. */
  | { readonly kind: "endpoint"; readonly intervalSeconds: number; readonly failureThreshold: number }
  | {
      readonly kind: "alarm";
      readonly alarm: SignalAlarm;
      readonly insufficientData: "Unhealthy" | "LastKnownStatus";
      readonly inverted: boolean;
    }
  | { readonly kind: "routing-control"; readonly arn: string }
  /** Healthy while at least so many of its children are. */
  | { readonly kind: "calculated"; readonly children: readonly CheckReference[]; readonly threshold: number };

/** A check of the group by its address, or one of the user's by its id. */
export type CheckReference = { readonly check: string } | { readonly id: string };

/** All health checks of a group with records, home by home. A CALCULATED check cannot contain another, so each lists leaves. */
export function checksOf(configuration: Configuration): readonly HealthCheck[] {
  return Object.keys(configuration.regions).flatMap((home) => [
    ...healthChecks(configuration, home),
    ...ownershipChecks(configuration, home),
  ]);
}

/** What the home can do. */
export function healthOf(configuration: Configuration, home: string): CheckReference {
  const leaves = healthLeaves(configuration, home);
  return leaves.length === 1 ? leaves[0]! : reference(configuration, "health", home);
}

/** The home is healthy, and no peer owns it. */
export function routingOf(configuration: Configuration, home: string): CheckReference {
  return reference(configuration, "routing", home);
}

/** The home owns itself: no peer owns it, or the home claims itself back. */
export function ownerHomeOf(configuration: Configuration, home: string): CheckReference {
  return reference(configuration, "ownerHome", home);
}

/** The peer owns the home, and is healthy. Of the last peer there is none: it answers when nobody else does. */
export function ownerPeerOf(configuration: Configuration, home: string, peer: string): CheckReference {
  return reference(configuration, "ownerPeer", home, peer);
}

function healthChecks(configuration: Configuration, home: string): readonly HealthCheck[] {
  const arn = configuration.dns!.routingControls[home];
  const leaves = healthLeaves(configuration, home);
  return [
    check(configuration, ownHealth(configuration), home, healthProbe(configuration, home)),
    ...(arn === undefined
      ? []
      : [check(configuration, "routingControl", home, { kind: "routing-control", arn })]),
    ...(leaves.length === 1 ? [] : [check(configuration, "health", home, all(leaves))]),
  ];
}

function ownershipChecks(configuration: Configuration, home: string): readonly HealthCheck[] {
  const peers = peersInOrder(configuration, home);
  const owned = (peer: string, inverted: boolean) =>
    alarmProbe(ownedAlarm(configuration, peer, home), "LastKnownStatus", inverted);
  const perPeer = (word: CheckWord, probe: (peer: string) => Probe, of: readonly string[] = peers) =>
    of.map((peer) => check(configuration, word, home, probe(peer), peer));
  const references = (word: CheckWord) => peers.map((peer) => reference(configuration, word, home, peer));
  const named = peers.slice(0, -1);
  return [
    ...perPeer("notOwned", (peer) => owned(peer, false)),
    ...perPeer("claim", () => alarmProbe(claimAlarm(configuration, home), "Unhealthy")),
    check(
      configuration,
      "routing",
      home,
      all([...healthLeaves(configuration, home), ...references("notOwned")]),
    ),
    // Claims weigh as much as all peers together: either is enough, and neither in part.
    check(configuration, "ownerHome", home, {
      kind: "calculated",
      children: [...references("notOwned"), ...references("claim")],
      threshold: peers.length,
    }),
    ...perPeer("owned", (peer) => owned(peer, true), named),
    ...perPeer(
      "ownerPeer",
      (peer) => all([reference(configuration, "owned", home, peer), ...healthLeaves(configuration, peer)]),
      named,
    ),
  ];
}

/** All that must be healthy for a home to be. */
function healthLeaves(configuration: Configuration, home: string): readonly CheckReference[] {
  const { checks, routingControls } = configuration.dns!;
  return [
    reference(configuration, ownHealth(configuration), home),
    ...(checks[home] ?? []).map(({ id }) => ({ id })),
    ...(routingControls[home] === undefined ? [] : [reference(configuration, "routingControl", home)]),
  ];
}

function ownHealth({ dns }: Configuration): CheckWord {
  return dns!.healthEndpoint ? "endpointHealth" : "metricHealth";
}

function healthProbe(configuration: Configuration, home: string): Probe {
  const endpoint = configuration.dns!.healthEndpoint;
  if (endpoint === undefined) return alarmProbe(healthyAlarm(configuration, home), "Unhealthy");
  const { intervalSeconds, failureThreshold } = endpoint;
  return { kind: "endpoint", intervalSeconds, failureThreshold };
}

function alarmProbe(
  alarm: SignalAlarm,
  insufficientData: "Unhealthy" | "LastKnownStatus",
  inverted = false,
): Probe {
  return { kind: "alarm", alarm, insufficientData, inverted };
}

function all(children: readonly CheckReference[]): Probe {
  return { kind: "calculated", children, threshold: children.length };
}

function check(
  configuration: Configuration,
  word: CheckWord,
  home: string,
  probe: Probe,
  peer?: string,
): HealthCheck {
  const address = logicalId(configuration.failoverGroup, word, home, peer);
  return { address, word, home, ...(peer !== undefined && { peer }), probe };
}

function reference(
  { failoverGroup }: Configuration,
  word: CheckWord,
  home: string,
  peer?: string,
): CheckReference {
  return { check: logicalId(failoverGroup, word, home, peer) };
}
