/** The stand-in against the emulator: a small zone as Terraform applies it, a function URL, metrics, and what is lost of it. */

import { Resolver } from "node:dns/promises";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  DeleteHealthCheckCommand,
  GetHealthCheckCommand,
  type HealthCheckConfig,
  ListHealthChecksCommand,
  Route53Client,
  UpdateHealthCheckCommand,
} from "@aws-sdk/client-route-53";
import { runCleanup } from "../../../emulator/cleanup";
import { clientConfiguration, cloudWatchClient, createRole } from "../../../emulator/clients";
import { type Emulator, startEmulator } from "../../../emulator/emulator";
import { INTERNET } from "../../../emulator/gateway-call";
import type { Route53StandIn, StatusChange } from "../../../emulator/route53/stand-in";
import { Terraform } from "../../../emulator/terraform";
import { changedResources } from "../../../emulator/terraform-plan";
import { waitFor } from "../../../emulator/wait";
import { bundleFunction } from "../fixtures/bundle";

const EAST = "us-east-1";
const WEST = "us-west-2";
const ACCOUNT = "111111111111";
const MINUTE_SECONDS = 2;
const R = "orders.example.com";
const NAMESPACE = "SqsMultiRegion";

let emulator: Emulator;
let directory: string;
let terraform: Terraform;
let outputs: Record<string, string>;
let route53: Route53StandIn;
let api: Route53Client;

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST], minuteSeconds: MINUTE_SECONDS });
  await createRole(emulator, { account: ACCOUNT, name: "health", policies: {} });
  directory = await mkdtemp(path.join(os.tmpdir(), "route53-test-"));
  await writeFile(path.join(directory, "function.zip"), await bundleFunction(HEALTH));
  await configure(1);
  terraform = new Terraform({ emulator, directory, name: "route53", region: EAST, account: ACCOUNT });
  await terraform.init();
  await terraform.apply();
  outputs = (await terraform.output()) as Record<string, string>;
  api = new Route53Client(clientConfiguration(emulator, { account: ACCOUNT, region: EAST }));
  const options = { account: ACCOUNT, checkers: 3, routingControls: { [CONTROL]: true } };
  route53 = await emulator.route53(options);
}, 300_000);

afterEach(() => emulator.restoreAll());

afterAll(async () => {
  api?.destroy();
  await runCleanup();
  await rm(directory, { recursive: true, force: true });
});

/** @param threshold of the alarm */
function configure(threshold: number): Promise<void> {
  const zip = path.join(directory, "function.zip");
  return writeFile(path.join(directory, "main.tf.json"), JSON.stringify(configuration(zip, threshold)));
}

/** Puts a value of now, as a controller does. */
async function put(region: string, MetricName: string, Value: number): Promise<void> {
  const client = cloudWatchClient(emulator, { region, account: ACCOUNT });
  const Dimensions = [{ Name: "FailoverGroup", Value: "orders" }];
  const MetricData = [{ MetricName, Value, Dimensions }];
  await client.send(new PutMetricDataCommand({ Namespace: NAMESPACE, MetricData }));
  client.destroy();
}

/** Puts a value again and again until the check on it has the status. */
const putUntil = (region: string, metric: string, value: number, checkId: string, status: string) =>
  waitFor(
    async () => {
      await put(region, metric, value);
      await route53.refresh();
      return route53.status(checkId) === status;
    },
    { timeoutMs: 20_000, everyMs: 200, what: `${metric} ${value} and ${status}` },
  );

const becomes = (output: string, status: string) =>
  waitFor(() => route53.status(outputs[output]!) === status, {
    timeoutMs: 30_000,
    what: `${output} ${status}`,
  });

const answers = (name: string, text: string, from = INTERNET) =>
  waitFor(() => route53.text(name, { from }) === text, { timeoutMs: 30_000, what: `${name} ${text}` });

function resolver(from: string): Resolver {
  const made = new Resolver({ timeout: 500, tries: 1 });
  made.setServers([route53.dnsServer(from)]);
  return made;
}

test("Terraform has nothing to change after an apply", async () => {
  const { plan } = await terraform.plan();
  expect(changedResources(plan).map(({ address, change }) => [address, change])).toEqual([]);
}, 60_000);

