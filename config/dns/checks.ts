import {
  anyOf,
  type Condition,
  each,
  fallback,
  fieldOf,
  given,
  isEmpty,
  isSet,
  not,
  size,
  spread,
} from "../../core/expression";
import { type DnsWord, logicalId, type OtherWord } from "../../core/names";
import type { Configuration } from "../configuration";
import { regionOrder } from "../region-sets";
import { claimAlarm, healthyAlarm, ownedAlarm, type SignalAlarm } from "./alarms";

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
  /** @default it does */
  readonly exists?: Condition;
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
  /** Healthy while at least so many of its children are; default: all. */
  | {
      readonly kind: "calculated";
      readonly children: readonly CheckReference[];
      readonly threshold?: number;
    };

/** A check of the group by its address and the regions that it is about, or one of the user's by its id, or which of two a condition decides. */
export type CheckReference =
  | { readonly check: string; readonly of: readonly string[] }
  | { readonly id: string }
  | { readonly condition: string; readonly then: CheckReference; readonly otherwise: CheckReference };

/** All health checks of a group with records, home by home. A CALCULATED check cannot contain another, so each lists leaves. */
export function checksOf(configuration: Configuration): readonly HealthCheck[] {
  return Object.keys(configuration.regions).flatMap((home) => [
    ...healthChecks(configuration, home),
    ...ownershipChecks(configuration, home),
  ]);
}

/** What the home can do. */
export function healthOf(configuration: Configuration, home: string): CheckReference {
  return eitherOf(
    hasMore(configuration, home),
    reference(configuration, "health", home),
    ownHealthOf(configuration, home),
  );
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
  const { healthEndpoint, routingControls } = configuration.dns!;
  const isEndpoint = isSet(healthEndpoint);
  const arn = routingControls[home]!;
  const leaf = (word: CheckWord, exists: Condition, probe: () => Probe) =>
    exists === false ? [] : [{ ...check(configuration, word, home, probe()), exists }];
  return [
    ...leaf("endpointHealth", isEndpoint, () => {
      const { intervalSeconds, failureThreshold } = healthEndpoint!;
      return { kind: "endpoint", intervalSeconds, failureThreshold };
    }),
    ...leaf("metricHealth", not(isEndpoint), () =>
      alarmProbe(healthyAlarm(configuration, home), "Unhealthy"),
    ),
    ...leaf("routingControl", isSet(arn), () => ({ kind: "routing-control", arn })),
    ...leaf("health", hasMore(configuration, home), () => all(healthLeaves(configuration, home))),
  ];
}

function ownershipChecks(configuration: Configuration, home: string): readonly HealthCheck[] {
  const { regions: peers, butLast, list } = regionOrder(configuration).peers(home);
  const owned = (peer: string, inverted: boolean) =>
    alarmProbe(ownedAlarm(configuration, peer, home), "LastKnownStatus", inverted);
  const perPeer = (word: CheckWord, probe: (peer: string) => Probe, of = peers) =>
    of.map((peer) => check(configuration, word, home, probe(peer), peer));
  const references = (word: CheckWord) => peers.map((peer) => reference(configuration, word, home, peer));
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
      threshold: size(list),
    }),
    ...perPeer("owned", (peer) => owned(peer, true), butLast),
    ...perPeer(
      "ownerPeer",
      (peer) => all([reference(configuration, "owned", home, peer), ...healthLeaves(configuration, peer)]),
      butLast,
    ),
  ];
}

/** All that must be healthy for a home to be. */
function healthLeaves(configuration: Configuration, home: string): readonly CheckReference[] {
  const control = configuration.dns!.routingControls[home];
  const own = usersChecks(configuration, home);
  return [
    ownHealthOf(configuration, home),
    ...spread(each(own, (check) => ({ id: fieldOf(check, "id") }))),
    ...given<CheckReference>(isSet(control), reference(configuration, "routingControl", home)),
  ];
}

/** Whether the home's health is more than its own verdict. */
function hasMore(configuration: Configuration, home: string): Condition {
  const own = usersChecks(configuration, home);
  return anyOf(not(isEmpty(own)), isSet(configuration.dns!.routingControls[home]));
}

function usersChecks({ dns }: Configuration, home: string) {
  return fallback<readonly { readonly id: string }[]>(dns!.checks[home], []);
}

/** The home's verdict about itself. */
function ownHealthOf(configuration: Configuration, home: string): CheckReference {
  return eitherOf(
    isSet(configuration.dns!.healthEndpoint),
    reference(configuration, "endpointHealth", home),
    reference(configuration, "metricHealth", home),
  );
}

function eitherOf(condition: Condition, then: CheckReference, otherwise: CheckReference): CheckReference {
  if (typeof condition === "string") return { condition, then, otherwise };
  return condition ? then : otherwise;
}

function alarmProbe(
  alarm: SignalAlarm,
  insufficientData: "Unhealthy" | "LastKnownStatus",
  inverted = false,
): Probe {
  return { kind: "alarm", alarm, insufficientData, inverted };
}

function all(children: readonly CheckReference[]): Probe {
  return { kind: "calculated", children };
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
  return {
    check: logicalId(failoverGroup, word, home, peer),
    of: peer === undefined ? [home] : [home, peer],
  };
}
