import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Testing } from "cdktf";
import { parseConfiguration } from "../../config/load";
import type { ConfigurationInput } from "../../config/schema";
import { testRuns } from "../../emulator/test-runs";
import { GlobalStack } from "../../stacks/global-stack";
import { writeModules } from "../../stacks/hcl/write-modules";
import { IS_FULL } from "../tier";
import { callFiles, planned, stackFiles } from "./planned";

jest.setTimeout(300_000);

const ACCOUNT = "111122223333";
const REGIONS = ["eu-west-1", "us-east-1", "us-west-2", "eu-central-1", "ap-south-1"];
const regionsOf = (count: number) =>
  Object.fromEntries(
    REGIONS.slice(0, count)
      .sort()
      .map((region) => [region, { account: ACCOUNT }]),
  );
const DNS = { zone_id: "Z0123456789ABC", record: "pay.example.com" };
const MINE = "00000000-0000-4000-8000-00000000000";
const alias = (region: string) => ({
  alias: { name: `alb.${region}.elb.amazonaws.com`, zone_id: "Z35SXDOTRQ7X7K", evaluate_target_health: true },
});
const target = (record: string, of: (region: string) => object, count: number) => ({
  record,
  targets: Object.fromEntries(Object.keys(regionsOf(count)).map((region) => [region, of(region)])),
});
const cname = (region: string) => ({ cname: `api.${region}.example.com` });
const group = (count: number, more: object): ConfigurationInput =>
  ({
    failover_group: "pay",
    regions: regionsOf(count),
    recovery: { takeover: "manual" },
    queues: { orders: {} },
    tags: { team: "pay" },
    naming: { prefix: "prod-" },
    ...more,
  }) as ConfigurationInput;

const CASES: Readonly<Record<string, ConfigurationInput>> = {
  "a ledger alone": group(3, { ledger: {} }),
  "a ledger with keys": group(2, {
    ledger: {
      kms_key_arns: Object.fromEntries(
        Object.keys(regionsOf(2)).map((region) => [region, `arn:aws:kms:${region}:${ACCOUNT}:key/ledger`]),
      ),
      deletion_protection: false,
    },
  }),
  "records for two regions, and a ledger of one's own": group(2, {
    recovery: { witness: { region: "us-east-2" } },
    ledger: { table_name: "mine" },
    dns: { ...DNS, endpoints: [target("api.example.com", cname, 2)] },
  }),
  "health by metric, nearest region, an endpoint": group(3, {
    dns: {
      ...DNS,
      health: { type: "metric" },
      discovery: { policy: "latency" },
      endpoints: [target("api.example.com", alias, 3)],
    },
  }),
  "places, checks of one's own, a routing control, an order of takeover": group(4, {
    recovery: {
      takeover: "manual",
      takeover_order: { "eu-west-1": ["us-west-2", "eu-central-1"], "us-east-1": ["us-west-2"] },
    },
    dns: {
      ...DNS,
      ttl_seconds: 30,
      health: { interval_seconds: 30, failure_threshold: 2 },
      discovery: {
        policy: "geolocation",
        locations: {
          "eu-west-1": [{ continent: "EU" }, { country: "GB" }],
          "us-west-2": [{ country: "US", subdivision: "CA" }],
        },
        default: "us-east-1",
      },
      checks: {
        "us-east-1": [
          { id: `${MINE}1`, type: "endpoint" },
          { id: `${MINE}2`, type: "alarm" },
        ],
      },
      routing_controls: {
        "us-west-2": `arn:aws:route53-recovery-control::${ACCOUNT}:controlpanel/abc/routingcontrol/def`,
      },
      endpoints: [target("api.example.com", alias, 4), target("www.example.com", cname, 4)],
    },
  }),
  "five regions": group(5, {
    ledger: {},
    dns: { ...DNS, endpoints: [target("api.example.com", alias, 5), target("www.example.com", cname, 5)] },
  }),
};

let root: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-global-"));
  writeModules(root);
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** What the two largest cases have none of is planned in the full tier alone. */
const PLANNED = Object.keys(CASES).filter((name) => IS_FULL || /^(places|five|a ledger with)/.test(name));

