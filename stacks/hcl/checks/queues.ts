import {
  FIFO_FUNCTION_TIMEOUT_MAX_SECONDS,
  FIFO_MAPPING_BATCH_SIZE,
  FIFO_VISIBILITY_TIMEOUT_MAX_SECONDS,
  MAPPING_BATCH_SIZE_WITHOUT_WINDOW,
  MAPPING_WINDOW_SECONDS,
  QUEUE_POLICY_MAX_BYTES,
  QUEUE_POLICY_MAX_STATEMENTS,
  RECLAIMED_MAX_RECEIVE_COUNT,
  VISIBILITY_PER_FUNCTION_TIMEOUT,
  VISIBILITY_TIMEOUT_SECONDS,
} from "../../../core/limits";
import { ALL_REGIONS, allRegionsBut, isRegion, type ModuleCheck, mapAt, through } from "./check";

/** Of each logical queue with what it takes from its group. */

const QUEUES = through("local.users_queues", "queue", "name");
const LEAST_VISIBILITY = `${VISIBILITY_PER_FUNCTION_TIMEOUT} * queue.functions.timeout_seconds`;

const ofQueue = (field: string, holds: string, allowed: string, value = `queue.${field}`): ModuleCheck => ({
  path: `queues.\${name}.${field}`,
  value,
  loops: [QUEUES],
  holds,
  allowed,
});

const fifoMost = (field: string, most: number): ModuleCheck =>
  ofQueue(field, `!queue.fifo.is_set || queue.${field} <= ${most}`, `at most ${most} on FIFO queues`);

const knownHomes: ModuleCheck = {
  path: "queues.${name}.peers.${home}",
  value: "home",
  loops: [through("module.settings.queues", "queue", "name"), through(mapAt("queue.peers"), "peers", "home")],
  holds: isRegion("home"),
  allowed: `one of ${ALL_REGIONS}`,
};

const knownPeers: ModuleCheck = {
  ...knownHomes,
  value: "peer",
  loops: [...knownHomes.loops!, through("peers", "peer")],
  holds: `!${isRegion("home")} || ${isRegion("peer")}`,
  allowed: `some of ${allRegionsBut("home")}`,
};

const kmsKeys: ModuleCheck = {
  path: "queues.${name}.encryption.kms_key_arns.${region}",
  value: "null",
  loops: [QUEUES, through("queue.encryption.kms_key_arns == null ? [] : local.regions", "region")],
  holds: "contains(keys(coalesce(queue.encryption.kms_key_arns, {})), region)",
  allowed: "a key of ${region}, for every region of the group",
};

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

const rescue = (settings: readonly string[]): string =>
  `contains(${JSON.stringify(settings)}, queue.recovery.rescue)`;

/** A setting that nothing heeds is a mistake. */
const heeded = (field: string, rescues: readonly string[]): ModuleCheck =>
  ofQueue(
    field,
    `queue.${field} == null || queue.recovery.is_set && ${rescue(rescues)}`,
    'nothing ${module.settings.recovery == null ? "without recovery" : queue.mode == "none" ? "in mode none, in which there are no copies" : "with rescue ${queue.recovery.rescue}"}',
  );
const ANY = ["ledger", "watermark", "manual"];

export const QUEUE_CHECKS: readonly ModuleCheck[] = [
  ofQueue(
    "transit_visibility_timeout_seconds",
    `queue.transit_visibility_timeout_seconds >= ${LEAST_VISIBILITY}`,
    `\${${LEAST_VISIBILITY}} to ${VISIBILITY_TIMEOUT_SECONDS.max}: at least ${VISIBILITY_PER_FUNCTION_TIMEOUT} times the function timeout of \${queue.functions.timeout_seconds} seconds`,
  ),
  fifoMost("functions.timeout_seconds", FIFO_FUNCTION_TIMEOUT_MAX_SECONDS),
  fifoMost("transit_visibility_timeout_seconds", FIFO_VISIBILITY_TIMEOUT_MAX_SECONDS),
  fifoMost("functions.batch_size", FIFO_MAPPING_BATCH_SIZE.max),
  fifoMost("functions.batching_window_seconds", 0),
  ofQueue(
    "functions.provisioned_pollers",
    "!queue.functions.provisioned_pollers.is_set || queue.functions.maximum_concurrency == null",
    "nothing together with maximum_concurrency",
    '{ for key, value in queue.functions.provisioned_pollers : key => value if key != "is_set" }',
  ),
  ofQueue(
    "functions.batching_window_seconds",
    `queue.fifo.is_set || queue.functions.batch_size <= ${MAPPING_BATCH_SIZE_WITHOUT_WINDOW} || queue.functions.batching_window_seconds >= 1`,
    `1 to ${MAPPING_WINDOW_SECONDS.max} with a batch_size of \${queue.functions.batch_size}`,
  ),
  knownHomes,
  knownPeers,
  kmsKeys,
  policySize("producers", "ingress"),
  policySize("consumers", "work"),
  copiesForOwners,
  ofQueue(
    "rescue",
    '!queue.recovery.is_set || queue.recovery.rescue != "ledger" || module.settings.ledger != null',
    "watermark or manual without a ledger",
  ),
  ofQueue(
    "max_receive_count",
    `!queue.recovery.is_set || queue.recovery.rescue != "watermark" || queue.max_receive_count >= ${RECLAIMED_MAX_RECEIVE_COUNT.min}`,
    `${RECLAIMED_MAX_RECEIVE_COUNT.min} to ${RECLAIMED_MAX_RECEIVE_COUNT.max} with rescue watermark`,
  ),
  heeded("rescue", ANY),
  heeded("rescue_margin_seconds", ["watermark"]),
  heeded("max_rate", ANY),
  heeded("on_missing_identity", ["ledger"]),
  heeded("ledger_key", ["ledger"]),
];
