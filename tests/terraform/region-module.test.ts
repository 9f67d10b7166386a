import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Testing } from "cdktf";
import { type Configuration, settingsOf } from "../../config/configuration";
import { groupTopologyOf } from "../../config/group-topology";
import { parseConfiguration } from "../../config/load";
import type { ConfigurationInput } from "../../config/schema";
import { HealthEndpoint } from "../../modules/dns/health-endpoint";
import { writeModules } from "../../stacks/hcl/write-modules";
import { RegionStack } from "../../stacks/region-stack";
import { IS_FULL } from "../tier";
import { callFiles, planned, stackFiles } from "./planned";

jest.setTimeout(300_000);

const ACCOUNT = "111122223333";
const key = (name: string) =>
  Object.fromEntries(
    ["eu-west-1", "us-east-1", "us-west-2"].map((region) => [
      region,
      `arn:aws:kms:${region}:${ACCOUNT}:key/${name}`,
    ]),
  );

const org = { test: "StringEquals", variable: "aws:PrincipalOrgID" };
const statement = { Effect: "Allow", Principal: { AWS: "444455556666" } } as const;

/** What an author says of the policies of the queues. */
const SAID: NonNullable<ConfigurationInput["queues"][string]["policies"]> = {
  work: {
    queue_policy_statements: {
      everybody: {
        sid: "organization",
        actions: ["sqs:SendMessage", "sqs:GetQueueUrl"],
        principals: [{ type: "*", identifiers: ["*"] }],
        condition: [{ ...org, values: ["o-1"] }],
        conditions: [
          { ...org, values: ["o-2"] },
          { test: "StringEquals", variable: "aws:SourceVpce", values: ["vpce-1"] },
          { test: "ArnLike", variable: "aws:PrincipalArn", values: ["arn:aws:iam::*:role/api-*"] },
        ],
      },
      others: {
        effect: "Deny",
        actions: ["sqs:PurgeQueue"],
        principals: [
          { type: "AWS", identifiers: ["444455556666"] },
          { type: "Service", identifiers: ["sns.amazonaws.com"] },
          { type: "AWS", identifiers: ["555566667777"] },
        ],
      },
    },
    source_queue_policy_documents: [
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { ...statement, Sid: "one", Action: "sqs:SendMessage", Resource: "*" },
          { ...statement, Sid: "two", Action: ["SQS:GetQueueUrl"] },
        ],
      }),
      JSON.stringify({ Statement: { ...statement, Sid: "three", Action: ["sqs:*"] } }),
    ],
  },
  ingress_dlq: { tls_only: false },
};

/** Everything that a region can have, at least once. */
const RICH: ConfigurationInput = {
  failover_group: "pay",
  regions: {
    "eu-west-1": { account: ACCOUNT },
    "us-east-1": {
      account: ACCOUNT,
      vpc: { subnet_ids: ["subnet-0a"], security_group_ids: ["sg-01"] },
      package: { s3_bucket: "archives", s3_prefix: "v1/" },
      code_signing_config_arn: `arn:aws:lambda:us-east-1:${ACCOUNT}:code-signing-config:csc-0123456789abcdefg`,
    },
    "us-west-2": { account: ACCOUNT },
  },
  recovery: {
    failback: "automatic",
    takeover_order: { "us-east-1": ["us-west-2"], "us-west-2": ["us-east-1"], "eu-west-1": ["us-west-2"] },
    alarm_action_arns: { "us-east-1": [`arn:aws:sns:us-east-1:${ACCOUNT}:ops`] },
  },
  ledger: { kms_key_arns: key("ledger") },
  dns: {
    zone_id: "Z0123456789ABC",
    record: "pay.example.com",
  },
  functions: { profile: "throughput", tracing: "pass_through", maximum_concurrency: 20 },
  naming: { prefix: "prod-" },
  permissions_boundary: "arn:aws:iam::{account}:policy/boundary",
  role_path: "/sqs/",
  tags: { team: "pay" },
  queues: {
    orders: {
      producers: [`arn:aws:iam::${ACCOUNT}:role/api`, "444455556666"],
      consumers: [`arn:aws:iam::${ACCOUNT}:role/worker`],
      encryption: { kms_key_arns: key("orders") },
      max_rate: 50,
      ledger_key: "body.id",
      on_missing_identity: "dlq",
    },
    shipments: {
      fifo: true,
      content_based_deduplication: true,
      work_content_based_deduplication: true,
      mode: "sync",
      delay_seconds: 5,
      policies: { work: { tls_only: false } },
    },
    mails: {
      rescue: "watermark",
      mode: "semi-sync",
      consumers: [`arn:aws:iam::${ACCOUNT}:role/mailer`],
      functions: { memory_mb: 512, timeout_seconds: 30 },
    },
    logs: {
      mode: "none",
      tags: { tier: "low" },
      visibility_timeout_seconds: 7_200,
      replicator_enabled: false,
      policies: SAID,
    },
    events: {
      rescue: "manual",
      peers: { "us-east-1": ["us-west-2"], "us-west-2": ["us-east-1"], "eu-west-1": ["us-west-2"] },
      functions: { profile: "latency" },
    },
    "a-long-queue-name-so-that-functions-are-short": { consumer_processing_seconds: 20 },
  },
};

