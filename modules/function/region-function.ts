import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { LambdaFunction, type LambdaFunctionConfig } from "@cdktf/provider-aws/lib/lambda-function";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Statement } from "../../config/access/document";
import { functionPolicy, functionTrust } from "../../config/access/function-policy";
import type { FunctionSettings, GroupSettings, RegionSettings } from "../../config/configuration";
import type { FunctionReference } from "../../config/topology";
import {
  args,
  equal,
  isSet,
  json,
  listOf,
  mapOf,
  not,
  optional,
  replaced,
  text,
  when,
} from "../../core/expression";
import { type FunctionWord, logGroupName } from "../../core/names";
import type { Condition, Operand, Written } from "../../core/value";
import { FUNCTION_HANDLER } from "../../replicator/build/archive";
import { type FunctionEnvironment, toEnvironment } from "../../replicator/settings";
import { addressed, under } from "../address";
import { blocks } from "../block";
import type { Queue } from "../queue/queue";
import type { Tags } from "../tags";
import { type ArchiveReference, FunctionCode } from "./function-code";

export interface RegionFunctionProps {
  readonly configuration: GroupSettings;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
  readonly address: string;
  readonly reference: FunctionReference;
  /** What it runs. */
  readonly word: FunctionWord;
  readonly description: string;
  readonly environment: Written<FunctionEnvironment>;
  /** What it may do, beside its log group, keys, traces and network interfaces. */
  readonly statements: readonly Statement[];
  /** Policies with what else it may do. @default none */
  readonly managedPolicies?: readonly ManagedPolicy[];
  /** Keys of the queues that it reads or writes. @default none */
  readonly kmsKeyArns?: readonly Operand<string>[];
  readonly settings: RuntimeSettings;
  /** Invocations at once that are kept for it, and that it may not exceed. @default none, it shares those of the account */
  readonly reservedConcurrency?: Operand<number>;
  readonly tags: Tags;
  /** Queue whose messages it is invoked with. @default none, others invoke it */
  readonly source?: QueueSource;
}

/** A managed policy that is attached to a function's role. */
export interface ManagedPolicy {
  /** Address of what attaches it. */
  readonly attachment: string;
  readonly arn: string;
  readonly exists: Condition;
}

export interface RuntimeSettings
  extends Pick<FunctionSettings, "memoryMb" | "architecture" | "runtime" | "logRetentionDays" | "tracing"> {
  readonly timeoutSeconds: Operand<number>;
}

export interface QueueSource {
  readonly queue: Queue;
  /** Whether it is a FIFO queue, whose mapping takes no batching window. */
  readonly fifo: Condition;
  readonly batching: FunctionSettings;
  /** Whether it is read now. @default true */
  readonly enabled?: Operand<boolean>;
}

/** A function with its role, policy and log group, and the event source mapping if it reads a queue. */
export class RegionFunction extends Construct {
  readonly resource: LambdaFunction;

  constructor(scope: Construct, id: string, props: RegionFunctionProps) {
    super(scope, id);
    const { configuration, region, provider, address, settings, reference } = props;
    const { account, vpc, package: archive, codeSigningConfigArn: signing } = configuration.regions[region]!;
    const code = FunctionCode.of(this, props.word);
    const tags = mapOf(props.tags);

    const role = addressed(
      new IamRole(this, "role", {
        provider,
        name: reference.name,
        path: text(configuration.rolePath),
        description: props.description,
        assumeRolePolicy: json(functionTrust()),
        ...permissionsBoundary(configuration, account),
        tags,
      }),
      address,
    );
    const attachments = (props.managedPolicies ?? []).map(({ attachment, arn: policyArn, exists }) =>
      addressed(
        new IamRolePolicyAttachment(under(this, exists) ?? this, attachment, {
          provider,
          role: role.name,
          policyArn,
        }),
        attachment,
      ),
    );
    const policy = addressed(
      new IamRolePolicy(this, "policy", {
        provider,
        name: reference.name,
        role: role.name,
        policy: json(
          functionPolicy(props.statements, {
            functionName: reference.name,
            region,
            account,
            kmsKeyArns: props.kmsKeyArns ?? [],
            tracing: equal(settings.tracing, "active"),
            vpc: isSet(vpc),
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
        ...args({ retentionInDays: settings.logRetentionDays }),
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
        ...args({
          runtime: settings.runtime,
          architectures: [settings.architecture],
          memorySize: settings.memoryMb,
          timeout: settings.timeoutSeconds,
          tracingConfig: { mode: when(equal(settings.tracing, "active"), "Active", "PassThrough") },
        }),
        handler: FUNCTION_HANDLER,
        ...codeOf(code, archive),
        ...(signing !== undefined && optional(isSet(signing), { codeSigningConfigArn: signing })),
        ...(props.reservedConcurrency !== undefined &&
          args({ reservedConcurrentExecutions: props.reservedConcurrency })),
        environment: { variables: toEnvironment(props.environment) },
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
        ...(vpc &&
          blocks(isSet(vpc), {
            vpcConfig: {
              subnetIds: listOf(vpc.subnetIds),
              securityGroupIds: listOf(vpc.securityGroupIds),
            },
          })),
        tags,
        dependsOn: [policy],
      }),
      address,
    );
    if (props.source) this.map(props.source, { provider, address, policy, tags });
  }

  private map(
    { queue, fifo, batching, enabled = true }: QueueSource,
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
        ...args({ enabled, batchSize: batching.batchSize }),
        ...optional(not(fifo), { maximumBatchingWindowInSeconds: batching.batchingWindowSeconds }),
        functionResponseTypes: ["ReportBatchItemFailures"],
        ...(batching.provisionedPollers &&
          blocks(isSet(batching.provisionedPollers), {
            provisionedPollerConfig: {
              minimumPollers: batching.provisionedPollers.minimum,
              maximumPollers: batching.provisionedPollers.maximum,
            },
          })),
        ...(batching.maximumConcurrency &&
          blocks(isSet(batching.maximumConcurrency), {
            scalingConfig: {
              maximumConcurrency: batching.maximumConcurrency,
            },
          })),
        tags: common.tags,
        // Lambda tries the role's permissions on the queue when the mapping is made.
        dependsOn: [common.policy],
      }),
      common.address,
    );
  }
}

/** Where Lambda takes an archive from. One in S3 may be signed, so its hash is not known here. */
function codeOf(
  { name, path, hash }: ArchiveReference,
  archive: RegionSettings["package"],
): Pick<LambdaFunctionConfig, "filename" | "sourceCodeHash" | "s3Bucket" | "s3Key"> {
  const isInS3 = isSet(archive);
  return {
    ...optional(not(isInS3), { filename: path, sourceCodeHash: hash }),
    ...(archive && optional(isInS3, { s3Bucket: archive.s3Bucket, s3Key: `${archive.s3Prefix}${name}` })),
  };
}

/** The permissions boundary of every role of an account. */
export function permissionsBoundary(
  configuration: GroupSettings,
  account: Operand<string>,
): { readonly permissionsBoundary?: string } {
  const { permissionsBoundary: boundary } = configuration;
  if (boundary === undefined) return {};
  return optional(isSet(boundary), { permissionsBoundary: replaced(boundary, "{account}", account) });
}