test("an endpoint that fails moves the failover record, which every DNS server answers, and back", async () => {
  await becomes("endpoint", "healthy");
  for (const from of [EAST, WEST, INTERNET]) {
    expect(await resolver(from).resolveTxt(`health.${R}`)).toEqual([["healthy"]]);
  }
  const changes: StatusChange[] = [];
  const end = route53.onChange((change) => changes.push(change));
  await answers(`health.${R}`, "healthy");
  await emulator.loseRegion(EAST);
  await answers(`health.${R}`, "unhealthy");
  expect(await resolver(WEST).resolveTxt(`health.${R}`)).toEqual([["unhealthy"]]);
  await emulator.restoreAll();
  await answers(`health.${R}`, "healthy");
  end();
  const own = changes.filter(({ checkId }) => checkId === outputs.endpoint);
  expect(own.map(({ before, status }) => [before, status])).toEqual([
    ["healthy", "unhealthy"],
    ["unhealthy", "healthy"],
  ]);
  expect(
    emulator.gateway.countCalls({ source: INTERNET, target: EAST, operation: "InvokeFunctionUrl" }),
  ).toBeGreaterThan(3);
  expect(emulator.gateway.countCalls({ source: INTERNET, service: "route53" })).toBe(0);
}, 90_000);

test("a region that is lost or isolated has no DNS, and one with a link that is cut has", async () => {
  const answered = () =>
    Promise.all(
      [EAST, WEST, INTERNET].map((from) =>
        resolver(from)
          .resolveTxt(`static.${R}`)
          .then(
            () => true,
            () => false,
          ),
      ),
    );
  expect(await answered()).toEqual([true, true, true]);
  for (const lose of [() => emulator.loseRegion(WEST), () => emulator.isolate(WEST)]) {
    await lose();
    expect(await answered()).toEqual([true, false, true]);
    expect(() => route53.text(`static.${R}`, { from: WEST })).toThrow(`${WEST} is lost or isolated`);
    await emulator.restoreAll();
  }
  await emulator.cut(EAST, WEST);
  expect(await answered()).toEqual([true, true, true]);
});

test("an endpoint in an isolated region fails, also when its calls hang; with a link that is cut it passes", async () => {
  await becomes("endpoint", "healthy");
  await emulator.cut(EAST, WEST);
  const changes: StatusChange[] = [];
  const end = route53.onChange((change) => changes.push(change));
  const mark = emulator.gateway.mark();
  const probes = { source: INTERNET, target: EAST };
  await waitFor(() => emulator.gateway.countCalls(probes, mark) > 9, { timeoutMs: 20_000 });
  expect(changes).toEqual([]);
  end();
  await emulator.restoreAll();
  await emulator.isolate(EAST, { manner: "hang" });
  await becomes("endpoint", "unhealthy");
  await emulator.restoreAll();
  await becomes("endpoint", "healthy");
}, 120_000);

test("a check on an alarm follows the metric, and grows blind when its region is isolated", async () => {
  await putUntil(WEST, "Owned", 1, outputs.metric!, "unhealthy");
  await becomes("owned", "healthy");
  await becomes("all", "unhealthy");
  await putUntil(WEST, "Owned", 0, outputs.metric!, "healthy");
  await becomes("all", "healthy");

  await putUntil(WEST, "Owned", 1, outputs.metric!, "unhealthy");
  await emulator.isolate(WEST);
  const points = MINUTE_SECONDS * 1_000 * 5;
  const blind = Date.now() + points;
  await waitFor(() => Date.now() > blind, { timeoutMs: 2 * points });
  // LastKnownStatus: as long as the history is not lost.
  expect(route53.status(outputs.metric!)).toBe("unhealthy");
  expect(route53.status(outputs.strict!)).toBe("unhealthy");
  route53.restart();
  expect(route53.status(outputs.metric!)).toBe("healthy");
  expect(route53.status(outputs.strict!)).toBe("unhealthy");
}, 90_000);

