import { allOf, expression, given, isSet, known, not, plain, text, when } from "../../core/expression";
import { FUNCTION_NAME_MAX_LENGTH, QUEUE_NAME_MAX_LENGTH } from "../../core/limits";
import { canaryQueue, FIFO_SUFFIX, fillTemplate, functionArn, partitionOf, queueArn } from "../../core/names";
import { type Condition, isKnown, type Operand, type Value } from "../../core/value";
import { METRICS_NAMESPACE } from "../../replicator/telemetry/metrics";
import type { GroupSettings } from "../configuration";
import { groupTopologyOf } from "../group-topology";
import { regionSets } from "../region-sets";
import { type RegionalTopology, topologyOf } from "../topology";
import { allow, type PolicyDocument, policyDocument, type Statement } from "./document";
import { itemsOf, ledgerKeyStatements } from "./ledger-policies";
import { lookAtQueues, readQueueList } from "./look-policies";
import { voteStatements } from "./voter-policies";

/** What a controller may do in its region, and with the tables of ownership in all; but for what grows with the logical queues ({@link spreadPolicies}). */
export function controllerStatements(configuration: GroupSettings, region: string): readonly Statement[] {
  const { ledgerArn } = groupTopologyOf(configuration, region);
  const name = canaryQueue(configuration.failoverGroup);
  const canary = topologyOf(configuration, name, region);
  return [
    readQueueList(configuration, region),
    allow("Beat", ["sqs:SendMessage"], canary.ingress.arn),
    allow(
      "Hear",
      ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
      [canary.work, ...Object.values(canary.standbys)].map(({ arn }) => arn),
    ),
    ...given(
      isSet(configuration.ledger),
      ...(ledgerArn === undefined
        ? []
        : [
            allow(
              "ReadLedger",
              ["dynamodb:GetItem", "dynamodb:BatchGetItem"],
              ledgerArn,
              itemsOf("watermark#*", `probe#${region}`),
            ),
            allow(
              "WriteLedger",
              ["dynamodb:PutItem"],
              ledgerArn,
              itemsOf(`watermark#${region}#*`, `probe#${region}`),
            ),
          ]),
    ),
    ...ledgerKeyStatements(configuration, [region]),
    ...voteStatements(configuration),
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html: no resource to name.
    allow("Ages", ["cloudwatch:GetMetricData"], "*"),
    lookAtQueues(configuration, region, [name]),
    ...given(isSet(configuration.dns), PUBLISH),
  ];
}

/** Metrics have no resource to name, but a namespace: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html */
const PUBLISH = allow("Publish", ["cloudwatch:PutMetricData"], "*", {
  StringEquals: { "cloudwatch:namespace": METRICS_NAMESPACE },
});

/** To run drainers of the region, and to ask whether there is anything for them. */
export function drainQueues(
  configuration: GroupSettings,
  region: string,
  queues: readonly string[],
  isMeant: (queue: string) => Operand<boolean> = () => true,
): readonly Statement[] {
  const of = (arnsOf: (topology: RegionalTopology) => readonly string[]) =>
    queues.flatMap((queue) => {
      const topology = topologyOf(configuration, queue, region);
      return given(allOf(isMeant(queue), topology.hasDrainers), ...arnsOf(topology));
    });
  return [
    allow(
      "Drain",
      ["lambda:InvokeFunction"],
      of((topology) => drainerArns(configuration, topology)),
    ),
    allow(
      "Count",
      ["sqs:GetQueueAttributes"],
      of((topology) => standbyArns(configuration, topology)),
    ),
  ];
}

function drainerArns(configuration: GroupSettings, { queue, region, account, drainers }: RegionalTopology) {
  const names = Object.values(drainers).map(({ name }) => name);
  const template = text(configuration.queues[queue]!.names.drainer);
  const longest = FUNCTION_NAME_MAX_LENGTH;
  const arnOf = (name: string) => functionArn(region, account, name);
  return arnsOfHomes(configuration, { queue, region, template, longest, names, arnOf });
}

function standbyArns(configuration: GroupSettings, { queue, region, account, standbys }: RegionalTopology) {
  const names = Object.values(standbys).map(({ name }) => name);
  const { names: templates, fifo } = configuration.queues[queue]!;
  // A module notes templates of queues with their ending.
  const suffix = isKnown(templates.standby) ? when(isSet(fifo), FIFO_SUFFIX, "") : "";
  const template = `${templates.standby}${suffix}`;
  const longest = QUEUE_NAME_MAX_LENGTH;
  const arnOf = (name: string) => queueArn(region, account, name);
  return arnsOfHomes(configuration, { queue, region, template, longest, names, arnOf });
}

/** ARNs of what a logical queue has per home: one for all homes where the home stands at its end, so that more queues find room. */
function arnsOfHomes(
  configuration: GroupSettings,
  of: {
    readonly queue: string;
    readonly region: string;
    readonly template: string;
    readonly longest: number;
    readonly names: readonly string[];
    readonly arnOf: (name: string) => string;
  },
): readonly string[] {
  const { queue, region, template, longest, names, arnOf } = of;
  const { prefix } = configuration.naming;
  const beginning = fillTemplate(template, { prefix, queue, region, home: "" });
  const { list: homes } = regionSets(configuration).homes(queue, region);
  const isShort = endInHome(template, { beginning, longest, homes });
  return [...given(isShort, arnOf(`${beginning}*`)), ...given(not(isShort), ...names.map(arnOf))];
}

/** Whether names for several homes differ by the home at their end alone, and none is shortened. */
function endInHome(
  template: string,
  { beginning, longest, homes }: { beginning: string; longest: number; homes: Value<readonly string[]> },
): Condition {
  const end = "{home}";
  if (isKnown([template, homes])) {
    const names = plain(homes, "homes");
    const fits = names.every((home) => beginning.length + home.length <= longest);
    return known(names.length > 1 && template.endsWith(end) && fits);
  }
  const fit = expression`alltrue([for home in ${homes} : length(${beginning}) + length(home) <= ${longest}])`;
  return expression`(length(${homes}) > 1 && endswith(${template}, ${end}) && ${fit})`;
}

/** Policy of the role by which the schedule runs the controller. */
export function schedulePolicy(configuration: GroupSettings, region: string): PolicyDocument {
  const { account, controller } = groupTopologyOf(configuration, region);
  return policyDocument([
    allow("Run", ["lambda:InvokeFunction"], functionArn(region, account, controller.name)),
  ]);
}

/**
 * Trust policy of that role. A schedule's role is limited by schedule group, never by schedule:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
 */
export function scheduleTrust(region: string, account: Operand<string>): PolicyDocument {
  const group = `arn:${partitionOf(region)}:scheduler:${region}:${account}:schedule-group/default`;
  return policyDocument([
    {
      Sid: "Scheduler",
      Effect: "Allow",
      Principal: { Service: "scheduler.amazonaws.com" },
      Action: ["sts:AssumeRole"],
      Condition: {
        StringEquals: { "aws:SourceAccount": account },
        ArnEquals: { "aws:SourceArn": group },
      },
    },
  ]);
}
