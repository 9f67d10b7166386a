import { createHash } from "node:crypto";
import { expression, fieldAt, known, named, reference, replaced, startsWith, text, when } from "./expression";
import { FUNCTION_NAME_MAX_LENGTH, POLICY_NAME_MAX_LENGTH } from "./limits";
import { isKnown, type Operand, type Value } from "./value";

/** Queues of a logical queue in one region. `outbox` exists once per peer, `standby` once per home. */
export const QUEUE_WORDS = ["ingress", "work", "outbox", "standby", "dlq", "ingressDlq"] as const;
export type QueueWord = (typeof QUEUE_WORDS)[number];

/**
 * Functions of a logical queue in one region, and the roles that share their names. `forwarder` exists once per peer, `drainer` once
 * per home.
 */
export const QUEUE_FUNCTION_WORDS = ["replicator", "forwarder", "drainer"] as const;
export type QueueFunctionWord = (typeof QUEUE_FUNCTION_WORDS)[number];

/** All functions: those of a logical queue, and those of a failover group. Each is an archive. */
export const FUNCTION_WORDS = [...QUEUE_FUNCTION_WORDS, "controller", "health"] as const;
export type FunctionWord = (typeof FUNCTION_WORDS)[number];

/** What has a name template. */
export type Word = QueueWord | QueueFunctionWord;

/** Everything else that a logical queue (`control`) or a failover group has in one region. */
export const OTHER_WORDS = [
  "control",
  "controller",
  "schedule",
  "rule",
  "look",
  "drain",
  "ownership",
  "ledger",
  "health",
] as const;
export type OtherWord = (typeof OTHER_WORDS)[number];

/** What a failover group with records has in its hosted zone, and what feeds it: an alarm, health checks, records. */
export const DNS_WORDS = [
  "endpointHealth",
  "metricHealth",
  "routingControl",
  "routing",
  "discovery",
  "endpoint",
] as const;
export type DnsWord = (typeof DNS_WORDS)[number];

/**
 * Name templates by role. `{prefix}` and `{queue}` are the naming prefix and the logical queue's name. `{region}` is the region of the
 * resource, `{peer}` the region that copies go to, `{home}` the region that copies come from.
 */
export type NameTemplates = Readonly<Record<Word, string>>;

export const DEFAULT_NAME_TEMPLATES: NameTemplates = {
  ingress: "{prefix}{queue}-ingress",
  work: "{prefix}{queue}",
  outbox: "{prefix}{queue}-outbox-{peer}",
  standby: "{prefix}{queue}-standby-{home}",
  dlq: "{prefix}{queue}-dlq",
  ingressDlq: "{prefix}{queue}-ingress-dlq",
  replicator: "{prefix}{queue}-replicator-{region}",
  forwarder: "{prefix}{queue}-forwarder-{region}-{peer}",
  drainer: "{prefix}{queue}-drainer-{region}-{home}",
};

/** Placeholders that a template must contain, because its resource exists several times in one region or account. */
export const REQUIRED_PLACEHOLDERS: Readonly<Record<Word, readonly string[]>> = {
  ingress: [],
  work: [],
  outbox: ["{peer}"],
  standby: ["{home}"],
  dlq: [],
  ingressDlq: [],
  replicator: ["{region}"],
  forwarder: ["{region}", "{peer}"],
  drainer: ["{region}", "{home}"],
};

/** Ending of the names of FIFO queues; SQS counts it in the name's length. */
export const FIFO_SUFFIX = ".fifo";

export interface NameParts {
  readonly prefix: Operand<string>;
  readonly queue: Operand<string>;
  readonly region?: string | undefined;
  readonly peer?: string | undefined;
  readonly home?: string | undefined;
}

/** Fills a name template. Throws when the template names a placeholder that `parts` does not have. */
export function fillTemplate(template: Operand<string>, parts: NameParts): string {
  if (!isKnown(template)) return filledByTerraform(template, parts);
  const values: Readonly<Record<string, Operand<string> | undefined>> = { ...parts };
  return text(template).replace(/\{(\w+)\}/g, (placeholder, key: string) => {
    const value = values[key];
    if (value === undefined)
      throw new Error(`name template "${template}": nothing to put for ${placeholder}`);
    return text(value);
  });
}

