/** What recovery needs besides queues, as Terraform applies and plans it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { runCleanup } from "../../emulator/cleanup";
import { ssmClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { Terraform } from "../../emulator/terraform";
import { changedResources } from "../../emulator/terraform-plan";
import { bundleFunction } from "./fixtures/bundle";

const EAST = "us-east-1";
const WEST = "us-west-2";
const ACCOUNT = "111111111111";
const ROLES = "/sqs-multi-region/orders/roles";

let emulator: Emulator;
let directory: string;
let terraform: Terraform;

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST] });
  directory = await mkdtemp(path.join(os.tmpdir(), "terraform-resources-test-"));
  const zip = path.join(directory, "function.zip");
  await writeFile(zip, await bundleFunction("export async function handler() {}"));
  await writeFile(path.join(directory, "main.tf.json"), JSON.stringify(configuration(zip)));
  terraform = new Terraform({ emulator, directory, name: "resources", region: EAST, account: ACCOUNT });
  await terraform.init();
  await terraform.apply();
}, 240_000);

afterAll(async () => {
  await runCleanup();
  await rm(directory, { recursive: true, force: true });
});

test("nothing is left to change after an apply, an outage, and what operators and functions write", async () => {
  const ssm = ssmClient(emulator, { region: EAST, account: ACCOUNT });
  await ssm.send(new PutParameterCommand({ Name: ROLES, Value: '{"epoch":1}', Overwrite: true }));
  ssm.destroy();
  const lost = await emulator.loseRegion(EAST);
  await lost.restore();
  await emulator.stallPollers(EAST);

  const { plan } = await terraform.plan();
  expect(changedResources(plan).map(({ address }) => address)).toEqual([]);
}, 60_000);

const reference = (address: string): string => `\${${address}}`;

function configuration(zip: string): object {
  return {
    terraform: {
      backend: { local: {} },
      required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } },
    },
    provider: {
      aws: [
        { region: EAST, allowed_account_ids: [ACCOUNT], default_tags: [{ tags: { owner: "recovery" } }] },
        { alias: "west", region: WEST, allowed_account_ids: [ACCOUNT] },
      ],
    },
    resource: {
      aws_ssm_parameter: {
        roles: { name: ROLES, type: "String", value: "{}", lifecycle: { ignore_changes: ["value"] } },
      },
      ...keysAndTables(),
      ...autoScaling(),
      ...functions(zip),
      ...alarms(),
    },
  };
}

function keysAndTables(): object {
  const table = {
    hash_key: "id",
    attribute: [{ name: "id", type: "S" }],
    stream_enabled: true,
    stream_view_type: "NEW_AND_OLD_IMAGES",
    ttl: { attribute_name: "expiration", enabled: true },
    point_in_time_recovery: { enabled: true },
  };
  return {
    aws_kms_key: { ledger: { multi_region: true, deletion_window_in_days: 7 } },
    aws_kms_replica_key: {
      ledger: {
        provider: "aws.west",
        primary_key_arn: reference("aws_kms_key.ledger.arn"),
        deletion_window_in_days: 7,
      },
    },
    aws_dynamodb_table: {
      on_demand: {
        ...table,
        name: "on-demand",
        billing_mode: "PAY_PER_REQUEST",
        deletion_protection_enabled: true,
        server_side_encryption: { enabled: true, kms_key_arn: reference("aws_kms_key.ledger.arn") },
        replica: [
          {
            region_name: WEST,
            kms_key_arn: reference("aws_kms_replica_key.ledger.arn"),
            point_in_time_recovery: true,
            propagate_tags: true,
          },
        ],
      },
      provisioned: {
        ...table,
        name: "provisioned",
        billing_mode: "PROVISIONED",
        read_capacity: 5,
        write_capacity: 5,
        server_side_encryption: { enabled: true },
        replica: [{ region_name: WEST, point_in_time_recovery: true }],
        lifecycle: { ignore_changes: ["read_capacity", "write_capacity"] },
      },
    },
  };
}

function autoScaling(): object {
  const target = (name: string): string => reference(`aws_appautoscaling_target.writes.${name}`);
  return {
    aws_appautoscaling_target: {
      writes: {
        service_namespace: "dynamodb",
        resource_id: `table/${reference("aws_dynamodb_table.provisioned.name")}`,
        scalable_dimension: "dynamodb:table:WriteCapacityUnits",
        min_capacity: 5,
        max_capacity: 100,
      },
    },
    aws_appautoscaling_policy: {
      writes: {
        name: "writes",
        policy_type: "TargetTrackingScaling",
        service_namespace: target("service_namespace"),
        resource_id: target("resource_id"),
        scalable_dimension: target("scalable_dimension"),
        target_tracking_scaling_policy_configuration: {
          predefined_metric_specification: { predefined_metric_type: "DynamoDBWriteCapacityUtilization" },
          target_value: 70,
        },
      },
    },
  };
}

function functions(zip: string): object {
  const assumedBy = (service: string): string =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
    });
  return {
    aws_iam_role: {
      controller: { name: "controller", assume_role_policy: assumedBy("lambda.amazonaws.com") },
      scheduler: { name: "scheduler", assume_role_policy: assumedBy("scheduler.amazonaws.com") },
    },
    aws_lambda_function: {
      controller: {
        function_name: "controller",
        role: reference("aws_iam_role.controller.arn"),
        handler: "index.handler",
        runtime: "nodejs22.x",
        filename: zip,
        reserved_concurrent_executions: 3,
      },
    },
    aws_lambda_function_event_invoke_config: {
      controller: {
        function_name: reference("aws_lambda_function.controller.function_name"),
        maximum_retry_attempts: 0,
        maximum_event_age_in_seconds: 60,
      },
    },
    aws_cloudwatch_event_rule: {
      controller: { name: "controller", schedule_expression: "rate(1 minute)", tags: { part: "controller" } },
    },
    aws_cloudwatch_event_target: {
      controller: {
        rule: reference("aws_cloudwatch_event_rule.controller.name"),
        target_id: "controller",
        arn: reference("aws_lambda_function.controller.arn"),
        input: '{"trigger":"rule"}',
        retry_policy: [{ maximum_retry_attempts: 0, maximum_event_age_in_seconds: 60 }],
      },
    },
    aws_lambda_permission: {
      controller: {
        statement_id: "rule",
        action: "lambda:InvokeFunction",
        function_name: reference("aws_lambda_function.controller.function_name"),
        principal: "events.amazonaws.com",
        source_arn: reference("aws_cloudwatch_event_rule.controller.arn"),
      },
    },
    aws_scheduler_schedule: {
      controller: {
        name: "controller",
        schedule_expression: "rate(1 minute)",
        flexible_time_window: { mode: "OFF" },
        target: {
          arn: reference("aws_lambda_function.controller.arn"),
          role_arn: reference("aws_iam_role.scheduler.arn"),
          input: '{"trigger":"schedule"}',
          retry_policy: { maximum_retry_attempts: 0, maximum_event_age_in_seconds: 60 },
        },
      },
    },
  };
}

function alarms(): object {
  const actions = [reference("aws_sns_topic.alarms.arn")];
  const alarm = { evaluation_periods: 3, comparison_operator: "GreaterThanThreshold" };
  const metric = (metric_name: string): readonly object[] => [
    { namespace: "Group", metric_name, period: 60, stat: "Sum", dimensions: { group: "orders" } },
  ];
  return {
    aws_sns_topic: { alarms: { name: "alarms" } },
    aws_cloudwatch_metric_alarm: {
      age: {
        ...alarm,
        alarm_name: "age",
        alarm_description: 'The oldest message is "old" & <late>',
        namespace: "AWS/SQS",
        metric_name: "ApproximateAgeOfOldestMessage",
        statistic: "Maximum",
        period: 300,
        datapoints_to_alarm: 2,
        threshold: 10.5,
        treat_missing_data: "notBreaching",
        dimensions: { QueueName: "orders" },
        alarm_actions: actions,
        ok_actions: actions,
        insufficient_data_actions: actions,
      },
      latency: {
        ...alarm,
        alarm_name: "latency",
        namespace: "Group",
        metric_name: "latency",
        extended_statistic: "p99",
        period: 60,
        threshold: 1,
        unit: "Seconds",
      },
      sum: {
        ...alarm,
        alarm_name: "sum",
        threshold: 1,
        treat_missing_data: "breaching",
        metric_query: [
          { id: "sum", expression: "a + b", label: "Both", return_data: true },
          { id: "a", metric: metric("a") },
          { id: "b", metric: metric("b") },
        ],
      },
    },
    aws_cloudwatch_composite_alarm: {
      both: {
        alarm_name: "both",
        alarm_rule: ["age", "latency"]
          .map((name) => `ALARM("${reference(`aws_cloudwatch_metric_alarm.${name}.alarm_name`)}")`)
          .join(" AND "),
        alarm_actions: actions,
      },
    },
  };
}
