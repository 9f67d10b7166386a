import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { FunctionSettings, RegionSettings } from "../../config/configuration";
import type { FunctionReference } from "../../config/topology";
import { logGroupName } from "../../core/names";
import { FUNCTION_HANDLER } from "../../replicator/archive";
import { addressed } from "../address";
import type { PolicyDocument } from "../policy/document";
import { functionTrust } from "../policy/identity-policies";
import type { Queue } from "../queue/queue";
import type { FunctionCode } from "./function-code";

export interface QueueFunctionProps {
  readonly provider: AwsProvider;
  readonly address: string;
  readonly reference: FunctionReference;
  readonly description: string;
  readonly code: FunctionCode;
  readonly environment: Readonly<Record<string, string>>;
  readonly source: Queue;
  readonly policy: PolicyDocument;
  readonly settings: FunctionSettings;
  /** Whether the source is a FIFO queue, whose mapping takes no batching window. */
  readonly fifo: boolean;
  readonly vpc: RegionSettings["vpc"];
  readonly rolePath: string;
  /** ARN of the permissions boundary. @default none */
  readonly permissionsBoundary?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** A function that reads one queue: role, policy, log group, function and event source mapping. */
export class QueueFunction extends Construct {
  readonly resource: LambdaFunction;

  constructor(scope: Construct, id: string, props: QueueFunctionProps) {
    super(scope, id);
    const { provider, address, settings, reference } = props;
    const tags = { ...props.tags };

    const role = addressed(
      new IamRole(this, "role", {
        provider,
        name: reference.name,
        path: props.rolePath,
        description: props.description,
        assumeRolePolicy: JSON.stringify(functionTrust()),
        ...(props.permissionsBoundary && { permissionsBoundary: props.permissionsBoundary }),
        tags,
      }),
      address,
    );
    const policy = addressed(
      new IamRolePolicy(this, "policy", {
        provider,
        name: reference.name,
        role: role.name,
        policy: JSON.stringify(props.policy),
      }),
      address,
    );
    const logGroup = addressed(
      new CloudwatchLogGroup(this, "logs", {
        provider,
        name: logGroupName(reference.name),
        retentionInDays: settings.logRetentionDays,
        tags,
      }),
      address,
    );

    this.resource = addressed(
      new LambdaFunction(this, "function", {
        provider,
        functionName: reference.name,
        description: props.description,
        role: role.arn,
        runtime: settings.runtime,
        architectures: [settings.architecture],
        handler: FUNCTION_HANDLER,
        filename: props.code.path,
        sourceCodeHash: props.code.hash,
        memorySize: settings.memoryMb,
        timeout: settings.timeoutSeconds,
        environment: { variables: { ...props.environment } },
        tracingConfig: { mode: settings.tracing === "active" ? "Active" : "PassThrough" },
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
        ...(props.vpc && {
          vpcConfig: {
            subnetIds: [...props.vpc.subnetIds],
            securityGroupIds: [...props.vpc.securityGroupIds],
          },
        }),
        tags,
        dependsOn: [policy],
      }),
      address,
    );
    addressed(
      new LambdaEventSourceMapping(this, "mapping", {
        provider,
        eventSourceArn: props.source.resource.arn,
        functionName: this.resource.arn,
        batchSize: settings.batchSize,
        ...(!props.fifo && { maximumBatchingWindowInSeconds: settings.batchingWindowSeconds }),
        functionResponseTypes: ["ReportBatchItemFailures"],
        ...(settings.provisionedPollers && {
          provisionedPollerConfig: {
            minimumPollers: settings.provisionedPollers.minimum,
            maximumPollers: settings.provisionedPollers.maximum,
          },
        }),
        ...(settings.maximumConcurrency && {
          scalingConfig: { maximumConcurrency: settings.maximumConcurrency },
        }),
        tags,
        // Lambda tries the role's permissions on the queue when the mapping is made.
        dependsOn: [policy],
      }),
      address,
    );
  }
}
