import type { ConfigurationInput } from "../../config/schema";
import { GlobalStack } from "../../stacks/global-stack";
import { configuration, HOME_ACCOUNT } from "../fixtures";
import { StackDirectory } from "./stack-directory";

jest.setTimeout(180_000);

type Billing = NonNullable<NonNullable<ConfigurationInput["ledger"]>["billing"]>;
const BILLINGS: readonly Billing[] = [
  { type: "on_demand" },
  {
    type: "provisioned",
    read_capacity_units: 5,
    maximum_read_capacity_units: 500,
    write_capacity_units: 10,
    maximum_write_capacity_units: 1_000,
  },
];

test.each(BILLINGS)("terraform accepts a ledger billed $type, and its tests pass", async (billing) => {
  const stack = await StackDirectory.of((app, directory) => {
    const settings = configuration({
      recovery: {},
      ledger: { billing },
      state_backend: { type: "local", directory },
    });
    return new GlobalStack(app, settings);
  }, `ledger-${billing.type}.tftest.hcl`);
  try {
    expect(await stack.validate()).toMatchObject({ valid: true, warning_count: 0 });
    expect(await stack.test()).toMatchObject({
      status: "pass",
      passed: 2,
      failed: 0,
      errored: 0,
      skipped: 0,
    });
  } finally {
    await stack.remove();
  }
});

const regions = Object.fromEntries(
  ["us-east-1", "us-west-2", "eu-west-1"].map((region) => [region, { account: HOME_ACCOUNT }]),
);
const dns = { zone_id: "Z0123456789ABC", record: "orders.example.com" };
const alias = (region: string) => ({
  alias: { name: `alb.${region}.elb.amazonaws.com`, zone_id: "Z35SXDOTRQ7X7K", evaluate_target_health: true },
});

test("terraform accepts health checks and records, and their tests pass", async () => {
  const stack = await StackDirectory.of(
    (app, directory) =>
      new GlobalStack(
        app,
        configuration({
          regions,
          recovery: {},
          ledger: {},
          dns: {
            ...dns,
            checks: { "us-west-2": [{ id: "00000000-0000-4000-8000-000000000001", type: "endpoint" }] },
            routing_controls: {
              "us-east-1": `arn:aws:route53-recovery-control::${HOME_ACCOUNT}:controlpanel/abc/routingcontrol/def`,
            },
            endpoints: [
              {
                record: "api.example.com",
                targets: Object.fromEntries(
                  Object.keys(regions).map((region) => [region, { cname: `${region}.example.net` }]),
                ),
              },
            ],
          },
          state_backend: { type: "local", directory },
        }),
      ),
    "dns.tftest.hcl",
  );
  try {
    expect(await stack.validate()).toMatchObject({ valid: true, warning_count: 0 });
    expect(await stack.test()).toMatchObject({
      status: "pass",
      passed: 3,
      failed: 0,
      errored: 0,
      skipped: 0,
    });
  } finally {
    await stack.remove();
  }
});

const POLICIES: readonly NonNullable<ConfigurationInput["dns"]>["discovery"][] = [
  { policy: "latency" },
  {
    policy: "geolocation",
    default: "us-east-1",
    locations: { "us-west-2": [{ continent: "AS" }, { country: "US", subdivision: "CA" }] },
  },
];

test.each(POLICIES)(
  "terraform accepts records by $policy, with health by metric and aliases",
  async (discovery) => {
    const stack = await StackDirectory.of(
      (app, directory) =>
        new GlobalStack(
          app,
          configuration({
            recovery: { takeover: "manual" },
            dns: {
              ...dns,
              discovery,
              health: { type: "metric" },
              endpoints: [
                {
                  record: "api.example.com",
                  targets: { "us-east-1": alias("us-east-1"), "us-west-2": alias("us-west-2") },
                },
              ],
            },
            state_backend: { type: "local", directory },
          }),
        ),
      "dns-metric.tftest.hcl",
    );
    try {
      expect(await stack.validate()).toMatchObject({ valid: true, warning_count: 0 });
      expect(await stack.test()).toMatchObject({ status: "pass", passed: 1, failed: 0, errored: 0 });
    } finally {
      await stack.remove();
    }
  },
);