/** A module notes templates in which what all its regions have in common is filled in. */
function filledByTerraform(template: Operand<string>, { region, peer, home }: NameParts): string {
  return Object.entries({ region, peer, home })
    .filter(([, value]) => value !== undefined)
    .reduce((filled, [key, value]) => replaced(filled, `{${key}}`, value ?? ""), text(template));
}

const DIGEST_LENGTH = 8;

/**
 * Shortens a name that is over a limit to its beginning and a hash of the whole name. Two long names never meet, and the same name always
 * gives the same result.
 */
export function shorten(name: string, maxLength: number = FUNCTION_NAME_MAX_LENGTH): string {
  if (!isKnown(name)) return shortenedByTerraform(name, maxLength);
  if (name.length <= maxLength) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, DIGEST_LENGTH);
  return `${name.slice(0, maxLength - digest.length - 1).replace(/[-_]+$/, "")}-${digest}`;
}

function shortenedByTerraform(name: string, maxLength: number): string {
  return text(
    expression`one([for name in [${name}] : length(name) <= ${maxLength} ? name : "\${replace(substr(name, 0, ${maxLength - DIGEST_LENGTH - 1}), "/[-_]+$/", "")}-\${substr(sha256(name), 0, ${DIGEST_LENGTH})}"])`,
  );
}

const TAG = {
  group: "sqs-multi-region:failover-group",
  queue: "sqs-multi-region:logical-queue",
  role: "sqs-multi-region:role",
  home: "sqs-multi-region:home",
} as const;

/** Keys of the tags that resources have from the project: of a group, of a logical queue, and of a home's health check. */
export const TAG_KEYS = {
  ...TAG,
  ofGroup: [TAG.group, TAG.role],
  ofQueue: [TAG.group, TAG.queue, TAG.role],
  ofHealthCheck: ["Name", TAG.home, TAG.group, TAG.role],
} as const;