test("a check knows nothing of a change of its alarm until it is written again", async () => {
  const client = cloudWatchClient(emulator, { region: WEST, account: ACCOUNT });
  const alarm: PutMetricAlarmCommandInput = {
    AlarmName: "changing",
    Namespace: NAMESPACE,
    MetricName: "Changing",
    Dimensions: [{ Name: "FailoverGroup", Value: "orders" }],
    Statistic: "Minimum",
    ComparisonOperator: "LessThanThreshold",
    Threshold: 1,
    Period: 60,
    EvaluationPeriods: 1,
  };
  await client.send(new PutMetricAlarmCommand(alarm));
  const id = await createCheck({
    Type: "CLOUDWATCH_METRIC",
    AlarmIdentifier: { Name: "changing", Region: WEST },
  });
  const stays = (status: string) => putUntil(WEST, "Changing", 1, id, status);
  await stays("healthy");
  await client.send(new PutMetricAlarmCommand({ ...alarm, Threshold: 2 }));
  const until = Date.now() + 2 * MINUTE_SECONDS * 1_000;
  while (Date.now() < until) await stays("healthy");
  await api.send(
    new UpdateHealthCheckCommand({ HealthCheckId: id, AlarmIdentifier: { Name: "changing", Region: WEST } }),
  );
  await stays("unhealthy");
  await client.send(new PutMetricAlarmCommand({ ...alarm, EvaluationPeriods: 2, DatapointsToAlarm: 1 }));
  await api.send(
    new UpdateHealthCheckCommand({ HealthCheckId: id, AlarmIdentifier: { Name: "changing", Region: WEST } }),
  );
  await route53.refresh();
  expect(() => route53.status(id)).toThrow("it is 1 out of 2");
  client.destroy();
  await api.send(new DeleteHealthCheckCommand({ HealthCheckId: id }));
}, 60_000);

test("a change of an alarm reaches its checks through their triggers, in one apply", async () => {
  const follows = (status: string) => putUntil(WEST, "Owned", 1, outputs.metric!, status);
  await follows("unhealthy");
  await configure(2);
  await terraform.apply();
  await follows("healthy");
  await configure(1);
  await terraform.apply();
  await follows("unhealthy");
}, 120_000);

test("latency, geolocation and aliases answer by who asks", async () => {
  await becomes("endpoint", "healthy");
  await putUntil(WEST, "Owned", 0, outputs.metric!, "healthy");
  expect(route53.text(`nearest.${R}`, { from: EAST })).toBe(EAST);
  expect(route53.text(`nearest.${R}`, { from: WEST })).toBe(WEST);
  expect(route53.text(`place.${R}`, { from: EAST })).toBe("america");
  expect(route53.text(`place.${R}`)).toBe("anywhere");
  await putUntil(WEST, "Owned", 1, outputs.metric!, "unhealthy");
  expect(route53.text(`nearest.${R}`, { from: WEST })).toBe(EAST);
}, 60_000);

test("a routing control switches its check", async () => {
  expect(route53.status(outputs.control!)).toBe("healthy");
  route53.setRoutingControl(CONTROL, false);
  expect(route53.status(outputs.control!)).toBe("unhealthy");
  route53.setRoutingControl(CONTROL, true);
});

test("says why a check has no status, and fails for what there is not", () => {
  expect(() => route53.status("nothing")).toThrow("there is no health check nothing");
  expect(() => route53.dnsServer("eu-west-1")).toThrow('there is no DNS server for "eu-west-1"');
  expect(() => route53.text(`nothing.${R}`)).toThrow("has no text: NXDOMAIN");
});

