import { QUEUE_POLICY_MAX_BYTES, QUEUE_POLICY_MAX_STATEMENTS } from "../../../core/limits";
import { isRegion, type ModuleCheck, through } from "./check";

/** Of each logical queue with what it takes from its group. */

const QUEUES = through("local.users_queues", "queue", "name");

const ofQueue = (field: string, holds: string, allowed: string, value = `queue.${field}`): ModuleCheck => ({
  path: `queues.\${name}.${field}`,
  value,
  loops: [QUEUES],
  holds,
  allowed,
});

/** Of this region; those of the others differ by names only. */
const policySize = (field: "producers" | "consumers", queue: "ingress" | "work"): ModuleCheck => {
  const policy = `local.${queue}_policies[name]`;
  const statements = `length(jsondecode(${policy}).Statement)`;
  const given = `length(module.settings.queues[name].${field}) + length(module.settings.queues[name].${field.replace(/s$/, "")}_services)`;
  return ofQueue(
    field,
    `length(${policy}) <= ${QUEUE_POLICY_MAX_BYTES} && ${statements} <= ${QUEUE_POLICY_MAX_STATEMENTS}`,
    `a queue policy of at most ${QUEUE_POLICY_MAX_BYTES} bytes and ${QUEUE_POLICY_MAX_STATEMENTS} statements`,
    `"\${${given}} principals, a policy of \${length(${policy})} bytes and \${${statements}} statements"`,
  );
};

/** Where a region may take a home over, it needs the copies. */
const copiesForOwners: ModuleCheck = {
  path: "queues.${name}.peers.${home}",
  value: "try(module.settings.queues[name].peers[home], null)",
  loops: [QUEUES, through("queue.recovery.is_set ? local.regions : []", "home")],
  holds: `alltrue([for region in local.recovery.takeover_order[home] : !${isRegion("region")} || contains(local.copies[name][home], region)])`,
  allowed: 'all regions that may take ${home} over: ${join(", ", local.recovery.takeover_order[home])}',
};

export const QUEUE_CHECKS: readonly ModuleCheck[] = [
  policySize("producers", "ingress"),
  policySize("consumers", "work"),
  copiesForOwners,
];
