import { MANAGED_POLICY_MAX_CHARACTERS } from "../../core/limits";
import { canaryQueue } from "../../core/names";
import { SPREAD, spreadPolicies } from "../access/spread-policies";
import { settingsOf } from "../configuration";
import { groupRules, type Rule } from "../rule";
import { LEDGER_TABLE, RECOVERY_TABLE } from "./table";

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

/** What is allowed, in words that a module has too. */
export const POLICIES_ALLOWED = `policies of at most ${MANAGED_POLICY_MAX_CHARACTERS} characters, ${SPREAD} over which the names of all are spread`;

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
      allowed: POLICIES_ALLOWED,
      fix: "split the logical queues into several failover groups, or shorten naming.prefix",
    },
  ];
};

export const RECOVERY_RULES: readonly Rule[] = [
  ...groupRules(LEDGER_TABLE),
  ...groupRules(RECOVERY_TABLE),
  stateOfGlobalStack,
  groupSize,
];
