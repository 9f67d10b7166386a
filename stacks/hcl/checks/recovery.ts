import { SPREAD } from "../../../config/access/spread-policies";
import { MANAGED_POLICY_MAX_CHARACTERS } from "../../../core/limits";
import { ALL_REGIONS, allRegionsBut, isRegion, type ModuleCheck, mapAt, through } from "./check";
import { WITNESS_CHECKS } from "./voters";

/** Of the recovery of a failover group, and of its ledger. */

const takeoverHomes: ModuleCheck = {
  path: "recovery.takeover_order.${home}",
  value: "home",
  loops: [through(mapAt("module.settings.recovery.takeover_order"), "order", "home")],
  holds: isRegion("home"),
  allowed: `one of ${ALL_REGIONS}`,
};

const takeoverPeers: ModuleCheck = {
  ...takeoverHomes,
  value: "region",
  loops: [...takeoverHomes.loops!, through("order", "region")],
  holds: `!${isRegion("home")} || ${isRegion("region")}`,
  allowed: `some of ${allRegionsBut("home")}, each once`,
};

/** Characters of the policies that name the logical queues, and how many of those each names. */
export const POLICY_SIZES = `[for policy in [
${["look", "drain"]
  .flatMap((word) =>
    Array.from(
      { length: SPREAD },
      (_, index) => `  { number = ${index + 1}, length = length(local.${word}_${index + 1}_policy) },\n`,
    ),
  )
  .join(
    "",
  )}] : merge(policy, { queues = length([for name in keys(module.settings.queues) : name if 1 + parseint(substr(sha256(name), 0, 2), 16) % ${SPREAD} == policy.number]) })]`;

/** Of this region; those of the others differ by names only. */
const groupSize: ModuleCheck = {
  path: "queues",
  value:
    '"${length(module.settings.queues)} logical queues, ${longest.queues} of which share a policy of ${longest.length} characters"',
  loops: [
    through(
      "slice([for policy in local.policy_sizes : policy if policy.length == max([for one in local.policy_sizes : one.length]...)], 0, module.settings.recovery == null ? 0 : 1)",
      "longest",
    ),
  ],
  holds: `longest.length <= ${MANAGED_POLICY_MAX_CHARACTERS}`,
  allowed: `policies of at most ${MANAGED_POLICY_MAX_CHARACTERS} characters, ${SPREAD} over which the names of all are spread`,
};

export const TAKEOVER_CHECKS: readonly ModuleCheck[] = [takeoverHomes, takeoverPeers];

export const RECOVERY_CHECKS: readonly ModuleCheck[] = [
  ...TAKEOVER_CHECKS,
  {
    path: "queues.${local.canary}",
    value: "local.canary",
    holds: "module.settings.recovery == null || !contains(keys(module.settings.queues), local.canary)",
    allowed: "any name but that of the group's canary",
  },
  groupSize,
  ...WITNESS_CHECKS,
];
