import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SchedulerSchedule } from "@cdktf/provider-aws/lib/scheduler-schedule";
import { Construct } from "constructs";
import type { Configuration } from "../../config/configuration";
import { recordSettings } from "../../config/dns/record-settings";
import { type GroupTopology, groupTopologyOf } from "../../config/group-topology";
import { topologyOf } from "../../config/topology";
import { fields, isSet, json, mapOf } from "../../core/expression";
import { CONTROLLER_PERIOD_SECONDS, CONTROLLER_TIMEOUT_SECONDS } from "../../core/limits";
import { canaryQueue, logicalId } from "../../core/names";
import type { ControllerSettings } from "../../replicator/control/settings";
import { addressed } from "../address";
import { permissionsBoundary, RegionFunction } from "../function/region-function";
import { controllerStatements, schedulePolicy, scheduleTrust } from "../policy/controller-policies";
import { groupTagsOf } from "../tags";
import type { GroupPolicies } from "./group-policies";

export interface ControllerProps {
  /** With recovery. */
  readonly configuration: Configuration;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
  readonly policies: GroupPolicies;
}

/** The controller of a failover group in one region, and the schedule that runs it every minute. */
export class Controller extends Construct {
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
      managedPolicies: policies.for("controller", ["look", "drain"]),
      settings: {
        ...functions,
        memoryMb: recovery!.controllerMemoryMb,
        timeoutSeconds: CONTROLLER_TIMEOUT_SECONDS,
      },
      tags: groupTagsOf(configuration, "controller"),
    });
    // A run that comes late would only repeat what the next one does.
    addressed(
      new LambdaFunctionEventInvokeConfig(this, "invocation", {
        provider,
        functionName: controller.resource.functionName,
        maximumEventAgeInSeconds: CONTROLLER_PERIOD_SECONDS,
        maximumRetryAttempts: 0,
      }),
      address,
    );
    this.schedule(configuration, group, provider, controller);
  }

  private schedule(
    configuration: Configuration,
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
        path: rolePath,
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
        scheduleExpression: "rate(1 minute)",
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: controller.resource.arn,
          roleArn: role.arn,
          retryPolicy: { maximumEventAgeInSeconds: CONTROLLER_PERIOD_SECONDS, maximumRetryAttempts: 0 },
        },
        dependsOn: [policy],
      }),
      address,
    );
  }
}

function controllerSettings(configuration: Configuration, region: string): ControllerSettings {
  const { failoverGroup, ledger } = configuration;
  const recovery = configuration.recovery!;
  const canary = topologyOf(configuration, canaryQueue(failoverGroup), region);
  return {
    failoverGroup,
    region,
    regions: Object.keys(configuration.regions),
    takeoverDelaySeconds: recovery.takeoverDelaySeconds,
    takeoverOrder: recovery.takeoverOrder,
    ...recordSettings(configuration, region),
    takeover: recovery.takeover,
    failback: recovery.failback,
    failbackAfterSeconds: recovery.failbackAfterSeconds,
    onIsolation: recovery.onIsolation,
    inFlightSeconds: recovery.inFlightSeconds,
    handBackTimeoutSeconds: recovery.handBackTimeoutSeconds,
    ...(ledger && fields(isSet(ledger), { ledgerTable: ledger.tableName })),
    canary: {
      ingressQueueUrl: canary.ingress.url,
      workQueueUrl: canary.work.url,
      standbyQueueUrls: Object.fromEntries(
        Object.entries(canary.standbys).map(([home, { url }]) => [home, url]),
      ),
    },
  };
}