/** As little as there can be, in two accounts. */
const PLAIN: ConfigurationInput = {
  failover_group: "plain",
  regions: { "us-east-1": { account: ACCOUNT }, "us-west-2": { account: "444455556666" } },
  queues: {
    orders: {},
    shipments: { fifo: true, functions: { provisioned_pollers: { minimum: 2, maximum: 4 } } },
  },
};

/** Without a ledger, and with nothing public. */
const BY_METRIC: ConfigurationInput = {
  failover_group: "met",
  regions: { "us-east-1": { account: ACCOUNT }, "us-west-2": { account: ACCOUNT } },
  recovery: { takeover: "manual", in_flight_seconds: 20 },
  dns: { zone_id: "Z0123456789ABC", record: "met.example.com", health: { type: "metric" } },
  queues: { orders: { consumers: [`arn:aws:iam::${ACCOUNT}:role/worker`] }, logs: { mode: "none" } },
};

let root: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-modules-"));
  writeModules(root);
});

afterAll(() => rm(root, { recursive: true, force: true }));

const CASES: readonly (readonly [name: string, input: ConfigurationInput, region: string])[] = [
  ["everything", RICH, "us-east-1"],
  ["as little as there can be", PLAIN, "us-west-2"],
  ["no ledger, and health by metric", BY_METRIC, "us-east-1"],
  ...(IS_FULL ? [["everything, in another region", RICH, "eu-west-1"] as const] : []),
];

test.each(CASES)("the module of a region makes what its stack makes, with %s", async (_, input, region) => {
  const outdir = path.join(root, `${input.failover_group}-${region}`);
  const app = Testing.app({ outdir });
  const configuration = parseConfiguration(input);
  const stack = new RegionStack(app, configuration, region);
  addEndpoint(stack, configuration, region);
  app.synth();
  const folder = path.join(outdir, "stacks", stack.node.id);
  const [ofStack, ofModule] = await Promise.all([
    planned(await stackFiles(folder), { assets: path.join(folder, "assets") }),
    planned(callFiles(input, region), { module: path.join(root, "region") }),
  ]);
  expect(ofModule).toEqual(ofStack);
  expect(ofStack.length).toBeGreaterThan(20);
});

/** What the app has in its global stack, because checks need the URL, and a module tells by an output. */
function addEndpoint(stack: RegionStack, configuration: Configuration, region: string): void {
  if (!configuration.dns?.healthEndpoint) return;
  const provider = stack.node.findAll().find((one) => one instanceof AwsProvider)!;
  const functionName = groupTopologyOf(settingsOf(configuration), region).health!.name;
  new HealthEndpoint(stack, "@endpoint", {
    configuration: settingsOf(configuration),
    region,
    functionName,
    provider,
  });
}

test("the module makes nothing when it shall not", async () => {
  const call = { ...BY_METRIC, create: false };
  const nothing = await planned(callFiles(call, "us-east-1"), { module: path.join(root, "region") });
  expect(nothing).toEqual([]);
});

test("a region that is none of the group is told in one sentence", async () => {
  const call = planned(callFiles(BY_METRIC, "eu-west-1"), { module: path.join(root, "region") });
  const message: string = await call.then(String, ({ message }) => message);
  expect(message.match(/^Error: .*|^region is .*/gm)).toEqual([
    "Error: Resource precondition failed",
    'region is "eu-west-1": one of us-east-1, us-west-2.',
  ]);
});
