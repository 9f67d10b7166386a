import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Configuration, FunctionSettings } from "../../config/configuration";
import type { FunctionReference } from "../../config/topology";
import { type FunctionWord, logGroupName } from "../../core/names";
import { FUNCTION_HANDLER } from "../../replicator/archive";
import { type FunctionEnvironment, toEnvironment } from "../../replicator/settings";
import { addressed } from "../address";
import type { Statement } from "../policy/document";
import { functionPolicy, functionTrust } from "../policy/function-policy";
import type { Queue } from "../queue/queue";
import { FunctionCode } from "./function-code";

export interface RegionFunctionProps {
  readonly configuration: Configuration;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
  readonly address: string;
  readonly reference: FunctionReference;
  /** What it runs. */
  readonly word: FunctionWord;
  readonly description: string;
  readonly environment: FunctionEnvironment;
  /** What it may do, beside its log group, keys, traces and network interfaces. */
  readonly statements: readonly Statement[];
  /** ARNs of managed policies with what else it may do, by the address of what attaches them. @default none */
  readonly managedPolicyArns?: Readonly<Record<string, string>>;
  /** Keys of the queues that it reads or writes. @default none */
  readonly kmsKeyArns?: readonly string[];
  readonly settings: RuntimeSettings;
  /** Invocations at once that are kept for it, and that it may not exceed. @default none, it shares those of the account */
  readonly reservedConcurrency?: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Queue whose messages it is invoked with. @default none, others invoke it */
  readonly source?: QueueSource;
}

export type RuntimeSettings = Pick<
  FunctionSettings,
  "memoryMb" | "timeoutSeconds" | "architecture" | "runtime" | "logRetentionDays" | "tracing"
>;

export interface QueueSource {
  readonly queue: Queue;
  /** Whether it is a FIFO queue, whose mapping takes no batching window. */
  readonly fifo: boolean;
  readonly batching: FunctionSettings;
}

/** A function with its role, policy and log group, and the event source mapping if it reads a queue. */
export class RegionFunction extends Construct {
  readonly resource: LambdaFunction;

  constructor(scope: Construct, id: string, props: RegionFunctionProps) {
    super(scope, id);
    const { configuration, region, provider, address, settings, reference } = props;
    const { account, vpc } = configuration.regions[region]!;
    const code = FunctionCode.of(this, props.word);
    const tags = { ...props.tags };

    const role = addressed(
      new IamRole(this, "role", {
        provider,
        name: reference.name,
        path: configuration.rolePath,
        description: props.description,
        assumeRolePolicy: JSON.stringify(functionTrust()),
        ...permissionsBoundary(configuration, account),
        tags,
      }),
      address,
    );
    const attachments = Object.entries(props.managedPolicyArns ?? {}).map(([attachment, policyArn]) =>
      addressed(
        new IamRolePolicyAttachment(this, attachment, { provider, role: role.name, policyArn }),
        attachment,
      ),
    );
    const policy = addressed(
      new IamRolePolicy(this, "policy", {
        provider,
        name: reference.name,
        role: role.name,
        policy: JSON.stringify(
          functionPolicy(props.statements, {
            functionName: reference.name,
            region,
            account,
            kmsKeyArns: props.kmsKeyArns ?? [],
            tracing: settings.tracing === "active",
            vpc: vpc !== undefined,
          }),
        ),
        // What moves from here into a managed policy is allowed there first.
        ...(attachments.length > 0 && { dependsOn: attachments }),
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
        filename: code.path,
        sourceCodeHash: code.hash,
        memorySize: settings.memoryMb,
        timeout: settings.timeoutSeconds,
        ...(props.reservedConcurrency !== undefined && {
          reservedConcurrentExecutions: props.reservedConcurrency,
        }),
        environment: { variables: toEnvironment(props.environment) },
        tracingConfig: { mode: settings.tracing === "active" ? "Active" : "PassThrough" },
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
        ...(vpc && {
          vpcConfig: {
            subnetIds: [...vpc.subnetIds],
            securityGroupIds: [...vpc.securityGroupIds],
          },
        }),
        tags,
        dependsOn: [policy],
      }),
      address,
    );
    if (props.source) this.map(props.source, { provider, address, policy, tags });
  }

  private map(
    { queue, fifo, batching }: QueueSource,
    common: Pick<RegionFunctionProps, "provider" | "address"> & {
      policy: IamRolePolicy;
      tags: Record<string, string>;
    },
  ): void {
    addressed(
      new LambdaEventSourceMapping(this, "mapping", {
        provider: common.provider,
        eventSourceArn: queue.resource.arn,
        functionName: this.resource.arn,
        batchSize: batching.batchSize,
        ...(!fifo && { maximumBatchingWindowInSeconds: batching.batchingWindowSeconds }),
        functionResponseTypes: ["ReportBatchItemFailures"],
        ...(batching.provisionedPollers && {
          provisionedPollerConfig: {
            minimumPollers: batching.provisionedPollers.minimum,
            maximumPollers: batching.provisionedPollers.maximum,
          },
        }),
        ...(batching.maximumConcurrency && {
          scalingConfig: { maximumConcurrency: batching.maximumConcurrency },
        }),
        tags: common.tags,
        // Lambda tries the role's permissions on the queue when the mapping is made.
        dependsOn: [common.policy],
      }),
      common.address,
    );
  }
}

/** The permissions boundary of every role of an account. */
export function permissionsBoundary(
  configuration: Configuration,
  account: string,
): { readonly permissionsBoundary?: string } {
  const boundary = configuration.permissionsBoundary?.replace("{account}", account);
  return boundary ? { permissionsBoundary: boundary } : {};
}
