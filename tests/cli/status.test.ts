import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  GetHealthCheckLastFailureReasonCommand,
  GetHealthCheckStatusCommand,
  type HealthCheckObservation,
  type HealthCheckType,
  InvalidInput,
  ListHealthChecksCommand,
  ListTagsForResourcesCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { mockClient } from "aws-sdk-client-mock";
import { program } from "../../cli/program";
import { type Configuration, settingsOf } from "../../config/configuration";
import { checksOf, type HealthCheck } from "../../config/dns/checks";
import { plain } from "../../core/expression";
import { homeRecord } from "../../core/names";
import { healthCheckTagsOf } from "../../modules/tags";
import { DnsServer } from "../client/dns-server";
import { configuration, configurationInput, HOME_ACCOUNT } from "../fixtures";
import { REGIONS } from "./aws-server";
import { VirtualGroup } from "./virtual-group";

const [HOME, PEER, THIRD] = REGIONS;
const RECORD = "orders.example.com";
const CONTROL = "arn:aws:route53-recovery-control::111122223333:controlpanel/a1/routingcontrol/b2";

const accounts = Object.fromEntries(REGIONS.map((region) => [region, { account: HOME_ACCOUNT }]));
const DNS = {
  regions: accounts,
  recovery: {},
  dns: { zone_id: "Z0123456789ABC", record: RECORD, routing_controls: { [HOME]: CONTROL } },
};

let folder: string;
let server: DnsServer;
let group: VirtualGroup;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "sqs-multi-region-status-"));
  writeFileSync(path.join(folder, "dns.json"), JSON.stringify(configurationInput(DNS)));
  const plain = configurationInput({ regions: accounts, recovery: {} });
  writeFileSync(path.join(folder, "plain.json"), JSON.stringify(plain));
  server = await DnsServer.start();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  group = new VirtualGroup({ regions: REGIONS });
  await group.pass(1_000);
  server.answers.clear();
  server.answers.set(RECORD, [HOME]);
  for (const region of REGIONS) server.answers.set(homeRecord(RECORD, region), [region]);
});
afterEach(async () => {
  process.exitCode = undefined;
  await group.close();
});

/** Runs `status` with arguments. Returns what it wrote. */
async function status(file: "dns" | "plain", ...args: readonly string[]): Promise<string> {
  group.output.length = 0;
  const command = program(group.environment);
  for (const each of [command, ...command.commands]) {
    each.exitOverride().configureOutput({ writeErr: () => {} });
  }
  const config = ["--config", path.join(folder, `${file}.json`)];
  await command.parseAsync(["status", ...args, ...config], { from: "user" });
  return group.output.join("");
}

const asked = (...more: readonly string[]) => status("dns", "--resolver", server.address, ...more);

describe("records", () => {
  test("of each home are shown beside the discovery record", async () => {
    server.answers.set(homeRecord(RECORD, HOME), [PEER]);
    const table = await asked();
    expect(table).toMatch(/^home +producers go to$/m);
    expect(table).toMatch(/^us-east-1 +us-west-2$/m);
    expect(table).toMatch(/^us-west-2 +us-west-2$/m);
    expect(table).toMatch(/^orders\.example\.com: us-east-1$/m);
  });

  test("are the same as JSON", async () => {
    const { homes, discovery } = JSON.parse(await asked("--json"));
    expect(discovery).toEqual({ answer: HOME });
    expect(homes[1].producers).toEqual({ answer: PEER });
  });

  test("that have no answer are said to have none, and the rest is shown", async () => {
    server.answers.set(homeRecord(RECORD, HOME), "none");
    server.answers.set(RECORD, "none");
    const table = await asked();
    expect(table).toMatch(/^us-east-1 +no answer \(ENOTFOUND\)$/m);
    expect(table).toMatch(/^us-west-2 +us-west-2$/m);
    expect(table).toContain(`${RECORD}: no answer (ENOTFOUND)`);
    expect(process.exitCode).toBeUndefined();
  });

  test("of a server that is silent are waited for once, and as JSON they are errors", async () => {
    for (const name of server.answers.keys()) server.answers.set(name, "silence");
    const { homes, discovery } = JSON.parse(await asked("--json"));
    expect(discovery).toEqual({ error: "ETIMEOUT" });
    expect(homes[2].producers).toEqual({ error: "ETIMEOUT" });
  });

  test("are neither asked for nor shown without dns", async () => {
    server.questions.length = 0;
    expect(Object.keys(JSON.parse(await status("plain", "--json")))).toEqual(["homes", "regions"]);
    expect(await status("plain")).not.toContain("producers");
    expect(server.questions).toEqual([]);
  });

  test.each(["mars", "10.0.0.2:0", "10.0.0.2:port"])("are not asked of %s", async (address) => {
    await expect(status("dns", "--resolver", address)).rejects.toThrow("is not an IP address");
  });
});

