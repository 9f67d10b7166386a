import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { AssetType, TerraformAsset, TerraformStack, TerraformVariable } from "cdktf";
import type { Construct } from "constructs";
import type { LedgerOptions } from "../../client";
import { consumerPolicy } from "../../config/access/client-policies";
import { type Configuration, settingsOf } from "../../config/configuration";
import { topologyOf } from "../../config/topology";
import { ownershipTablesOf } from "../../config/voters";
import { keysOf } from "../../core/expression";
import { logGroupArn, logGroupName } from "../../core/names";
import type { ConsumerArchive } from "./build";

/** What a consumer is told by its environment. */
export interface ConsumerSettings {
  readonly queue: string;
  readonly failoverGroup: string;
  /** Those that have a table of ownership: the group's, and the witness. */
  readonly regions: readonly string[];
  /** Missing for queues without a ledger. */
  readonly ledger?: Pick<LedgerOptions, "tableName" | "entrySeconds">;
  readonly servicesUrl: string;
}

export interface ConsumerStackProps {
  readonly configuration: Configuration;
  readonly region: string;
  readonly archive: ConsumerArchive;
}

const TIMEOUT_SECONDS = 10;
const CONCURRENCY = 2;

/** The consumers of one region: a function per logical queue, all with the role that the configuration names as consumer. */
export class ConsumerStack extends TerraformStack {
  constructor(scope: Construct, { configuration, region, archive }: ConsumerStackProps) {
    super(scope, `${configuration.failoverGroup}-consumers-${region}`);
    const { account } = configuration.regions[region]!;
    const provider = new AwsProvider(this, "aws", { region, allowedAccountIds: [account] });
    const services = new TerraformVariable(this, "services_url", {
      type: "string",
      description: "URL of inventory and payment service",
    });
    const code = new TerraformAsset(this, "code", { path: archive.directory, type: AssetType.ARCHIVE });

    const role = new IamRole(this, "role", {
      provider,
      name: `order-worker-${region}`,
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
        ],
      }),
    });
    const queues = Object.entries(configuration.queues).filter(([, { canary }]) => !canary);
    for (const [queue, settings] of queues) {
      const name = `${queue}-consumer-${region}`;
      const log = new CloudwatchLogGroup(this, `${queue}-logs`, {
        provider,
        name: logGroupName(name),
        retentionInDays: 30,
      });
      const policy = new IamRolePolicy(this, `${queue}-policy`, {
        provider,
        name: queue,
        role: role.name,
        policy: JSON.stringify(
          withLog(consumerPolicy(settingsOf(configuration), queue), logGroupArn(region, account, name)),
        ),
      });
      const consumer: Omit<ConsumerSettings, "servicesUrl"> = {
        queue,
        failoverGroup: configuration.failoverGroup,
        regions: keysOf(ownershipTablesOf(settingsOf(configuration))),
        ...(settings.recovery?.rescue === "ledger" && {
          ledger: {
            tableName: configuration.ledger!.tableName,
            entrySeconds: settings.recovery.ledgerExpirySeconds,
          },
        }),
      };
      const fn = new LambdaFunction(this, `${queue}-function`, {
        provider,
        functionName: name,
        role: role.arn,
        runtime: "nodejs22.x",
        handler: "index.handler",
        filename: code.path,
        sourceCodeHash: archive.hash,
        memorySize: 512,
        timeout: TIMEOUT_SECONDS,
        environment: {
          variables: {
            ORDER_PROCESSING: JSON.stringify({ ...consumer, servicesUrl: services.stringValue }),
          },
        },
        loggingConfig: { logFormat: "Text", logGroup: log.name },
        dependsOn: [policy],
      });
      new LambdaEventSourceMapping(this, `${queue}-mapping`, {
        provider,
        eventSourceArn: topologyOf(settingsOf(configuration), queue, region).work.arn,
        functionName: fn.arn,
        batchSize: 10,
        functionResponseTypes: ["ReportBatchItemFailures"],
        scalingConfig: { maximumConcurrency: CONCURRENCY },
        dependsOn: [policy],
      });
    }
  }
}

function withLog(policy: ReturnType<typeof consumerPolicy>, logGroup: string): object {
  const log = {
    Sid: "Log",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `${logGroup}:*`,
  };
  return { ...policy, Statement: [...policy.Statement, log] };
}