describe("the API", () => {
  test("keeps all that a check was created with, and gives defaults for the rest", async () => {
    const { HealthChecks = [] } = await api.send(new ListHealthChecksCommand({}));
    const config = (output: string) =>
      HealthChecks.find(({ Id }) => Id === outputs[output])?.HealthCheckConfig;
    expect(config("all")).toMatchObject({
      ChildHealthChecks: expect.arrayContaining([outputs.metric]),
      HealthThreshold: 2,
    });
    expect(config("owned")).toMatchObject({ Inverted: true, Disabled: false });
    expect(config("endpoint")).toMatchObject({
      EnableSNI: true,
      Inverted: false,
      Disabled: false,
      Regions: expect.arrayContaining(["us-east-1", "us-west-1", "us-west-2"]),
    });
    expect(config("control")).toMatchObject({ RoutingControlArn: CONTROL });
    expect(config("strict")).toMatchObject({ InsufficientDataHealthStatus: "Unhealthy" });
    const id = await createCheck({ Type: "HTTP", FullyQualifiedDomainName: "example.com" });
    const { HealthCheck } = await api.send(new GetHealthCheckCommand({ HealthCheckId: id }));
    expect(HealthCheck?.HealthCheckConfig).toMatchObject({
      Port: 80,
      RequestInterval: 30,
      FailureThreshold: 3,
      EnableSNI: false,
      MeasureLatency: false,
    });
    await api.send(new DeleteHealthCheckCommand({ HealthCheckId: id }));
  });

  test("resets what an update says, and refuses one of an older version", async () => {
    const id = await createCheck({
      Type: "HTTP",
      FullyQualifiedDomainName: "example.com",
      ResourcePath: "/a",
    });
    const update = (more: object) => api.send(new UpdateHealthCheckCommand({ HealthCheckId: id, ...more }));
    await expect(update({ HealthCheckVersion: 2, Inverted: true })).rejects.toMatchObject({
      name: "HealthCheckVersionMismatch",
    });
    await update({ HealthCheckVersion: 1, ResetElements: ["ResourcePath"], Inverted: true });
    const { HealthCheck } = await api.send(new GetHealthCheckCommand({ HealthCheckId: id }));
    expect(HealthCheck).toMatchObject({ HealthCheckVersion: 2, HealthCheckConfig: { Inverted: true } });
    expect(HealthCheck?.HealthCheckConfig?.ResourcePath).toBeUndefined();
    await api.send(new DeleteHealthCheckCommand({ HealthCheckId: id }));
  });

  test("refuses checks that can never work", async () => {
    const calculated = (child: string): HealthCheckConfig => ({
      Type: "CALCULATED",
      HealthThreshold: 1,
      ChildHealthChecks: [child],
    });
    await expect(createCheck(calculated(outputs.all!))).rejects.toThrow(
      "is a calculated health check itself",
    );
    await expect(createCheck(calculated("nothing"))).rejects.toThrow("does not exist");
    await expect(createCheck({ Type: "CLOUDWATCH_METRIC" })).rejects.toThrow("must have an alarm name");
    const AlarmIdentifier = { Name: "a", Region: WEST } as const;
    await expect(createCheck({ Type: "TCP", Port: 1, AlarmIdentifier })).rejects.toThrow(
      "must not have an metric region",
    );
  });

  test("refuses records that can never work, and then changes nothing", async () => {
    const change = (more: object) =>
      api.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: outputs.zone,
          ChangeBatch: {
            Changes: [
              {
                Action: "CREATE",
                ResourceRecordSet: {
                  Name: `new.${R}`,
                  Type: "TXT",
                  TTL: 5,
                  ResourceRecords: [{ Value: '"x"' }],
                  ...more,
                },
              },
            ],
          },
        }),
      );
    const alias = {
      AliasTarget: { HostedZoneId: outputs.zone, DNSName: `missing.${R}`, EvaluateTargetHealth: true },
    };
    await expect(change({ ...alias, TTL: undefined, ResourceRecords: undefined })).rejects.toThrow(
      "but that target was not found",
    );
    const failover = { SetIdentifier: "a", Failover: "PRIMARY" };
    await expect(change({ ...failover, HealthCheckId: "nothing" })).rejects.toMatchObject({
      name: "NoSuchHealthCheck",
    });
    await expect(change({ Name: `static.${R}`, ...failover })).rejects.toThrow("different routing policies");
    await route53.refresh();
    expect(() => route53.text(`new.${R}`)).toThrow("NXDOMAIN");
    expect(route53.text(`static.${R}`)).toBe("static");
  });
});

let references = 0;

async function createCheck(HealthCheckConfig: HealthCheckConfig): Promise<string> {
  references += 1;
  const { HealthCheck } = await api.send(
    new CreateHealthCheckCommand({ CallerReference: `test-${references}`, HealthCheckConfig }),
  );
  return HealthCheck?.Id ?? "";
}

/** Answers 200 on its path, whatever MiniStack has there. */
const HEALTH = `
export async function handler(event) {
  return { statusCode: event.rawPath === "/health" ? 200 : 404, body: "healthy" };
}
`;
const CONTROL = `arn:aws:route53-recovery-control::${ACCOUNT}:controlpanel/abc/routingcontrol/def`;

const reference = (address: string): string => `\${${address}}`;

function configuration(zip: string, threshold: number): object {
  return {
    terraform: {
      backend: { local: {} },
      required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } },
    },
    provider: {
      aws: [
        { region: EAST, allowed_account_ids: [ACCOUNT] },
        { alias: "west", region: WEST, allowed_account_ids: [ACCOUNT] },
      ],
    },
    resource: {
      aws_lambda_function: {
        health: {
          function_name: "health",
          role: `arn:aws:iam::${ACCOUNT}:role/health`,
          handler: "index.handler",
          runtime: "nodejs22.x",
          filename: zip,
        },
      },
      aws_lambda_function_url: {
        health: {
          function_name: reference("aws_lambda_function.health.function_name"),
          authorization_type: "NONE",
        },
      },
      aws_cloudwatch_metric_alarm: { owned: ownedAlarm(threshold) },
      aws_route53_zone: { zone: { name: "example.com", tags: { group: "orders" } } },
      aws_route53_health_check: healthChecks(),
      aws_route53_record: records(),
    },
    output: Object.fromEntries([
      ...Object.keys(healthChecks()).map((name) => [
        name,
        { value: reference(`aws_route53_health_check.${name}.id`) },
      ]),
      ["zone", { value: reference("aws_route53_zone.zone.zone_id") }],
    ]),
  };
}

