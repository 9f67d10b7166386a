import { SPREAD } from "../../../config/access/spread-policies";
import { POLICIES_ALLOWED } from "../../../config/recovery/rules";
import { MANAGED_POLICY_MAX_CHARACTERS } from "../../../core/limits";
import { type ModuleCheck, through } from "./check";

/** Of the recovery of a failover group: what a module knows when policies are written. */

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
  allowed: POLICIES_ALLOWED,
};

export const RECOVERY_CHECKS: readonly ModuleCheck[] = [groupSize];