describe("health checks", () => {
  const route53 = mockClient(Route53Client);
  const deployed = configuration(DNS);
  const ids = new Map<string, HealthCheck>();
  const idOf = (word: HealthCheck["word"], home: string) =>
    [...ids].find(([, check]) => check.word === word && check.home === home)![0];

  /** The checks of the account: the group's, and before them the same of groups with other prefixes. */
  const tagsOf = (of: Configuration, check: HealthCheck) =>
    plain(healthCheckTagsOf(settingsOf(of), check), "tags");

  beforeEach(() => {
    route53.reset();
    ids.clear();
    const all = checksOf(settingsOf(deployed));
    all.forEach((check, index) => {
      ids.set(`mine-${index}`, check);
    });
    const tags: Record<string, Readonly<Record<string, string>>> = {};
    all.forEach((check, index) => {
      for (const prefix of ["test-", "more-"]) {
        const other = configuration({ ...DNS, naming: { prefix } });
        tags[`${prefix}${index}`] = tagsOf(other, check);
      }
      tags[`mine-${index}`] = { ...tagsOf(deployed, check), team: "of another time" };
    });
    const listed = Object.keys(tags).sort().reverse();
    route53.on(ListHealthChecksCommand).callsFake(({ Marker }) => {
      const from = Marker === undefined ? 0 : listed.indexOf(Marker);
      const page = listed.slice(from, from + 4);
      const next = listed[from + 4];
      return {
        HealthChecks: page.map((Id) => ({ Id, HealthCheckConfig: { Type: typeOf(Id) } })),
        IsTruncated: next !== undefined,
        NextMarker: next,
      };
    });
    route53.on(ListTagsForResourcesCommand).callsFake(({ ResourceIds }: { ResourceIds: string[] }) => {
      if (ResourceIds.length > 10) throw new Error("too many");
      return {
        ResourceTagSets: ResourceIds.map((ResourceId) => ({
          ResourceId,
          Tags: Object.entries(tags[ResourceId]!).map(([Key, Value]) => ({ Key, Value })),
        })),
      };
    });
    for (const command of [GetHealthCheckStatusCommand, GetHealthCheckLastFailureReasonCommand]) {
      route53.on(command as typeof GetHealthCheckStatusCommand).callsFake(({ HealthCheckId }) => {
        if (typeOf(HealthCheckId) === "HTTPS") return { HealthCheckObservations: [saying("Success: 200")] };
        throw new InvalidInput({ message: "not of this type", $metadata: {} });
      });
    }
  });

  function typeOf(id: string): HealthCheckType {
    const { kind } = checksOf(settingsOf(deployed))[Number(id.split("-")[1])]!.probe;
    if (kind === "calculated") return "CALCULATED";
    return kind === "endpoint" ? "HTTPS" : "RECOVERY_CONTROL";
  }

  function saying(Status: string, minute = 0): HealthCheckObservation {
    return { StatusReport: { Status, CheckedTime: new Date(minute * 60_000) } };
  }

  test("are found by their tags among those of the account, page by page", async () => {
    const { checks } = JSON.parse(await asked("--checks", "--json"));
    expect(checks).toHaveLength(5);
    expect(checks.map(({ id }: { id: string }) => id)).toEqual([...ids.keys()]);
    expect(checks[0]).toEqual({
      check: "endpoint-health",
      home: HOME,
      id: "mine-0",
      type: "HTTPS",
      checkers: { succeed: 1, of: 1 },
    });
  });

  test("tell how many checkers succeed, and the last failure", async () => {
    const HealthCheckId = idOf("endpointHealth", HOME);
    route53.on(GetHealthCheckStatusCommand, { HealthCheckId }).resolves({
      HealthCheckObservations: [saying("Success: 200"), saying("Failure: 503"), saying("Success: 200")],
    });
    route53.on(GetHealthCheckLastFailureReasonCommand, { HealthCheckId }).resolves({
      HealthCheckObservations: [
        saying("Failure: old", 1),
        saying("Failure: HTTP Status Code 503", 3),
        saying("Success: 200", 5),
      ],
    });
    expect(await asked("--checks")).toMatch(
      /^endpoint-health +us-east-1 +HTTPS +2 of 3 +1970-01-01T00:03:00\.000Z Failure: HTTP Status Code 503$/m,
    );
    expect(JSON.parse(await asked("--checks", "--json")).checks[0]).toMatchObject({
      checkers: { succeed: 2, of: 3 },
      lastFailure: { reason: "Failure: HTTP Status Code 503", at: "1970-01-01T00:03:00.000Z" },
    });
  });

  test("that are CALCULATED are not asked for, since Route 53 does not tell", async () => {
    expect(await asked("--checks")).toMatch(/^health +us-east-1 +CALCULATED$/m);
    const told = route53.commandCalls(GetHealthCheckStatusCommand).map(({ args: [{ input }] }) => input);
    expect(told).toHaveLength(4);
    expect(told.filter(({ HealthCheckId }) => typeOf(HealthCheckId!) === "CALCULATED")).toEqual([]);
  });

  test("that do not answer, or are not there, leave the others as they are", async () => {
    const HealthCheckId = idOf("endpointHealth", PEER);
    const throttled = Object.assign(new Error("no"), { name: "Throttling" });
    route53.on(GetHealthCheckStatusCommand, { HealthCheckId }).rejects(throttled);
    route53.on(ListTagsForResourcesCommand).callsFake(({ ResourceIds }: { ResourceIds: string[] }) => ({
      ResourceTagSets: ResourceIds.filter((id) => id === HealthCheckId).map((ResourceId) => ({
        ResourceId,
        Tags: Object.entries(tagsOf(deployed, ids.get(ResourceId)!)).map(([Key, Value]) => ({
          Key,
          Value,
        })),
      })),
    }));
    const table = await asked("--checks");
    expect(table).toMatch(/^endpoint-health +us-west-2 +HTTPS +no answer \(Throttling\)$/m);
    expect(table).toMatch(/^endpoint-health +eu-west-1 +not there$/m);
    expect(process.exitCode).toBeUndefined();
  });

  test("that cannot be listed do not hide the rest, but the command says so", async () => {
    const denied = Object.assign(new Error("no"), { name: "AccessDenied" });
    route53.on(ListHealthChecksCommand).rejects(denied);
    const said = JSON.parse(await asked("--checks", "--json"));
    expect(said).toMatchObject({ checksError: "AccessDenied", discovery: { answer: HOME } });
    expect(said.homes).toHaveLength(3);
    expect(group.said.join("\n")).toContain("did not list the health checks (AccessDenied)");
    expect(process.exitCode).toBe(1);
  });

  test("are not asked for unless they are wanted, by no command that moves a home", async () => {
    await asked();
    const command = program(group.environment);
    const config = ["--config", path.join(folder, "dns.json")];
    await command.parseAsync(["evacuate", HOME, "--to", THIRD, "--no-wait", ...config], { from: "user" });
    expect(route53.calls()).toHaveLength(0);
  });

  test.each([["--checks"], ["--resolver", "127.0.0.1"]])("nor %s without dns", async (...args) => {
    await expect(status("plain", ...args)).rejects.toThrow(
      `${args[0]}: shop has neither records nor health checks without dns`,
    );
  });
});
