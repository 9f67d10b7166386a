import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import { Testing } from "cdktf";
import type { ConfigurationInput } from "../../config/schema";
import { GlobalStack, needsGlobalStack } from "../../stacks/global-stack";
import { configuration, HOME_ACCOUNT } from "../fixtures";
import { Template, withApp } from "../template";

type Ledger = NonNullable<ConfigurationInput["ledger"]>;

const THREE_REGIONS = {
  "us-east-1": { account: HOME_ACCOUNT },
  "us-west-2": { account: HOME_ACCOUNT, assume_role_arn: `arn:aws:iam::${HOME_ACCOUNT}:role/deploy` },
  "eu-west-1": { account: HOME_ACCOUNT },
};
const KMS = Object.fromEntries(
  Object.keys(THREE_REGIONS).map((region) => [
    region,
    `arn:aws:kms:${region}:${HOME_ACCOUNT}:key/11111111-1111-1111-1111-111111111111`,
  ]),
);
const PROVISIONED: Ledger["billing"] = {
  type: "provisioned",
  read_capacity_units: 5,
  maximum_read_capacity_units: 500,
  write_capacity_units: 10,
  maximum_write_capacity_units: 1_000,
};

const settings = (ledger: Ledger, over: Partial<ConfigurationInput> = {}) =>
  configuration({ regions: THREE_REGIONS, recovery: {}, ledger, tags: { team: "checkout" }, ...over });
const global = (ledger: Ledger = {}, over: Partial<ConfigurationInput> = {}) =>
  Template.global(settings(ledger, over));
const table = (template: Template) => template.resource("aws_dynamodb_table", "shop_ledger");

test("is there for a managed ledger, and for nothing else", () => {
  expect(needsGlobalStack(configuration())).toBe(false);
  expect(needsGlobalStack(configuration({ recovery: {} }))).toBe(false);
  expect(needsGlobalStack(settings({ table_name: "mine" }))).toBe(false);
  expect(needsGlobalStack(settings({}))).toBe(true);
});

describe("addresses", () => {
  // As in region-stack.test.ts: never update this snapshot for a resource that exists.
  test("are frozen", () => {
    expect(global().addresses).toMatchSnapshot("on demand");
    expect(global({ billing: PROVISIONED }).addresses).toMatchSnapshot("provisioned");
    expect(Object.keys(global().json.output).sort()).toMatchSnapshot("outputs");
  });
});

describe("a ledger on demand", () => {
  test("has a replica in every other region, and is made by the provider of the first alone", () => {
    const template = global();
    expect(template.counts).toEqual({ "aws: aws_dynamodb_table": 1 });
    expect(template.json.provider).toEqual({
      aws: [{ region: "us-east-1", allowed_account_ids: [HOME_ACCOUNT] }],
    });
    expect(table(template)).toMatchObject({
      name: "shop-ledger",
      billing_mode: "PAY_PER_REQUEST",
      hash_key: "id",
      attribute: [{ name: "id", type: "S" }],
      ttl: { attribute_name: "expiration", enabled: true },
      stream_enabled: true,
      stream_view_type: "NEW_AND_OLD_IMAGES",
      replica: [
        { region_name: "us-west-2", point_in_time_recovery: true, propagate_tags: true },
        { region_name: "eu-west-1", point_in_time_recovery: true, propagate_tags: true },
      ],
      tags: { team: "checkout", "sqs-multi-region:role": "ledger" },
    });
  });

  test("is protected unless told otherwise", () => {
    expect(table(global())).toMatchObject({
      deletion_protection_enabled: true,
      point_in_time_recovery: { enabled: true },
    });
    expect(table(global({ deletion_protection: false, point_in_time_recovery: false }))).toMatchObject({
      deletion_protection_enabled: false,
      point_in_time_recovery: { enabled: false },
      replica: [{ point_in_time_recovery: false }, { point_in_time_recovery: false }],
    });
  });

  test("is encrypted by DynamoDB's own key, or by each region's", () => {
    expect(table(global())).not.toHaveProperty("server_side_encryption");
    expect(table(global({ kms_key_arns: KMS }))).toMatchObject({
      server_side_encryption: { enabled: true, kms_key_arn: KMS["us-east-1"] },
      replica: [{ kms_key_arn: KMS["us-west-2"] }, { kms_key_arn: KMS["eu-west-1"] }],
    });
  });
});

