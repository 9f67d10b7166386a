import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PlannedResource } from "../../emulator/terraform-plan";
import { writeModules } from "../../stacks/hcl/write-modules";
import { testFull } from "../tier";
import { PROVIDER, planOf } from "./planned";

jest.setTimeout(300_000);

const REGIONS = ["us-east-1", "us-west-2"];

/** Another module of the same root, which wants a version of its own. */
const OTHER = {
  "topics/main.tf": `
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

resource "aws_sns_topic" "orders" {
  name = "orders"
}
`,
};

const SETTINGS = `
locals {
  regions = {
    us-east-1 = { account = "111122223333" }
    us-west-2 = { account = "111122223333" }
  }
  queues = {
    orders    = { consumers = ["arn:aws:iam::111122223333:role/order-worker"] }
    shipments = { fifo = true }
  }
}
`;

const TOPICS = `
module "topics" {
  source    = "./topics"
  providers = { aws = aws.us-east-1 }
}
`;

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-roots-"));
  writeModules(root);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("a call per region, beside a module that pins another version", async () => {
  const { resources, lock } = await planRoot((region) =>
    call(region, 'failover_group = "shop"', "queues = local.queues", "recovery = {}"),
  );
  expect(lock).toContain('constraints = "~> 5.0, >= 5.100.0, < 7.0.0"');
  expect(clashes(resources)).toEqual([]);
  for (const region of REGIONS) expect(counts(resources, region)).toEqual(RECOVERED_REGION_OF_TWO);
  expect(counts(resources, "topics")).toEqual({ aws_sns_topic: 1 });
});

test("a call per logical queue and region, without recovery", async () => {
  const { resources, lock } = await planRoot((region) => callPerQueue(region, 'failover_group = "shop"'));
  expect(lock).toContain('constraints = "~> 5.0, >= 5.100.0, < 7.0.0"');
  expect(clashes(resources)).toEqual([]);
  for (const region of REGIONS) expect(counts(resources, region)).toEqual(REGION_OF_TWO);
  expect(counts(resources, "topics")).toEqual({ aws_sns_topic: 1 });
  expect(resources.map(({ address }) => address)).toEqual(
    expect.arrayContaining([
      'module.us-east-1["orders"].aws_sqs_queue.work["orders"]',
      'module.us-west-2["shipments"].aws_sqs_queue.outbox["shipments/us-east-1"]',
    ]),
  );
});

testFull("a call per logical queue, with recovery: each is a failover group of its own", async () => {
  const { resources } = await planRoot((region) =>
    callPerQueue(region, `failover_group = "shop-\${each.key}"`, "recovery = {}"),
  );
  expect(clashes(resources)).toEqual([]);
  const controllers = resources.filter(({ address }) => address.includes(".aws_lambda_function.controller"));
  expect(controllers.map(({ values }) => values.function_name).sort()).toEqual([
    "shop-orders-controller-us-east-1",
    "shop-orders-controller-us-west-2",
    "shop-shipments-controller-us-east-1",
    "shop-shipments-controller-us-west-2",
  ]);
});

testFull("a call per logical queue, with recovery of one group: what is one per group clashes", async () => {
  const { resources } = await planRoot((region) =>
    callPerQueue(region, 'failover_group = "shop"', "recovery = {}"),
  );
  const names = clashes(resources);
  expect(names).toEqual(
    expect.arrayContaining([
      "us-east-1 aws_lambda_function shop-controller-us-east-1",
      "us-east-1 aws_sqs_queue shop-canary",
      "us-west-2 aws_dynamodb_table shop-ownership",
    ]),
  );
  expect(names.filter((name) => /orders|shipments/.test(name))).toEqual([]);
});

/** What two logical queues are in one of two regions. */
const REGION_OF_TWO = {
  aws_cloudwatch_log_group: 4,
  aws_iam_role: 4,
  aws_iam_role_policy: 4,
  aws_lambda_event_source_mapping: 4,
  aws_lambda_function: 4,
  aws_sqs_queue: 12,
};

/** The same with a drainer each, the canary, and the controller with its schedule and its rule. */
const RECOVERED_REGION_OF_TWO = {
  aws_cloudwatch_event_rule: 1,
  aws_cloudwatch_event_target: 1,
  aws_cloudwatch_log_group: 9,
  aws_cloudwatch_metric_alarm: 1,
  aws_dynamodb_table: 1,
  aws_iam_policy: 2,
  aws_iam_role: 10,
  aws_iam_role_policy: 10,
  aws_iam_role_policy_attachment: 2,
  aws_lambda_event_source_mapping: 6,
  aws_lambda_function: 9,
  aws_lambda_function_event_invoke_config: 1,
  aws_lambda_permission: 1,
  aws_scheduler_schedule: 1,
  aws_sqs_queue: 18,
  aws_ssm_parameter: 2,
};

function call(region: string, ...args: readonly string[]): string {
  return `
module "${region}" {
  source    = "./region"
  providers = { aws = aws.${region} }
  region    = "${region}"
  check_account = false
  regions   = local.regions
${args.map((argument) => `  ${argument}\n`).join("")}}
`;
}

function callPerQueue(region: string, ...args: readonly string[]): string {
  return call(region, "for_each = local.queues", "queues = { (each.key) = each.value }", ...args);
}

function planRoot(callOf: (region: string) => string) {
  const files = {
    ...OTHER,
    "main.tf": SETTINGS + REGIONS.map(callOf).join("") + TOPICS,
    "provider.tf.json": JSON.stringify({
      provider: { aws: REGIONS.map((region) => ({ ...PROVIDER, alias: region, region })) },
    }),
  };
  return planOf(files, { region: path.join(root, "region") });
}

/** The call that makes a resource, without its key. */
function callOf({ address }: PlannedResource): string {
  return /^module\.([\w-]+)/.exec(address)![1]!;
}

/** How many of each type a call makes, over all of its keys. */
function counts(resources: readonly PlannedResource[], call: string): Readonly<Record<string, number>> {
  const types = resources.filter((resource) => callOf(resource) === call).map(({ type }) => type);
  return Object.fromEntries(types.map((type) => [type, types.filter((one) => one === type).length]));
}

/** Names that several resources of a type have in a region, or, of IAM, in all. */
function clashes(resources: readonly PlannedResource[]): readonly string[] {
  const names = resources.flatMap((resource) => {
    const { type, values } = resource;
    const name = values.function_name ?? values.alarm_name ?? values.name;
    const isUnique = type !== "aws_lambda_event_source_mapping" && type !== "aws_iam_role_policy";
    return typeof name === "string" && isUnique
      ? [`${type.startsWith("aws_iam") ? "" : `${callOf(resource)} `}${type} ${name}`]
      : [];
  });
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].sort();
}
