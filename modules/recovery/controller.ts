import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SchedulerSchedule } from "@cdktf/provider-aws/lib/scheduler-schedule";
import { Construct } from "constructs";
import { controllerStatements, schedulePolicy, scheduleTrust } from "../../config/access/controller-policies";
import type { GroupSettings } from "../../config/configuration";
import { type GroupTopology, groupTopologyOf } from "../../config/group-topology";
import { topologyOf } from "../../config/topology";
import { ownershipTablesOf, votersOf } from "../../config/voters";
import { fields, isSet, json, mapOf, optional, text } from "../../core/expression";
import {
  CONTROLLER_PERIOD_SECONDS,
  CONTROLLER_RESERVED_CONCURRENCY,
  CONTROLLER_TIMEOUT_SECONDS,
} from "../../core/limits";
import { canaryQueue, logicalId } from "../../core/names";
import type { Written } from "../../core/value";
import type { ControllerSettings, Trigger, TriggerEvent } from "../../replicator/control/settings";
import { addressed } from "../address";
import { permissionsBoundary, RegionFunction } from "../function/region-function";
import { groupTagsOf } from "../tags";
import type { GroupPolicies } from "./group-policies";

export interface ControllerProps {
  /** With recovery. */
  readonly configuration: GroupSettings;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
  readonly policies: GroupPolicies;
}

const EVERY_MINUTE = "rate(1 minute)";
/** A run that comes late would only repeat what the next one does. */
const NEVER_LATE = { maximumEventAgeInSeconds: CONTROLLER_PERIOD_SECONDS, maximumRetryAttempts: 0 };

/**
 * The controller of a failover group in one region, and what starts it every minute: a schedule of EventBridge Scheduler and a rule of
 * EventBridge. These are two services, each with a way of its own into Lambda. While either works, one run follows the other without a gap.
 */
export class ControllerFunction extends Construct {
  constructor(scope: Construct, id: string, { configuration, region, provider, policies }: ControllerProps) {
    super(scope, id);
    const { failoverGroup, functions, recovery } = configuration;
    const group = groupTopologyOf(configuration, region);
    const address = logicalId(failoverGroup, "controller");
    const controller = new RegionFunction(this, "function", {
      configuration,
      region,
      provider,
      address,
      reference: group.controller,
      word: "controller",
      description: `Decides about ownership in ${failoverGroup}, in ${region}`,
      environment: controllerSettings(configuration, region),
      statements: controllerStatements(configuration, region),
      managedPolicies: policies.all,
      settings: {
        ...functions,
        memoryMb: recovery!.controllerMemoryMb,
        timeoutSeconds: CONTROLLER_TIMEOUT_SECONDS,
      },
      ...optional(recovery!.controllerConcurrencyReserved, {
        reservedConcurrency: CONTROLLER_RESERVED_CONCURRENCY,
      }),
      tags: groupTagsOf(configuration, "controller"),
    });
    addressed(
      new LambdaFunctionEventInvokeConfig(this, "invocation", {
        provider,
        functionName: controller.resource.functionName,
        ...NEVER_LATE,
      }),
      address,
    );
    this.schedule(configuration, group, provider, controller);
    this.rule(configuration, group, provider, controller);
  }

  private schedule(
    configuration: GroupSettings,
    { region, account, schedule }: GroupTopology,
    provider: AwsProvider,
    controller: RegionFunction,
  ): void {
    const { failoverGroup, rolePath } = configuration;
    const address = logicalId(failoverGroup, "schedule");
    const description = `Runs the controller of ${failoverGroup} in ${region}`;
    const role = addressed(
      new IamRole(this, "role", {
        provider,
        name: schedule.name,
        path: text(rolePath),
        description,
        assumeRolePolicy: json(scheduleTrust(region, account)),
        ...permissionsBoundary(configuration, account),
        tags: mapOf(groupTagsOf(configuration, "schedule")),
      }),
      address,
    );
    const policy = addressed(
      new IamRolePolicy(this, "policy", {
        provider,
        name: schedule.name,
        role: role.name,
        policy: json(schedulePolicy(configuration, region)),
      }),
      address,
    );
    addressed(
      new SchedulerSchedule(this, "schedule", {
        provider,
        name: schedule.name,
        description,
        scheduleExpression: EVERY_MINUTE,
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: controller.resource.arn,
          roleArn: role.arn,
          input: inputOf("schedule"),
          retryPolicy: NEVER_LATE,
        },
        dependsOn: [policy],
      }),
      address,
    );
  }

  /** No role stands behind it: the function admits the rule. */
  private rule(
    configuration: GroupSettings,
    { region, ruleName }: GroupTopology,
    provider: AwsProvider,
    controller: RegionFunction,
  ): void {
    const { failoverGroup } = configuration;
    const { arn, functionName } = controller.resource;
    const address = logicalId(failoverGroup, "rule");
    const rule = addressed(
      new CloudwatchEventRule(this, "rule", {
        provider,
        name: ruleName,
        description: `Runs the controller of ${failoverGroup} in ${region}, beside its schedule`,
        scheduleExpression: EVERY_MINUTE,
        tags: mapOf(groupTagsOf(configuration, "rule")),
      }),
      address,
    );
    const permission = addressed(
      new LambdaPermission(this, "permission", {
        provider,
        functionName,
        statementId: "sqs-multi-region-rule",
        principal: "events.amazonaws.com",
        action: "lambda:InvokeFunction",
        sourceArn: rule.arn,
      }),
      address,
    );
    addressed(
      new CloudwatchEventTarget(this, "target", {
        provider,
        rule: rule.name,
        targetId: "controller",
        arn,
        input: inputOf("rule"),
        retryPolicy: NEVER_LATE,
        dependsOn: [permission],
      }),
      address,
    );
  }
}

function inputOf(trigger: Trigger): string {
  return json({ trigger } satisfies TriggerEvent);
}

function controllerSettings(configuration: GroupSettings, region: string): Written<ControllerSettings> {
  const { failoverGroup, ledger, dns } = configuration;
  const recovery = configuration.recovery!;
  const canary = topologyOf(configuration, canaryQueue(failoverGroup), region);
  return {
    failoverGroup,
    region,
    regions: Object.keys(configuration.regions),
    takeoverDelaySeconds: recovery.takeoverDelaySeconds,
    takeoverOrder: recovery.takeoverOrder,
    takeover: recovery.takeover,
    failback: recovery.failback,
    failbackAfterSeconds: recovery.failbackAfterSeconds,
    inFlightSeconds: recovery.inFlightSeconds,
    handBackTimeoutSeconds: recovery.handBackTimeoutSeconds,
    ...(ledger && fields(isSet(ledger), { ledgerTable: ledger.tableName })),
    ...(dns && fields(isSet(dns), { publishesHealth: true })),
    ownership: { tables: ownershipTablesOf(configuration), voters: votersOf(configuration) },
    canary: {
      ingressQueueUrl: canary.ingress.url,
      workQueueUrl: canary.work.url,
      standbyQueueUrls: Object.fromEntries(
        Object.entries(canary.standbys).map(([home, { url }]) => [home, url]),
      ),
    },
  };
}
