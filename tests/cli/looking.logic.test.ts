/** What the commands say when a region, or all of them, cannot be looked at: by the real SDK, against real sockets. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ORDER_SECONDS, STATUS_SECONDS } from "../../cli/limits";
import { LEASE_KINDS } from "../../ownership/lease/table";
import { HOME_ACCOUNT } from "../fixtures";
import { AwsServer, type Manner, REGIONS } from "./aws-server";
import { BlackHole } from "./black-hole";
import { Machine } from "./machine";
import { claimOf, seed } from "./ownership-table";

const [HOME, PEER, THIRD] = REGIONS;
const DENIED = { status: 400, code: "AccessDeniedException" };
const EXPIRED = { status: 400, code: "ExpiredTokenException" };
const NOT_VALID = { status: 400, code: "UnrecognizedClientException" };
const TWO = { [HOME]: { account: HOME_ACCOUNT }, [PEER]: { account: HOME_ACCOUNT } };
const BROKEN = { status: 500, code: "InternalServerError" };

// Commands in processes of their own take seconds to begin on a machine that is busy.
jest.setTimeout(60_000);

let machine: Machine;
let servers: Readonly<Record<string, AwsServer>>;
let hole: BlackHole | undefined;

beforeEach(async () => {
  machine = new Machine();
  servers = Object.fromEntries(
    await Promise.all(REGIONS.map(async (region) => [region, await AwsServer.start(region)] as const)),
  );
  for (const region of REGIONS) machine.endpoints.set(region, servers[region]!.endpoint);
});
afterEach(async () => {
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  await hole?.close();
  hole = undefined;
  machine.remove();
});

function all(manner: Manner): void {
  for (const server of Object.values(servers)) server.dynamodb = manner;
}

const evacuate = (...more: readonly string[]) =>
  machine.run("evacuate", HOME, "--to", PEER, "--no-wait", ...more);

function nothingWritten(): void {
  for (const server of Object.values(servers)) expect(server.calls).not.toContain("PutItem");
}

describe("status", () => {
  test("of regions that all answer ends with 0 and says nothing beside the table", async () => {
    const { code, said, output } = await machine.run("status");
    expect({ code, said }).toEqual({ code: 0, said: "" });
    expect(output).toMatch(/^us-east-1 +us-east-1 +1 +eu-west-1, us-east-1, us-west-2 \(list 1\)$/m);
    expect(output).toMatch(/^us-east-1 +answers +fit for \d+ min +us-east-1 \(for 2\d s\)$/m);
  });

  test.each<[string, Manner, string, string]>([
    ["expired credentials", EXPIRED, "expired credentials (ExpiredTokenException)", "sign in again"],
    ["an access that is denied", DENIED, "access denied (AccessDeniedException)", "attach operator_policy"],
    [
      "credentials that no account knows",
      NOT_VALID,
      "credentials not accepted (UnrecognizedClientException)",
      "check the keys",
    ],
    ["a service that fails", BROKEN, "failed (InternalServerError)", "Nothing is known of any region."],
  ])("with %s everywhere names it per region, and no owner", async (_, manner, words, advice) => {
    all(manner);
    const { code, output, said } = await machine.run("status");
    expect(code).toBe(1);
    for (const region of REGIONS) {
      const row = output.split("\n").find((line) => line.startsWith(region) && line.includes(words));
      expect(row).toMatch(/ unknown$/);
      expect(said).toContain(`${region} could not be looked at: ${words}`);
    }
    expect(output).toMatch(/^us-east-1 +unknown +unknown$/m);
    expect(said).toContain(advice);
  });

  test("is as honest as JSON", async () => {
    all(EXPIRED);
    const { code, output } = await machine.run("status", "--json");
    expect(code).toBe(1);
    const { homes, regions } = JSON.parse(output);
    expect(homes[0]).toMatchObject({ home: HOME, owner: null, isKnown: false, epoch: null });
    expect(regions[PEER]).toEqual({
      reached: false,
      error: {
        kind: "expired-credentials",
        name: "ExpiredTokenException",
        message: expect.stringContaining("ExpiredTokenException"),
        answered: true,
      },
    });
  });

  test("of one region that denies shows what the others know, and ends with 1", async () => {
    for (const region of [PEER, THIRD]) {
      const taken = claimOf(PEER, [...REGIONS].sort(), { epoch: { number: 2, region: PEER, run: "r" } });
      servers[region]!.table.setClaim(HOME, taken);
    }
    servers[HOME]!.dynamodb = DENIED;
    const { code, output, said } = await machine.run("status");
    expect(code).toBe(1);
    expect(output).toMatch(/^us-east-1 +us-west-2 +2 /m);
    expect(output).toMatch(/^us-east-1 +access denied \(AccessDeniedException\) +fit for \d+ min /m);
    expect(said).toContain(`${HOME} could not be looked at: access denied`);
  });

  test("takes a claim at one table for no ownership", async () => {
    const voters = [...REGIONS].sort();
    const missed = claimOf(PEER, voters, { epoch: { number: 2, region: PEER, run: "r" } });
    servers[HOME]!.table.setClaim(HOME, missed);
    expect((await machine.run("status")).output).toMatch(/^us-east-1 +us-east-1 +1 /m);
    servers[PEER]!.table.setClaim(HOME, { ...missed, state: "closing", next: THIRD });
    const { output } = await machine.run("status");
    expect(output).toMatch(/^us-east-1 +nobody /m);
  });

  test("of one region that is left tells no owner: the others may have another", async () => {
    for (const region of [PEER, THIRD]) servers[region]!.dynamodb = DENIED;
    const { code, output } = await machine.run("status");
    expect(code).toBe(1);
    expect(output).toMatch(/^us-east-1 +unknown +eu-west-1, us-east-1, us-west-2 \(list 1\)$/m);
  });

  test("of a table that holds what no version writes names it", async () => {
    servers[HOME]!.table.set("lease", HOME, { v: { N: "1" }, id: { S: "x" } });
    const { code, output, said } = await machine.run("status");
    expect(code).toBe(1);
    expect(output).toMatch(/^us-east-1 +failed \(UnreadableItem\)/m);
    expect(said).toContain(`${HOME} could not be looked at: failed (UnreadableItem): claim: `);
  });

  test("without credentials is one sentence that says what to do, and no table", async () => {
    machine.withoutCredentials();
    const { code, output, said } = await machine.run("status");
    expect({ code, output }).toEqual({ code: 1, output: "" });
    expect(said.split("\n")).toHaveLength(1);
    expect(said).toMatch(/^no AWS credentials were found, so no region was asked: set AWS_PROFILE/);
    for (const server of Object.values(servers)) expect(server.calls).toEqual([]);
  });

  test("without credentials has the reason per region as JSON", async () => {
    machine.withoutCredentials();
    const { code, output } = await machine.run("status", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(output)).toMatchObject({
      homes: [{ owner: null }, {}, {}],
      regions: { [HOME]: { reached: false, error: { kind: "no-credentials", answered: false } } },
    });
  });

  test("with a profile that does not exist names it", async () => {
    machine.withoutCredentials();
    machine.variables.AWS_PROFILE = "prodd";
    const { code, output, said } = await machine.run("status");
    expect({ code, output }).toEqual({ code: 1, output: "" });
    expect(said).toContain("no AWS credentials were found by the profile prodd (AWS_PROFILE)");
  });

  test("with a session of a profile that is over says so, and how to sign in", async () => {
    const home = path.dirname(machine.configuration);
    const start = "https://example.awsapps.com/start";
    const config = `[profile ops]\nsso_region = us-east-1\nsso_start_url = ${start}\nsso_account_id = ${HOME_ACCOUNT}\nsso_role_name = ops\n`;
    const cache = path.join(home, ".aws/sso/cache");
    mkdirSync(cache, { recursive: true });
    writeFileSync(path.join(home, "config"), config);
    const token = { accessToken: "x", expiresAt: "2020-01-01T00:00:00Z", region: HOME, startUrl: start };
    const name = createHash("sha1").update(start).digest("hex");
    writeFileSync(path.join(cache, `${name}.json`), JSON.stringify(token));
    machine.withoutCredentials();
    const { code, output, said } = await machine.runApart(["status"], {
      HOME: home,
      AWS_PROFILE: "ops",
      AWS_CONFIG_FILE: path.join(home, "config"),
    });
    expect(code).toBe(1);
    expect(output).toMatch(/^us-east-1 +expired credentials \(CredentialsProviderError\)/m);
    expect(said).toContain("run aws sso login");
  });

  test("without a network names what is missing per region", async () => {
    for (const region of REGIONS) machine.endpoints.set(region, `http://${region}.invalid`);
    machine.endpoints.set(THIRD, "http://127.0.0.1:1");
    const { code, output, said } = await machine.runApart(["status"]);
    expect(code).toBe(1);
    expect(output).toMatch(/^us-east-1 +no route \((ENOTFOUND|EAI_AGAIN)\)/m);
    expect(output).toMatch(/^eu-west-1 +no route \(ECONNREFUSED\)/m);
    expect(said).toContain("the region is gone, or the way from this machine to it");
  });
});

describe("a region that", () => {
  test("swallows connections, takes requests and says nothing, or never ends its answer costs seconds of status", async () => {
    hole = await BlackHole.open();
    const bad = await Promise.all([AwsServer.start(HOME), AwsServer.start(HOME)]);
    bad[0].dynamodb = "silence";
    bad[1].dynamodb = "trickle";
    const outcomes = await Promise.all(
      [hole.endpoint, ...bad.map(({ endpoint }) => endpoint)].map((endpoint) => {
        machine.endpoints.set(HOME, endpoint);
        return machine.runApart(["status"]);
      }),
    );
    for (const { code, output, milliseconds } of outcomes) {
      expect(code).toBe(1);
      expect(output).toMatch(/^us-east-1 +time-out \(TimeoutError\)/m);
      expect(output).toMatch(/^us-east-1 +us-east-1 +1 /m);
      expect(milliseconds).toBeLessThan(STATUS_SECONDS * 1_000);
    }
    await Promise.all(bad.map((server) => server.stop()));
  }, 90_000);

  test("says nothing at first is asked once more", async () => {
    const server = servers[HOME]!;
    const perLook = LEASE_KINDS.length;
    server.onCall = () => {
      server.dynamodb = server.calls.length <= perLook ? "silence" : "answers";
    };
    const { code, said } = await machine.run("status");
    expect({ code, said }).toEqual({ code: 0, said: "" });
    expect(server.calls.filter((operation) => operation === "Query")).toHaveLength(2 * perLook);
  });

  test("swallows connections costs seconds of an order, which a majority takes", async () => {
    hole = await BlackHole.open();
    machine.endpoints.set(HOME, hole.endpoint);
    const args = ["evacuate", HOME, "--to", PEER, "--no-wait"];
    const { code, said, milliseconds } = await machine.runApart(args);
    expect(code).toBe(0);
    expect(said).toContain(`${HOME} could not be looked at: time-out (TimeoutError)`);
    expect([PEER, THIRD].map((region) => servers[region]!.order(HOME))).toEqual([PEER, PEER]);
    expect(milliseconds).toBeLessThan(ORDER_SECONDS * 1_000);
  }, 90_000);

  test("has credentials that nobody brings costs seconds, and leaves no process", async () => {
    const file = path.join(path.dirname(machine.configuration), "config");
    writeFileSync(file, "[profile ops]\ncredential_process = sleep 25\n");
    machine.withoutCredentials();
    const variables = { AWS_PROFILE: "ops", AWS_CONFIG_FILE: file };
    const { code, output, milliseconds } = await machine.runApart(["status"], variables);
    expect(code).toBe(1);
    expect(output).toMatch(/^us-east-1 +time-out \(TimeoutError\)/m);
    expect(milliseconds).toBeLessThan(STATUS_SECONDS * 1_000);
  }, 60_000);
});

describe("--lost, where one table decides alone,", () => {
  let two: Machine;
  const lose = (...more: readonly string[]) => {
    two.endpoints.set(PEER, servers[PEER]!.endpoint);
    const args = ["evacuate", HOME, "--to", PEER, "--no-wait", "--lost", HOME, ...more];
    return two.runApart(args);
  };

  beforeEach(() => {
    two = new Machine({}, { regions: TWO, recovery: { takeover: "manual" } });
    two.endpoints.set(HOME, servers[HOME]!.endpoint);
    for (const region of [HOME, PEER]) {
      const { table } = servers[region]!;
      table.clear();
      for (const home of [HOME, PEER]) seed([table], { members: [home], voters: [home], now: Date.now() });
    }
  });
  afterEach(() => two.remove());

  test.each<[string, Manner]>([
    ["access denied", DENIED],
    ["expired credentials", EXPIRED],
    ["failed", BROKEN],
  ])("is refused of a region that answers: %s", async (words, manner) => {
    servers[HOME]!.dynamodb = manner;
    const { code, said } = await lose();
    expect(code).toBe(1);
    expect(said).toContain(`--lost ${HOME}: ${HOME} answers, so it is not lost: ${words}`);
    expect(said).toContain(`leave --lost out: ${HOME} gives ${HOME} up itself`);
    nothingWritten();
  });

  test("is refused of a region whose claims cannot be read: it answers", async () => {
    servers[HOME]!.table.set("lease", HOME, { v: { N: "1" } });
    const { code, said } = await lose();
    expect(code).toBe(1);
    expect(said).toContain(`--lost ${HOME}: ${HOME} answers, so it is not lost`);
    nothingWritten();
  });

  test("is refused with --force too", async () => {
    servers[HOME]!.dynamodb = DENIED;
    expect((await lose("--force")).code).toBe(1);
    nothingWritten();
  });

  test.each(["refuses connections", "has no address"])("is taken of a region that %s", async (how) => {
    two.endpoints.set(HOME, how === "has no address" ? "http://lost.invalid" : "http://127.0.0.1:1");
    const { code, said } = await lose();
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toContain(`${HOME} could not be looked at: no route`);
    expect(servers[PEER]!.order(HOME)).toBe(PEER);
  });
});

test("an order without credentials is one sentence, on stdout too where JSON is asked for", async () => {
  machine.withoutCredentials();
  const { code, said, output } = await evacuate("--json");
  expect(code).toBe(1);
  expect(said).toMatch(/^no AWS credentials were found, so no region was asked: .*; nothing was changed$/);
  expect(JSON.parse(output).error.message).toBe(said);
});

test("credentials that expire while the hand-over is followed end it at once, and nothing is claimed", async () => {
  let hasOrdered = false;
  servers[PEER]!.onCall = (operation) => {
    if (operation === "PutItem") hasOrdered = true;
    else if (hasOrdered) all(EXPIRED);
  };
  const { code, said } = await machine.run("evacuate", HOME, "--to", PEER, "--timeout", "60");
  expect(code).toBe(1);
  expect(said).toContain("how the order stands is not known: expired credentials");
  expect(said).not.toContain("does not process");
});
