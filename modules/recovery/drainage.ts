import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { drainerStatements } from "../../config/access/drainer-policies";
import { attachmentAddress, policyNumbers } from "../../config/access/spread-policies";
import type { GroupSettings } from "../../config/configuration";
import { groupTopologyOf } from "../../config/group-topology";
import { type RegionalTopology, topologyOf } from "../../config/topology";
import { ownershipTablesOf } from "../../config/voters";
import { allOf, entryOf, equal, fields, isSet, json, known, mapOf, when } from "../../core/expression";
import { DRAINER_TIMEOUT_SECONDS } from "../../core/limits";
import { logicalId } from "../../core/names";
import type { Condition, Written } from "../../core/value";
import type { ControlledQueue } from "../../replicator/control/settings";
import type { DrainerSettings } from "../../replicator/drain/settings";
import { addressed, addressOf, under } from "../address";
import { RegionFunction } from "../function/region-function";
import { tagsOf } from "../tags";

export interface DrainageProps {
  readonly configuration: GroupSettings;
  /** Of a logical queue of a group with recovery. */
  readonly topology: RegionalTopology;
  readonly provider: AwsProvider;
}

/**
 * Recovery of one logical queue in one region: a drainer per home, and what the controller has to know of the queue. One without copies
 * has no drainers, and is listed because a region in which it does not answer is unfit. Nothing triggers a drainer but the controller,
 * whose tasks say until when they hold: one that Lambda delivers late does nothing, so there are no settings of asynchronous invocation.
 */
export class DrainerFunctions extends Construct {
  constructor(scope: Construct, id: string, { configuration, topology, provider }: DrainageProps) {
    super(scope, id);
    const { queue, region } = topology;
    const settings = configuration.queues[queue]!;
    const keys = settings.encryption.kmsKeyArns;
    const drainers = under(this, topology.hasDrainers) ?? this;
    for (const [home, reference] of Object.entries(topology.drainers)) {
      const address = logicalId(queue, "drainer", home);
      new RegionFunction(drainers, address, {
        configuration,
        region,
        provider,
        address,
        reference,
        word: "drainer",
        description: `Drains ${queue}: copies of what ${home} took in, in ${region}`,
        environment: drainerSettings(configuration, topology, home),
        statements: drainerStatements(configuration, topology, home),
        kmsKeyArns: [region, home].flatMap((name) => entryOf(keys, name) ?? []),
        settings: {
          ...settings.functions,
          memoryMb: configuration.recovery!.drainerMemoryMb,
          timeoutSeconds: DRAINER_TIMEOUT_SECONDS,
        },
        tags: tagsOf(configuration, queue, "drainer"),
      });
    }

    const { queuesPath } = groupTopologyOf(configuration, region);
    addressed(
      new SsmParameter(this, "control", {
        provider,
        name: `${queuesPath}/${queue}`,
        description: `${queue} in ${region}, for the controller of ${configuration.failoverGroup}`,
        type: "String",
        // Names only: a plan shall show them.
        insecureValue: json(controlledQueue(configuration, topology)),
        tags: mapOf(tagsOf(configuration, queue, "control")),
        dependsOn: listedAfter(configuration, topology),
      }),
      logicalId(queue, "control"),
    );
  }
}

/**
 * What has to be there before a queue is listed: the queue, and the right to look at it. One that is listed and cannot be looked at makes
 * its region unfit.
 */
function listedAfter({ failoverGroup }: GroupSettings, { queue }: RegionalTopology): ITerraformDependable[] {
  return [
    ...(["ingress", "work"] as const).map((word) => `aws_sqs_queue.${addressOf(logicalId(queue, word))}`),
    ...policyNumbers(queue)
      .map((number) => attachmentAddress(failoverGroup, "look", number))
      .map((attachment) => `aws_iam_role_policy_attachment.${addressOf(attachment)}`),
  ].map((fqn) => ({ fqn }));
}

function drainerSettings(
  configuration: GroupSettings,
  { queue, region, work, dlq, standbys }: RegionalTopology,
  home: string,
): Written<DrainerSettings> {
  const { failoverGroup, ledger, queues } = configuration;
  const settings = queues[queue]!;
  const { rescue, maxRate, onMissingIdentity, ledgerKey } = settings.recovery!;
  const { ingress, outboxes, hasOutboxes } = topologyOf(configuration, queue, home);
  const outbox = outboxes[region];
  return {
    failoverGroup,
    logicalQueue: queue,
    region,
    homeRegion: home,
    fifo: isSet(settings.fifo),
    rescue,
    standbyQueueUrl: standbys[home]!.url,
    workQueueUrl: work.url,
    dlqUrl: dlq.url,
    homeIngressQueueUrl: ingress.url,
    ...(outbox && fields(hasOutboxes, { homeOutboxQueueUrl: outbox.url })),
    transitVisibilityTimeoutSeconds: settings.transitVisibilityTimeoutSeconds,
    ...(maxRate && fields(isSet(maxRate), { maxRate })),
    onMissingIdentity,
    ...(ledger && fields(allOf(equal(rescue, "ledger"), isSet(ledger)), { ledgerTable: ledger.tableName })),
    ...(ledgerKey && fields(isSet(ledgerKey), { ledgerKey })),
    ownership: { tables: ownershipTablesOf(configuration) },
  };
}

function controlledQueue(configuration: GroupSettings, topology: RegionalTopology): Written<ControlledQueue> {
  const { recovery = NOT_RESCUED } = configuration.queues[topology.queue]!;
  const isRescued = recovery === NOT_RESCUED ? known(false) : isSet(recovery);
  return {
    queue: topology.queue,
    rescue: when(isRescued, recovery.rescue, NOT_RESCUED.rescue),
    marginSeconds: when(isRescued, recovery.marginSeconds, NOT_RESCUED.marginSeconds),
    drainers: namesIf(topology.hasDrainers, topology.drainers),
    standbys: namesIf(topology.hasDrainers, topology.standbys),
    ingress: topology.ingress.name,
    work: topology.work.name,
  };
}

/** Of a queue without drainers, of which controllers watch no ages and keep no watermarks. */
const NOT_RESCUED = { rescue: "manual", marginSeconds: 0 } as const;

function namesIf(
  condition: Condition,
  named: Readonly<Record<string, { readonly name: string }>>,
): Readonly<Record<string, string>> {
  const names = Object.fromEntries(Object.entries(named).map(([home, { name }]) => [home, name]));
  return fields(condition, names) as Readonly<Record<string, string>>;
}