test.each(PLANNED)("the global module makes what the global stack makes: %s", async (name) => {
  const input = CASES[name]!;
  const first = Object.keys(input.regions)[0]!;
  const outdir = path.join(root, name.replace(/\W+/g, "-"));
  const app = Testing.app({ outdir });
  const stack = new GlobalStack(app, parseConfiguration(input));
  app.synth();
  const folder = path.join(outdir, "stacks", stack.node.id);
  const [ofStack, ofModule] = await Promise.all([
    planned(await stackFiles(folder)),
    planned(callFiles(...calling(input, first)), { module: path.join(root, "global") }),
  ]);
  // The module of a region has the health endpoint.
  expect(ofModule).toEqual(ofStack.filter((resource) => !resource.startsWith("aws_lambda_")));
  expect(ofModule.length).toBeGreaterThan(0);
});

test("the module makes nothing when it shall not", async () => {
  const [settings, first, more] = calling(CASES["five regions"]!, "us-east-1");
  const call = callFiles({ ...settings, create: false }, first, more);
  expect(await planned(call, { module: path.join(root, "global") })).toEqual([]);
});

test("checks and records of the module name each other as those of the stack do", async () => {
  const names = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];
  const input = group(2, {
    regions: Object.fromEntries(names.map((region) => [region, { account: ACCOUNT }])),
    recovery: { takeover: "manual", takeover_order: { "us-east-1": ["us-west-2", "us-west-1"] } },
    dns: {
      ...DNS,
      health: { type: "metric" },
      checks: { "us-east-2": [{ id: `${MINE}1`, type: "endpoint" }] },
      routing_controls: {
        "us-west-2": `arn:aws:route53-recovery-control::${ACCOUNT}:controlpanel/abc/routingcontrol/def`,
      },
      endpoints: [
        {
          record: "api.example.com",
          targets: Object.fromEntries(names.map((region) => [region, cname(region)])),
        },
      ],
    },
  });
  const outdir = path.join(root, "links");
  const app = Testing.app({ outdir });
  const stack = new GlobalStack(app, parseConfiguration(input));
  app.synth();
  const { queues: _queues, ...settings } = input;
  const [ofStack, ofModule] = await Promise.all([
    linksIn(await stackFiles(path.join(outdir, "stacks", stack.node.id))),
    linksIn(callFiles(settings, names[0]!)),
  ]);
  expect(ofModule).toEqual(ofStack);
  // The check itself, the home's own record, those of three peers, and the endpoint's.
  expect(ofStack.filter((link) => link.includes("prod-pay-health-us-west-2"))).toHaveLength(6);
});

/** What health checks and records say of each other after an apply, with checks by their names. */
async function linksIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = await mkdtemp(path.join(root, "links-"));
  await cp(path.join(root, "global"), path.join(folder, "module"), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const plans = await testRuns(folder, "links", {}, { applied: {}, again: { command: "plan" } });
  const made = (plans.get("again")!.resource_changes ?? []).map(({ type, change }) => ({
    type,
    values: change.before as Readonly<Record<string, unknown>>,
  }));
  const names = new Map(
    made
      .filter(({ type }) => type === "aws_route53_health_check")
      .map(({ values }) => [values.id, (values.tags as { readonly Name: string }).Name]),
  );
  const nameOf = (id: unknown) => names.get(id) ?? id;
  return made
    .map(({ type, values }) =>
      type === "aws_route53_health_check"
        ? [nameOf(values.id), ((values.child_healthchecks ?? []) as unknown[]).map(nameOf).sort()]
        : [values.name, values.set_identifier, nameOf(values.health_check_id), values.alias, values.records],
    )
    .map((link) => JSON.stringify(link))
    .sort();
}

/** What a root module says. Hosts of health endpoints are known after apply, as they are to the stack. */
function calling(input: ConfigurationInput, first: string): [object, string, object] {
  const { queues: _queues, ...settings } = input;
  const hosts = Object.keys(input.regions).map((region) => [region, "${terraform_data.host.id}"]);
  return [
    { ...settings, health_hosts: Object.fromEntries(hosts) },
    first,
    { resource: { terraform_data: { host: {} } } },
  ];
}