describe("a provisioned ledger", () => {
  const template = global({ billing: PROVISIONED, kms_key_arns: KMS });

  test("is scaled by its use, and a plan does not undo it", () => {
    expect(table(template)).toMatchObject({
      billing_mode: "PROVISIONED",
      read_capacity: 5,
      write_capacity: 10,
      lifecycle: { ignore_changes: ["read_capacity", "write_capacity", "replica"] },
    });
    expect(template.resource("aws_appautoscaling_target", "shop_ledger_write")).toMatchObject({
      resource_id: "table/${aws_dynamodb_table.shop_ledger.name}",
      scalable_dimension: "dynamodb:table:WriteCapacityUnits",
      min_capacity: 10,
      max_capacity: 1_000,
    });
    expect(template.resource("aws_appautoscaling_policy", "shop_ledger_read")).toMatchObject({
      policy_type: "TargetTrackingScaling",
      target_tracking_scaling_policy_configuration: {
        target_value: 70,
        predefined_metric_specification: {
          predefined_metric_type: "DynamoDBReadCapacityUtilization",
        },
      },
    });
  });

  test("gets its replicas one after the other, each by its region's provider, once its writes are scaled", () => {
    expect(table(template)).not.toHaveProperty("replica");
    const scaled = [
      "aws_appautoscaling_policy.shop_ledger_read",
      "aws_appautoscaling_policy.shop_ledger_write",
    ];
    for (const [region, before] of [
      ["us-west-2", scaled],
      ["eu-west-1", ["aws_dynamodb_table_replica.shop_ledger_us-west-2"]],
    ] as const) {
      expect(template.resource("aws_dynamodb_table_replica", `shop_ledger_${region}`)).toMatchObject({
        provider: `aws.${region}`,
        global_table_arn: "${aws_dynamodb_table.shop_ledger.arn}",
        kms_key_arn: KMS[region],
        point_in_time_recovery: true,
        deletion_protection_enabled: true,
        depends_on: before,
      });
    }
    expect(template.json.provider.aws).toEqual([
      { region: "us-east-1", allowed_account_ids: [HOME_ACCOUNT] },
      {
        alias: "us-west-2",
        region: "us-west-2",
        allowed_account_ids: [HOME_ACCOUNT],
        assume_role: [{ role_arn: `arn:aws:iam::${HOME_ACCOUNT}:role/deploy` }],
      },
      { alias: "eu-west-1", region: "eu-west-1", allowed_account_ids: [HOME_ACCOUNT] },
    ]);
  });
});

test.each<[ConfigurationInput["state_backend"], object]>([
  [
    { type: "local", directory: "/state" },
    { backend: { local: { path: "/state/terraform.shop-global.tfstate" } } },
  ],
  [
    { type: "s3", bucket: "acme-{region}" },
    {
      backend: {
        s3: {
          bucket: "acme-us-east-1",
          key: "sqs-multi-region/shop/global.tfstate",
          region: "us-east-1",
          encrypt: true,
        },
      },
    },
  ],
  [
    { type: "terraform_cloud", organization: "acme" },
    {
      cloud: {
        hostname: "app.terraform.io",
        organization: "acme",
        workspaces: { name: "shop-global" },
      },
    },
  ],
])("keeps its state as global, in the first region: %j", (state_backend, expected) => {
  expect(global({}, { state_backend: state_backend! }).json.terraform).toMatchObject(expected);
});

test("fails when a resource names no provider", () => {
  withApp((app) => {
    const stack = new GlobalStack(app, settings({}));
    new DynamodbTable(stack, "stray", { name: "stray" });
    expect(() => Testing.synth(stack, true)).toThrow("aws_dynamodb_table.stray names no provider");
  });
});