function ownedAlarm(threshold: number): object {
  return {
    provider: "aws.west",
    alarm_name: "owned",
    namespace: NAMESPACE,
    metric_name: "Owned",
    dimensions: { FailoverGroup: "orders" },
    statistic: "Maximum",
    comparison_operator: "GreaterThanOrEqualToThreshold",
    threshold,
    period: 60,
    evaluation_periods: 1,
    datapoints_to_alarm: 1,
  };
}

function healthChecks(): Record<string, object> {
  const onAlarm = {
    type: "CLOUDWATCH_METRIC",
    cloudwatch_alarm_name: reference("aws_cloudwatch_metric_alarm.owned.alarm_name"),
    cloudwatch_alarm_region: WEST,
    triggers: { threshold: reference("aws_cloudwatch_metric_alarm.owned.threshold") },
  };
  const endpoint = {
    fqdn: reference('replace(replace(aws_lambda_function_url.health.function_url, "https://", ""), "/", "")'),
    port: 443,
    resource_path: "/health",
    request_interval: 10,
    failure_threshold: 3,
  };
  const child = (name: string) => reference(`aws_route53_health_check.${name}.id`);
  return {
    endpoint: {
      ...endpoint,
      type: "HTTPS",
      regions: ["us-east-1", "us-west-1", "us-west-2"],
      tags: { group: "orders", word: "endpointHealth", home: EAST },
    },
    body: { ...endpoint, type: "HTTPS_STR_MATCH", search_string: "healthy", measure_latency: true },
    disabled: { ...endpoint, type: "TCP", resource_path: null, disabled: true, invert_healthcheck: true },
    metric: { ...onAlarm, insufficient_data_health_status: "LastKnownStatus" },
    owned: { ...onAlarm, insufficient_data_health_status: "LastKnownStatus", invert_healthcheck: true },
    strict: { ...onAlarm, insufficient_data_health_status: "Unhealthy" },
    control: { type: "RECOVERY_CONTROL", routing_control_arn: CONTROL },
    all: {
      type: "CALCULATED",
      child_health_threshold: 2,
      child_healthchecks: [child("endpoint"), child("metric")],
    },
  };
}

function records(): Record<string, object> {
  const zone_id = reference("aws_route53_zone.zone.zone_id");
  const check = (name: string) => ({ health_check_id: reference(`aws_route53_health_check.${name}.id`) });
  const txt = (name: string, text: string, more: object = {}) => ({
    zone_id,
    name: `${name}.${R}`,
    type: "TXT",
    ttl: 10,
    records: [text],
    ...more,
  });
  const failover = (type: string) => ({ failover_routing_policy: { type }, set_identifier: type });
  const alias = (name: string, target: string, more: object) => ({
    zone_id,
    name: `${name}.${R}`,
    type: "TXT",
    alias: { zone_id, name: reference(`aws_route53_record.${target}.fqdn`), evaluate_target_health: true },
    ...more,
  });
  const latency = (region: string) => ({ latency_routing_policy: { region }, set_identifier: region });
  return {
    static: txt("static", "static"),
    healthy: txt("health", "healthy", { ...failover("PRIMARY"), ...check("endpoint") }),
    unhealthy: txt("health", "unhealthy", failover("SECONDARY")),
    east: txt(EAST, EAST, { ...failover("PRIMARY"), ...check("endpoint") }),
    west: txt(WEST, WEST, { ...failover("PRIMARY"), ...check("metric") }),
    nearest_east: alias("nearest", "east", latency(EAST)),
    nearest_west: alias("nearest", "west", latency(WEST)),
    america: txt("place", "america", {
      geolocation_routing_policy: { continent: "NA" },
      set_identifier: "america",
    }),
    anywhere: txt("place", "anywhere", {
      geolocation_routing_policy: { country: "*" },
      set_identifier: "anywhere",
    }),
  };
}
