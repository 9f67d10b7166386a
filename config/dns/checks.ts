import {
  anyOf,
  decided,
  each,
  entryOf,
  fallback,
  fieldOf,
  given,
  isEmpty,
  isSet,
  not,
  spread,
} from "../../core/expression";
import { type DnsWord, logicalId, type OtherWord } from "../../core/names";
import type { Condition, Value } from "../../core/value";
import type { GroupSettings } from "../configuration";
import { type HealthyAlarm, healthyAlarm } from "./alarms";

export type CheckWord = Extract<
  DnsWord | OtherWord,
  "endpointHealth" | "metricHealth" | "routingControl" | "health"
>;

export interface HealthCheck {
  readonly address: string;
  readonly word: CheckWord;
  /** What it is about. */
  readonly home: string;
  /** @default it does */
  readonly exists?: Condition;
  readonly probe: Probe;
}

export type Probe =
  /** Asks the health endpoint of the home. */
  | {
      readonly kind: "endpoint";
      readonly intervalSeconds: Value<number>;
      readonly failureThreshold: Value<number>;
    }
  | { readonly kind: "alarm"; readonly alarm: HealthyAlarm }
  | { readonly kind: "routing-control"; readonly arn: Value<string> }
  /** Healthy while all of its children are. */
  | { readonly kind: "calculated"; readonly children: readonly CheckReference[] };

/** A check of the group by its address and its home, or one of the user's by its id, or which of two a condition decides. */
export type CheckReference =
  | { readonly check: string; readonly home: string }
  | { readonly id: Value<string> }
  | { readonly condition: Condition; readonly then: CheckReference; readonly otherwise: CheckReference };

/** All health checks of a group with records, home by home. A CALCULATED check cannot contain another, so its children are leaves. */
export function checksOf(configuration: GroupSettings): readonly HealthCheck[] {
  return Object.keys(configuration.regions).flatMap((home) => checksOfHome(configuration, home));
}

/** The one check by which records judge a home: its own verdict, or a calculated one where there is more than that to it. */
export function checkOf(configuration: GroupSettings, home: string): CheckReference {
  return eitherOf(
    hasMore(configuration, home),
    reference(configuration, "health", home),
    verdictOf(configuration, home),
  );
}

function checksOfHome(configuration: GroupSettings, home: string): readonly HealthCheck[] {
  const { healthEndpoint, routingControls } = configuration.dns!;
  const isEndpoint = isSet(healthEndpoint);
  const arn = entryOf(routingControls, home);
  const check = (word: CheckWord, exists: Condition, probe: () => Probe): readonly HealthCheck[] => {
    const address = logicalId(configuration.failoverGroup, word, home);
    return decided(exists) === false ? [] : [{ address, word, home, exists, probe: probe() }];
  };
  return [
    ...check("endpointHealth", isEndpoint, () => {
      const { intervalSeconds, failureThreshold } = healthEndpoint!;
      return { kind: "endpoint", intervalSeconds, failureThreshold };
    }),
    ...check("metricHealth", not(isEndpoint), () => ({
      kind: "alarm",
      alarm: healthyAlarm(configuration, home),
    })),
    ...check("routingControl", isSet(arn), () => ({ kind: "routing-control", arn: arn! })),
    ...check("health", hasMore(configuration, home), () => ({
      kind: "calculated",
      children: leavesOf(configuration, home),
    })),
  ];
}

/** All that must be healthy for a home to be. */
function leavesOf(configuration: GroupSettings, home: string): readonly CheckReference[] {
  const control = entryOf(configuration.dns!.routingControls, home);
  const own = usersChecks(configuration, home);
  return [
    verdictOf(configuration, home),
    ...spread(each(own, (check) => ({ id: fieldOf(check, "id") }))),
    ...given<CheckReference>(isSet(control), reference(configuration, "routingControl", home)),
  ];
}

/** Whether there is more to a home's health than its own verdict. */
function hasMore(configuration: GroupSettings, home: string): Condition {
  const own = usersChecks(configuration, home);
  return anyOf(not(isEmpty(own)), isSet(entryOf(configuration.dns!.routingControls, home)));
}

function usersChecks({ dns }: GroupSettings, home: string) {
  return fallback(entryOf(dns!.checks, home), [] as readonly { readonly id: string }[]);
}

/** The check of the home's own verdict. */
function verdictOf(configuration: GroupSettings, home: string): CheckReference {
  return eitherOf(
    isSet(configuration.dns!.healthEndpoint),
    reference(configuration, "endpointHealth", home),
    reference(configuration, "metricHealth", home),
  );
}

function eitherOf(condition: Condition, then: CheckReference, otherwise: CheckReference): CheckReference {
  const answer = decided(condition);
  if (answer === undefined) return { condition, then, otherwise };
  return answer ? then : otherwise;
}

function reference({ failoverGroup }: GroupSettings, word: CheckWord, home: string): CheckReference {
  return { check: logicalId(failoverGroup, word, home), home };
}
