/** Into whose account an order is written: by the real SDK, against servers on this machine. */
import https from "node:https";
import { callerIn } from "../../cli/account";
import { awsClients } from "../../cli/clients";
import { ORDER_SECONDS } from "../../cli/limits";
import { HOME_ACCOUNT } from "../fixtures";
import { AwsServer, REGIONS } from "./aws-server";
import { Machine } from "./machine";

const [HOME, PEER, THIRD] = REGIONS;
const STRANGER = "999988887777";
const DOWN = { status: 503, code: "ServiceUnavailable" };

let machine: Machine;
let servers: Readonly<Record<string, AwsServer>>;
const all = () => Object.values(servers);

beforeEach(async () => {
  machine = new Machine();
  servers = Object.fromEntries(
    await Promise.all(REGIONS.map(async (region) => [region, await AwsServer.start(region)] as const)),
  );
  for (const region of REGIONS) machine.endpoints.set(region, servers[region]!.endpoint);
});
afterEach(async () => {
  await Promise.all(all().map((server) => server.stop()));
  machine.remove();
});

const evacuate = (...more: readonly string[]) =>
  machine.run("evacuate", HOME, "--to", PEER, "--no-wait", ...more);
const ordered = () =>
  all()
    .filter((server) => server.order(HOME) === PEER)
    .map(({ region }) => region);

function of(account: string): void {
  for (const server of all()) server.account = account;
}

function undeploy(...regions: readonly string[]): void {
  for (const region of regions) servers[region]!.table.exists = false;
}

describe("credentials of another account are refused, with both accounts, and nothing is written:", () => {
  afterEach(() => expect(all().flatMap(({ calls }) => calls)).not.toContain("PutItem"));

  test("a group of the same name is deployed there", async () => {
    of(STRANGER);
    const { code, said } = await evacuate();
    expect(code).toBe(1);
    expect(said).toContain(
      `credentials of account ${STRANGER}: the configuration has us-east-1 of shop in another`,
    );
    expect(said).toContain(`allowed: ${HOME_ACCOUNT}`);
    expect(said).toContain(`fix: use credentials of ${HOME_ACCOUNT}`);
  });

  test("nothing is deployed there", async () => {
    of(STRANGER);
    undeploy(...REGIONS);
    const { code, said } = await evacuate();
    expect(code).toBe(1);
    expect(said).toContain(`credentials of account ${STRANGER}`);
  });

  test("they may not read there: AWS says whom it refuses, and STS is not asked", async () => {
    of(STRANGER);
    for (const server of all()) server.dynamodb = { status: 400, code: "AccessDeniedException" };
    const { code, said } = await evacuate();
    expect(code).toBe(1);
    expect(said).toContain(`credentials of account ${STRANGER}`);
    expect(all().flatMap(({ calls }) => calls)).not.toContain("GetCallerIdentity");
  });

  test("whether or not the account is to be checked", async () => {
    of(STRANGER);
    expect((await evacuate("--unchecked-account", "--force")).code).toBe(1);
  });

  test("voters are neither changed nor filled there", async () => {
    of(STRANGER);
    for (const args of [
      ["set", HOME, PEER, THIRD],
      ["restore", THIRD],
    ]) {
      const { code, said } = await machine.run("voters", ...args);
      expect(code).toBe(1);
      expect(said).toContain(`credentials of account ${STRANGER}`);
    }
  });

  test("status shows no table of another account's group", async () => {
    of(STRANGER);
    const { code, output, said } = await machine.run("status");
    expect({ code, output }).toEqual({ code: 1, output: "" });
    expect(said).toContain(`credentials of account ${STRANGER}`);
  });

  test("status of what is not deployed says the account", async () => {
    of(STRANGER);
    undeploy(...REGIONS);
    const { code, output } = await machine.run("status", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(output).error.message).toContain(`credentials of account ${STRANGER}`);
  });
});

describe("a group that is not deployed", () => {
  test("takes no order, and is told apart from another account", async () => {
    undeploy(...REGIONS);
    const { code, said } = await evacuate();
    expect(code).toBe(1);
    expect(said).toContain(
      `--to ${PEER}: the failover group shop is not deployed in ${PEER}: there is no table shop-ownership`,
    );
    expect(said).toContain("allowed: none: the group is deployed nowhere");
    expect(ordered()).toEqual([]);
  });

  test("in the new owner's region takes no order, and the others are named", async () => {
    undeploy(PEER);
    const { code, said } = await evacuate();
    expect(code).toBe(1);
    expect(said).toContain(`allowed: ${HOME}, ${THIRD}`);
    expect(ordered()).toEqual([]);
  });

  test("in a third region takes an order where it is deployed", async () => {
    undeploy(THIRD);
    expect((await evacuate()).code).toBe(0);
    expect(ordered()).toEqual([HOME, PEER]);
  });

  test("has no owner in status, and no epoch", async () => {
    undeploy(...REGIONS);
    const { code, output } = await machine.run("status");
    expect(code).toBe(0);
    expect(output).toMatch(/^us-east-1 +nobody +unknown$/m);
    expect(output).toMatch(/^us-east-1 +not deployed/m);
  });
});

describe("a table's answer shows no account, so STS is asked:", () => {
  test("any region's will do", async () => {
    servers[HOME]!.sts = DOWN;
    servers[THIRD]!.sts = "silence";
    const { code } = await evacuate();
    expect(code).toBe(0);
    expect(ordered()).toEqual([...REGIONS]);
  });

  test("without an answer of any region nothing is written, and the way on is named", async () => {
    for (const server of all()) server.sts = DOWN;
    const { code, said } = await evacuate();
    expect(code).toBe(1);
    expect(said).toContain("credentials: it cannot be told of which account they are (STS in us-");
    expect(said).toContain(`allowed: ${HOME_ACCOUNT}`);
    expect(said).toContain("or with --unchecked-account if you are sure");
    expect(ordered()).toEqual([]);
  });

  test("answers that never end cost seconds, and nothing is written", async () => {
    for (const server of all()) server.sts = "trickle";
    const { code, said, milliseconds } = await evacuate();
    expect(code).toBe(1);
    expect(said).toContain("it cannot be told of which account they are (STS in us-");
    expect(milliseconds).toBeLessThan(ORDER_SECONDS * 1_000);
    expect(ordered()).toEqual([]);
  }, 60_000);

  test("that way the order is given, and says that the account was not checked", async () => {
    for (const server of all()) server.sts = DOWN;
    const { code, said } = await evacuate("--unchecked-account");
    expect(code).toBe(0);
    expect(said).toContain("the account was not checked: STS in us-");
    expect(ordered()).toEqual([...REGIONS]);
  });

  test("not in a region whose table fails", async () => {
    servers[HOME]!.dynamodb = DOWN;
    expect((await evacuate()).code).toBe(0);
    expect(servers[HOME]!.calls).not.toContain("GetCallerIdentity");
  });
});

test("STS is called in the region itself, never by the endpoint that is in us-east-1 alone", async () => {
  const hosts: string[] = [];
  const spy = jest.spyOn(https, "request").mockImplementation(((options: https.RequestOptions) => {
    hosts.push(options.host!);
    throw new Error("nothing leaves this machine");
  }) as never);
  process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = "x";
  try {
    await callerIn(REGIONS, awsClients());
  } finally {
    spy.mockRestore();
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
  }
  expect(new Set(hosts)).toEqual(new Set(REGIONS.map((region) => `sts.${region}.amazonaws.com`)));
});