/** A word as names, addresses and tags spell it: `ingressDlq` is `ingress-dlq`. */
export function spelled(word: string): string {
  return word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * The address part of a resource: logical queue or failover group, word, and what tells several apart, such as region or peer. Never a
 * hash.
 */
export function logicalId(
  owner: Operand<string>,
  word: string,
  ...parts: readonly (string | undefined)[]
): string {
  return [text(owner), spelled(word), ...parts.filter((part) => part !== undefined)].join("_");
}

/** Name of what a failover group has once in a region: its controller, the schedule and the rule that start it, its health function. */
export function groupName(
  prefix: Operand<string>,
  failoverGroup: Operand<string>,
  word: "controller" | "schedule" | "rule" | "health",
  region: string,
): string {
  return named(`${word}-names`, shorten(`${prefix}${failoverGroup}-${word}-${region}`));
}

/** Name of a policy of which a failover group has several in a region. */
export function policyName(
  prefix: Operand<string>,
  failoverGroup: Operand<string>,
  word: "look" | "drain",
  region: string,
  number: number,
): string {
  return shorten(`${prefix}${failoverGroup}-${word}-${region}-${number}`, POLICY_NAME_MAX_LENGTH);
}

/** Name of an alarm of a failover group in a region, about a home where there is one per home. */
export function alarmName(
  prefix: Operand<string>,
  failoverGroup: Operand<string>,
  word: string,
  region: string,
  home?: string,
): string {
  return `${prefix}${failoverGroup}-${[spelled(word), region, ...(home === undefined ? [] : [home])].join("-")}`;
}

/**
 * The record that answers the region to which producers of a home send. The discovery record, below which it stands, answers the same for
 * producers of no home. Both are TXT, because a client of SQS needs to know a region, not an address.
 */
export function homeRecord(discoveryRecord: Operand<string>, home: string): string {
  return `${home}.${discoveryRecord}`;
}

/** The logical queue by which the regions of a failover group hear of each other. */
export function canaryQueue(failoverGroup: Operand<string>): string {
  return `${failoverGroup}-canary`;
}

/** The ledger that the project makes; one that is brought has a name already. */
export function managedLedgerName(prefix: Operand<string>, failoverGroup: Operand<string>): string {
  return `${prefix}${failoverGroup}-ledger`;
}

/** The table of ownership, by one name in every region of a group and in its witness: a voter is known by its region alone. */
export function ownershipTableName(prefix: Operand<string>, failoverGroup: Operand<string>): string {
  return `${prefix}${failoverGroup}-ownership`;
}

/** The regions of a group are of one partition; a module notes which, and the domain that goes with it. */
const MODULE_PARTITION = "${local.partition}";
export const MODULE_REGIONS = reference<readonly string[]>("local.regions");
const MODULE_DOMAIN = "${local.domain}";

/** What a module is told of its regions. */
export const MODULE_REGION_SETTINGS = reference("module.settings.regions");
/** What a module is told of its logical queues. */
export const MODULE_QUEUE_SETTINGS = reference<Readonly<Record<string, unknown>>>("module.settings.queues");

/** Region of an ARN. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export function regionInArn(arn: Operand<string>): Operand<string> {
  return fieldAt(arn, ":", 3);
}

/** Account of an ARN. */
export function accountInArn(arn: Operand<string>): Operand<string> {
  return fieldAt(arn, ":", 4);
}

/** Partitions but for `aws`, by what the names of their regions begin with. */
const PARTITIONS: Readonly<Record<string, string>> = { "cn-": "aws-cn", "us-gov-": "aws-us-gov" };

/** Partition of a region, be it one of the group or not. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export function partitionNamed(region: Operand<string>): Value<string> {
  return Object.entries(PARTITIONS).reduceRight<Value<string>>(
    (otherwise, [beginning, partition]) => when(startsWith(region, beginning), partition, otherwise),
    known("aws"),
  );
}

/** Partition of a region of the group. */
export function partitionOf(region: string): string {
  return isKnown(region) ? text(partitionNamed(region)) : MODULE_PARTITION;
}

export function queueArn(region: string, account: Operand<string>, name: Operand<string>): string {
  return `arn:${partitionOf(region)}:sqs:${region}:${account}:${name}`;
}

/** Domain of the endpoints of a region. https://docs.aws.amazon.com/general/latest/gr/sqs-service.html */
function domainOf(region: string): string {
  if (!isKnown(region)) return MODULE_DOMAIN;
  return partitionOf(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}

export function queueUrl(region: string, account: Operand<string>, name: Operand<string>): string {
  return `https://sqs.${region}.${domainOf(region)}/${account}/${name}`;
}

/** ARN of a role; `path` begins and ends with a slash. */
export function roleArn(
  region: string,
  account: Operand<string>,
  path: Operand<string>,
  name: Operand<string>,
): string {
  return `arn:${partitionOf(region)}:iam::${account}:role${path}${name}`;
}

export function accountRootArn(region: string, account: Operand<string>): string {
  return `arn:${partitionOf(region)}:iam::${account}:root`;
}

export function logGroupName(functionName: Operand<string>): string {
  return `/aws/lambda/${functionName}`;
}

export function logGroupArn(region: string, account: Operand<string>, functionName: Operand<string>): string {
  return `arn:${partitionOf(region)}:logs:${region}:${account}:log-group:${logGroupName(functionName)}`;
}

export function functionArn(region: string, account: Operand<string>, name: Operand<string>): string {
  return `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}`;
}

/** ARN of an SSM parameter whose name begins with a slash, or of a path of such. */
export function parameterArn(region: string, account: Operand<string>, name: Operand<string>): string {
  return `arn:${partitionOf(region)}:ssm:${region}:${account}:parameter${name}`;
}

export function tableArn(region: string, account: Operand<string>, name: Operand<string>): string {
  return `arn:${partitionOf(region)}:dynamodb:${region}:${account}:table/${name}`;
}

/** ARN of an account's tables of one name, in whichever region. @param region of their partition */
export function tableArnAnywhere(region: string, account: Operand<string>, name: Operand<string>): string {
  return `arn:${partitionOf(region)}:dynamodb:*:${account}:table/${name}`;
}

/** A health check belongs to no region. @param region of its partition */
export function healthCheckArn(region: string, id: Operand<string>): string {
  return `arn:${partitionOf(region)}:route53:::healthcheck/${id}`;
}
