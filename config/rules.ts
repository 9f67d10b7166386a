import { QUEUE_NAME_MAX_LENGTH } from "../core/limits";
import { accountInArn, REQUIRED_PLACEHOLDERS, spelled, type Word } from "../core/names";
import { type Configuration, type QueueConfiguration, settingsOf } from "./configuration";
import { DNS_RULES } from "./dns/rules";
import { groupTopologies } from "./group-topology";
import { POLICY_RULES } from "./policies/rules";
import { QUEUE_TABLE } from "./queue-rules";
import { RECOVERY_RULES } from "./recovery/rules";
import { REGION_TABLE } from "./region-rules";
import { groupRules, type QueueRule, queueRules, type Rule } from "./rule";
import { HEALTH_CHECK_TAG_TABLE, TAG_TABLE } from "./tag-rules";
import { type FunctionReference, queuesOf, type RegionalTopology, topologyOf } from "./topology";
import type { Violation } from "./violation";

/** What the schema cannot say because it spans several fields. Each rule reports all that it finds. */
export function violationsOf(configuration: Configuration): readonly Violation[] {
  return [
    ...GROUP_RULES.flatMap((rule) => rule(configuration)),
    ...Object.entries(configuration.queues).flatMap(([name, queue]) =>
      (queue.canary ? CANARY_RULES : QUEUE_RULES).flatMap((rule) => rule(configuration, name, queue)),
    ),
  ];
}

const regionsAllowed: Rule = ({ allowedRegions, regions }) =>
  allowedRegions === undefined
    ? []
    : Object.keys(regions)
        .filter((region) => !allowedRegions.includes(region))
        .map((region) => ({
          path: `regions.${region}`,
          value: region,
          allowed: `one of allowed_regions: ${allowedRegions.join(", ")}`,
          fix: `take the region out, or add it to allowed_regions if messages may stand there`,
        }));

/** The stacks are pinned to a provider that knows fewer runtimes than Lambda has, and than the modules take. */
const runtimeOfStacks: Rule = ({ functions, queues }) =>
  [
    { path: "functions", runtime: functions.runtime },
    ...Object.entries(queues)
      .filter(([, queue]) => queue.functions.runtime !== functions.runtime)
      .map(([name, queue]) => ({ path: `queues.${name}.functions`, runtime: queue.functions.runtime })),
  ]
    .filter(({ runtime }) => runtime !== RUNTIME_OF_STACKS)
    .map(({ path, runtime }) => ({
      path: `${path}.runtime`,
      value: runtime,
      allowed: `${RUNTIME_OF_STACKS} in stacks, whose provider aws 5.100 knows no later one`,
      fix: `use ${RUNTIME_OF_STACKS}, or the modules with provider aws 6`,
    }));
const RUNTIME_OF_STACKS = "nodejs22.x";

/** Something that has a name of its own in AWS. */
interface Named {
  readonly name: string;
  readonly arn: string;
  /** What it is, and of what. */
  readonly use: string;
  readonly of: string;
  /** Where the file names its owner. */
  readonly path: string;
}

const distinctQueues: Rule = (configuration) =>
  distinct(
    perTopology(configuration, (topology) =>
      queuesOf(topology).map(({ name, arn, word }) => ({ name, arn, use: `${spelled(word)} queue` })),
    ),
  );

/** Roles are global in an account, so the same name in two regions meets there. */
const roles: Rule = (configuration) => {
  const all = rolesOf(configuration);
  return [...distinct(all), ...tooMany(all, configuration)];
};

/** What is left of an account's quota is not known here, only that no more than all of it can do. */
function tooMany(all: readonly Named[], configuration: Configuration): readonly Violation[] {
  const most = configuration.accountQuotas.iamRoles;
  const arns = [...new Set(all.map(({ arn }) => arn))];
  const accounts = [...new Set(Object.values(configuration.regions).map(({ account }) => account))];
  return accounts.flatMap((account) => {
    const count = arns.filter((arn) => accountInArn(arn) === account).length;
    return count <= most
      ? []
      : [
          {
            path: "queues",
            value: rolesIn(count, account),
            allowed: fewerRoles(most),
            fix: "have AWS raise the quota and say so in account_quotas.iam_roles, give regions accounts of their own, or split the logical queues into groups of several accounts",
          },
        ];
  });
}

function rolesOf(configuration: Configuration): readonly Named[] {
  const of = (use: string, functions: readonly FunctionReference[]) =>
    functions.map(({ name, roleArn }) => ({ name, arn: roleArn, use }));
  const ofGroup = { of: `the failover group`, path: "failover_group" };
  return [
    ...(configuration.recovery ? groupTopologies(settingsOf(configuration)) : []).flatMap(
      ({ controller, schedule, health }) =>
        [
          ...of("controller", [controller]),
          ...of("schedule", [schedule]),
          ...of("health function", health ? [health] : []),
        ].map((named) => ({ ...named, ...ofGroup })),
    ),
    ...perTopology(configuration, ({ replicator, forwarders, drainers }) => [
      ...of("replicator", [replicator]),
      ...of("forwarder", Object.values(forwarders)),
      ...of("drainer", Object.values(drainers)),
    ]),
  ];
}

