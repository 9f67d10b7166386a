import { MANAGED_POLICY_MAX_CHARACTERS } from "../../core/limits";
import { canaryQueue } from "../../core/names";
import { SPREAD, spreadPolicies } from "../access/spread-policies";
import { settingsOf } from "../configuration";
import { groupRules, type QueueRule, type Rule } from "../rule";
import { topologyOf } from "../topology";
import type { Violation } from "../violation";
import { LEDGER_TABLE, RECOVERY_TABLE } from "./table";
import { VOTER_RULES } from "./voter-rules";

/** The global stack's state stands in the bucket of the first region, where that region's own is too. */
const stateOfGlobalStack: Rule = ({ ledger, dns, stateBackend }) =>
  (ledger?.managed || dns) && stateBackend.type === "s3" && !stateBackend.key.includes("{region}")
    ? [
        {
          path: "state_backend.key",
          value: stateBackend.key,
          allowed: `a key that contains {region} with ${ledger?.managed ? "a managed ledger" : "dns"}`,
          fix: "add {region}: the states of the global stack and of the first region would be one object",
        },
      ]
    : [];

const takeoverOrder: Rule = ({ recovery, regions }) => {
  const names = Object.keys(regions);
  return Object.entries(recovery?.takeoverOrder ?? {}).flatMap(([home, order]): readonly Violation[] => {
    const path = `recovery.takeover_order.${home}`;
    const others = names.filter((region) => region !== home);
    if (!names.includes(home)) {
      return [
        { path, value: home, allowed: `one of ${names.join(", ")}`, fix: "name a region of the group" },
      ];
    }
    return order
      .filter((region, index) => !others.includes(region) || order.indexOf(region) !== index)
      .map((region) => ({
        path,
        value: region,
        allowed: `some of ${others.join(", ")}, each once`,
        fix: "name other regions of the group, each once",
      }));
  });
};

const canaryName: Rule = ({ recovery, failoverGroup, queues }) => {
  const name = canaryQueue(failoverGroup);
  return recovery && !queues[name]!.canary
    ? [
        {
          path: `queues.${name}`,
          value: name,
          allowed: "any name but that of the group's canary",
          fix: "rename the logical queue, or the failover group",
        },
      ]
    : [];
};

/** Policies that name the logical queues hold what they can; that inside a role does not grow. */
const groupSize: Rule = (configuration) => {
  const { recovery, failoverGroup, queues, regions } = configuration;
  if (!recovery || !queues[canaryQueue(failoverGroup)]!.canary) return [];
  const [longest] = Object.keys(regions)
    .flatMap((region) => spreadPolicies(settingsOf(configuration), region))
    .map(({ queues: named, document }) => ({ named, length: JSON.stringify(document).length }))
    .sort((one, other) => other.length - one.length);
  if (longest === undefined || longest.length <= MANAGED_POLICY_MAX_CHARACTERS) return [];
  return [
    {
      path: "queues",
      value: `${Object.keys(queues).length - 1} logical queues, ${longest.named.length} of which share a policy of ${longest.length} characters`,
      allowed: `policies of at most ${MANAGED_POLICY_MAX_CHARACTERS} characters, ${SPREAD} over which the names of all are spread`,
      fix: "split the logical queues into several failover groups, or shorten naming.prefix",
    },
  ];
};

/** Where a region may take a home over, it needs the copies. */
const copiesForOwners: QueueRule = (configuration, name, { recovery, peers }) => {
  if (recovery === undefined) return [];
  return Object.keys(configuration.regions).flatMap((home) => {
    const copied = topologyOf(settingsOf(configuration), name, home).peers;
    const order = configuration.recovery!.takeoverOrder[home]!;
    const missing = order.filter((region) => region in configuration.regions && !copied.includes(region));
    if (missing.length === 0 || missing.includes(home)) return [];
    return [
      {
        path: `queues.${name}.peers.${home}`,
        value: peers?.[home],
        allowed: `all regions that may take ${home} over: ${order.join(", ")}`,
        fix: `add ${missing.join(" and ")}, or name in recovery.takeover_order.${home} only regions that get copies of every logical queue`,
      },
    ];
  });
};

export const RECOVERY_RULES: readonly Rule[] = [
  ...groupRules(LEDGER_TABLE),
  ...groupRules(RECOVERY_TABLE),
  stateOfGlobalStack,
  takeoverOrder,
  canaryName,
  groupSize,
  ...VOTER_RULES,
];

export const RESCUE_RULES: readonly QueueRule[] = [copiesForOwners];
