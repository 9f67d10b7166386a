/** What the commands say when a region, or all of them, cannot be looked at: by the real SDK, against real sockets. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ORDER_SECONDS, STATUS_SECONDS } from "../../cli/limits";
import { initialRoles, ordered } from "../../ownership/roles";
import { HOME_ACCOUNT } from "../fixtures";
import { AwsServer, type Manner } from "./aws-server";
import { BlackHole } from "./black-hole";
import { Machine } from "./machine";
import { REGIONS } from "./regions";

const [HOME, PEER, THIRD] = REGIONS;
const DENIED = { status: 400, code: "AccessDeniedException" };
const EXPIRED = { status: 400, code: "ExpiredTokenException" };
const NOT_VALID = { status: 400, code: "UnrecognizedClientException" };
const BROKEN = { status: 500, code: "InternalServerError" };

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
  for (const server of Object.values(servers)) server.ssm = manner;
}

const evacuate = (...more: readonly string[]) =>
  machine.run("evacuate", HOME, "--to", PEER, "--no-wait", ...more);

function nothingWritten(): void {
  for (const server of Object.values(servers)) {
    expect(server.epoch(HOME)).toBe(0);
    expect(server.calls).not.toContain("PutParameter");
    expect(server.calls).not.toContain("Invoke");
  }
}

describe("status", () => {
  test("of regions that all answer ends with 0 and says nothing beside the table", async () => {
    const { code, said, output } = await machine.run("status");
    expect({ code, said }).toEqual({ code: 0, said: "" });
    expect(output).toMatch(/us-east-1 +us-east-1 +0 +us-east-1 +owner/);
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
      expect(output).toContain(`${region}  ${words}`);
      expect(said).toContain(`${region} could not be looked at: ${words}`);
    }
    expect(output).toMatch(/^us-east-1 +unknown +us-east-1/m);
    expect(output).not.toMatch(/ 0 /);
    expect(said).toContain(advice);
  });

  test("is as honest as JSON", async () => {
    all(EXPIRED);
    const { code, output } = await machine.run("status", "--json");
    expect(code).toBe(1);
    const { homes } = JSON.parse(output);
    expect(homes[0]).toMatchObject({ home: HOME, owner: null, epoch: null });
    expect(homes[0].regions[PEER]).toEqual({
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
      servers[region]!.setRoles(ordered(initialRoles(REGIONS), { home: HOME, owner: PEER, at: 5 }));
    }
    servers[HOME]!.ssm = DENIED;
    const { code, output, said } = await machine.run("status");
    expect(code).toBe(1);
    expect(output).toMatch(/us-east-1 +us-west-2 +1 +us-east-1 +access denied/);
    expect(said).toContain(`A later order that only ${HOME} knows is not in what is shown.`);
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
    expect(JSON.parse(output).homes[0]).toMatchObject({
      owner: null,
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
    expect(output).toMatch(/us-east-1 +unknown +us-east-1 +expired credentials \(CredentialsProviderError\)/);
    expect(said).toContain("run aws sso login");
  });

  test("without a network names what is missing per region", async () => {
    for (const region of REGIONS) machine.endpoints.set(region, `http://${region}.invalid`);
    machine.endpoints.set(THIRD, "http://127.0.0.1:1");
    const { code, output, said } = await machine.runApart(["status"]);
    expect(code).toBe(1);
    expect(output).toMatch(/unknown +us-east-1 +no route \((ENOTFOUND|EAI_AGAIN)\)/);
    expect(output).toMatch(/eu-west-1 +no route \(ECONNREFUSED\)/);
    expect(said).toContain("the region is gone, or the way from this machine to it");
  });
});

describe("a region that", () => {
  test.each(["status", "evacuate"])(
    "swallows connections, takes requests and says nothing, or never ends its answer costs seconds of %s",
    async (command) => {
      hole = await BlackHole.open();
      servers[HOME]!.ssm = "silence";
      servers[THIRD]!.ssm = "trickle";
      const args = command === "status" ? [command] : [command, HOME, "--to", PEER, "--no-wait"];
      const limit = command === "status" ? STATUS_SECONDS : ORDER_SECONDS;
      const places = [hole.endpoint, servers[HOME]!.endpoint, servers[THIRD]!.endpoint];
      const outcomes = await Promise.all(
        places.map((endpoint) => {
          machine.endpoints.set(HOME, endpoint).set(THIRD, endpoint);
          return machine.runApart(args);
        }),
      );
      for (const { code, output, said, milliseconds } of outcomes) {
        expect(code).toBe(command === "status" ? 1 : 0);
        if (command === "status") expect(output).toMatch(/us-east-1 +time-out \(TimeoutError\)/);
        else expect(said).toContain(`not written in ${HOME}: time-out (TimeoutError)`);
        expect(milliseconds).toBeLessThan(limit * 1_000);
      }
    },
    90_000,
  );

  test("has credentials that nobody brings costs seconds, and leaves no process", async () => {
    const file = path.join(path.dirname(machine.configuration), "config");
    writeFileSync(file, "[profile ops]\ncredential_process = sleep 25\n");
    machine.withoutCredentials();
    const variables = { AWS_PROFILE: "ops", AWS_CONFIG_FILE: file };
    const { code, output, milliseconds } = await machine.runApart(["status"], variables);
    expect(code).toBe(1);
    expect(output).toMatch(/unknown +us-east-1 +time-out \(TimeoutError\)/);
    expect(milliseconds).toBeLessThan(STATUS_SECONDS * 1_000);
  }, 60_000);

  test.each(["silence", "swallow"])(
    "has a Lambda that does not answer (%s) holds no order up",
    async (how) => {
      if (how === "silence") servers[HOME]!.lambda = "silence";
      else {
        // SSM works, and Lambda is behind the hole: an outage of some services.
        hole = await BlackHole.open();
        machine.lambdaEndpoints.set(HOME, hole.endpoint);
      }
      const { code, said, milliseconds } = await evacuate();
      expect(code).toBe(0);
      expect(said).toContain(`written in ${REGIONS.join(", ")}`);
      expect(milliseconds).toBeLessThan(ORDER_SECONDS * 1_000);
    },
    90_000,
  );
});

describe("--lost", () => {
  test.each<[string, Manner]>([
    ["access denied", DENIED],
    ["expired credentials", EXPIRED],
    ["failed", BROKEN],
  ])("is refused of a region that answers: %s", async (words, manner) => {
    servers[HOME]!.ssm = manner;
    const { code, said } = await evacuate("--lost", HOME);
    expect(code).toBe(1);
    expect(said).toContain(`--lost ${HOME}: ${HOME} answers, so it is not lost: ${words}`);
    expect(said).toContain("leave --lost out, so that us-east-1 is waited for");
    expect(said).toContain("or add --force");
    nothingWritten();
  });

  test("is refused of a region whose parameters cannot be read as ours: it answers", async () => {
    servers[HOME]!.parameters.set("/sqs-multi-region/shop/roles", "{}");
    const { code, said } = await evacuate("--lost", HOME);
    expect(code).toBe(1);
    expect(said).toContain(`--lost ${HOME}`);
    expect(servers[PEER]!.epoch(HOME)).toBe(0);
  });

  test("is taken with --force", async () => {
    servers[HOME]!.ssm = DENIED;
    const { code, said } = await evacuate("--lost", HOME, "--force");
    expect(code).toBe(0);
    expect(said).toContain(`not written in ${HOME}: access denied`);
    expect(said).not.toContain("when it comes back");
  });

  test.each(["refuses connections", "has no address"])("is taken of a region that %s", async (how) => {
    machine.endpoints.set(HOME, how === "has no address" ? "http://lost.invalid" : "http://127.0.0.1:1");
    const args = ["evacuate", HOME, "--to", PEER, "--no-wait", "--lost", HOME];
    const { code, said } = await machine.runApart(args);
    expect(code).toBe(0);
    expect(said).toContain(`not written in ${HOME}: no route`);
    expect(servers[PEER]!.epoch(HOME)).toBe(1);
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
  let looks = 0;
  servers[PEER]!.onCall = (operation) => {
    if (operation !== "GetParameters") return;
    looks += 1;
    if (looks === 3) all(EXPIRED);
  };
  const { code, said } = await machine.run("evacuate", HOME, "--to", PEER, "--timeout", "60");
  expect(code).toBe(1);
  expect(said).toContain(`whether ${PEER} has begun is not known: expired credentials`);
  expect(said).not.toContain("has not begun");
});