/** Things of every logical queue in every region; first of the canary, so that a clash with it is reported of what the file names. */
function perTopology(
  configuration: Configuration,
  things: (topology: RegionalTopology) => readonly Pick<Named, "name" | "arn" | "use">[],
): readonly Named[] {
  const queues = Object.entries(configuration.queues).sort(
    ([, one], [, other]) => Number(other.canary) - Number(one.canary),
  );
  return queues.flatMap(([queue, settings]) =>
    Object.keys(configuration.regions).flatMap((region) =>
      things(topologyOf(settingsOf(configuration), queue, region)).map((thing) => ({
        ...thing,
        of: `"${queue}"`,
        path: pathOf(queue, settings),
      })),
    ),
  );
}

/** Every ARN stands for one thing only; each clash is reported once, however many regions it shows in. */
function distinct(things: readonly Named[]): readonly Violation[] {
  const taken = new Map<string, string>();
  const clashes = new Map<string, Violation>();
  for (const { name, arn, use, of, path } of things) {
    const other = taken.get(arn);
    if (other !== undefined && !clashes.has(`${of} ${name}`)) {
      clashes.set(`${of} ${name}`, {
        path,
        value: name,
        allowed: nameNotOf(use, other),
        fix: "rename one logical queue, or give it name templates of its own (names)",
      });
    }
    taken.set(arn, `the ${use} of ${of}`);
  }
  return [...clashes.values()];
}

/** What is allowed, in words that a module has too; parts may be texts of Terraform's. */
export function nameNotOf(use: string, other: string): string {
  return `a name for its ${use} that is not also the name of ${other}`;
}

export function shorterName(use: string, length: number | string): string {
  return `at most ${QUEUE_NAME_MAX_LENGTH} characters with prefix and suffix; the ${use}'s name has ${length}`;
}

export function rolesIn(count: number | string, account: string): string {
  return `${count} IAM roles in account ${account}`;
}

export function fewerRoles(most: number | string): string {
  return `at most ${most} IAM roles in an account, all others of it left out (account_quotas.iam_roles)`;
}

export function templateWith(placeholder: string): string {
  return `a template with ${placeholder}`;
}

/** Where the file names a logical queue. */
function pathOf(queue: string, { canary }: QueueConfiguration): string {
  return canary ? "failover_group" : `queues.${queue}`;
}

const nameLengths: QueueRule = (configuration, name, queue) => {
  const names = Object.keys(configuration.regions).flatMap((region) =>
    queuesOf(topologyOf(settingsOf(configuration), name, region)),
  );
  const longest = names.reduce<(typeof names)[number] | undefined>(
    (best, next) => (best === undefined || next.name.length > best.name.length ? next : best),
    undefined,
  );
  if (longest === undefined || longest.name.length <= QUEUE_NAME_MAX_LENGTH) return [];
  const excess = longest.name.length - QUEUE_NAME_MAX_LENGTH;
  return [
    {
      path: pathOf(name, queue),
      value: longest.name,
      allowed: shorterName(`${spelled(longest.word)} queue`, longest.name.length),
      fix: `shorten ${queue.canary ? "it, from which the canary has its name," : "the name"} or naming.prefix by ${excess}, or set a shorter name template for ${fileKey(longest.word)}`,
    },
  ];
};

const placeholders: QueueRule = (_, name, { names, canary }) =>
  (Object.keys(REQUIRED_PLACEHOLDERS) as Word[]).flatMap((word) =>
    REQUIRED_PLACEHOLDERS[word]
      .filter((placeholder) => !names[word].includes(placeholder))
      .map((placeholder) => ({
        path: `${canary ? "naming.templates" : `queues.${name}.names`}.${fileKey(word)}`,
        value: names[word],
        allowed: templateWith(placeholder),
        fix: `add ${placeholder}: there is one per region`,
      })),
  );

const GROUP_RULES: readonly Rule[] = [
  regionsAllowed,
  ...groupRules([...REGION_TABLE, ...TAG_TABLE, ...HEALTH_CHECK_TAG_TABLE]),
  distinctQueues,
  roles,
  runtimeOfStacks,
  ...RECOVERY_RULES,
  ...DNS_RULES,
];
/** The rest of the canary's settings is not the author's. */
const CANARY_RULES: readonly QueueRule[] = [nameLengths, placeholders];
const QUEUE_RULES: readonly QueueRule[] = [
  nameLengths,
  placeholders,
  ...queueRules(QUEUE_TABLE),
  ...POLICY_RULES,
];

function fileKey(word: Word): string {
  return spelled(word).replaceAll("-", "_");
}
