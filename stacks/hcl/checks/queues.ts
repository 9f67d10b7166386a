import { POLICY_ALLOWED } from "../../../config/policies/rules";
import {
  QUEUE_POLICY_MAX_BYTES,
  QUEUE_POLICY_MAX_CONDITIONS,
  QUEUE_POLICY_MAX_PRINCIPALS,
  QUEUE_POLICY_MAX_STATEMENTS,
} from "../../../core/limits";
import { type ModuleCheck, through } from "./check";

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
  const principals = `length(flatten([for statement in jsondecode(${policy}).Statement : try(values(statement.Principal), statement.Principal)]))`;
  const conditions = `length(flatten([for statement in jsondecode(${policy}).Statement : [for tests in values(try(statement.Condition, {})) : keys(tests)]]))`;
  const given = `length(module.settings.queues[name].${field}) + length(module.settings.queues[name].${field.replace(/s$/, "")}_services)`;
  return ofQueue(
    field,
    `length(${policy}) <= ${QUEUE_POLICY_MAX_BYTES} && ${statements} <= ${QUEUE_POLICY_MAX_STATEMENTS} && ${principals} <= ${QUEUE_POLICY_MAX_PRINCIPALS} && ${conditions} <= ${QUEUE_POLICY_MAX_CONDITIONS}`,
    POLICY_ALLOWED,
    `"\${${given}} principals, a policy of \${length(${policy})} bytes, \${${statements}} statements, and in them \${${principals}} principals and \${${conditions}} conditions"`,
  );
};

export const QUEUE_CHECKS: readonly ModuleCheck[] = [
  policySize("producers", "ingress"),
  policySize("consumers", "work"),
];
