/** The commands as processes of their own, with the credentials that operators come with, against tables and controllers in real time. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { operatorPolicy } from "../../config/access/client-policies";
import { settingsOf } from "../../config/configuration";
import { ownershipTableName } from "../../core/names";
import { AS_AWS } from "../../emulator/as-aws";
import { runCleanup } from "../../emulator/cleanup";
import { allow, createRole, dynamoClient, roleCredentials } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { PROJECT_ROOT } from "../../emulator/paths";
import { type ProcessResult, runCommand } from "../../emulator/run-command";
import { waitFor } from "../../emulator/wait";
import type { Write } from "../../ownership/lease/effects";
import { leaseRun } from "../../ownership/lease/run";
import { tableClient } from "../../ownership/lease/store/client";
import { drive } from "../../ownership/lease/store/drive";
import { type LeaseStore, openStore } from "../../ownership/lease/store/store";
import { OWNERSHIP_ATTRIBUTES as KEYS } from "../../ownership/lease/table";
import { leaseSettingsOf } from "../cli/lease-settings";
import { claimOf, statusAt } from "../cli/ownership-table";
import { configuration, configurationInput, HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";

const EAST = "us-east-1";
const WEST = "us-west-2";
const WITNESS = "us-east-2";
const TABLES = [EAST, WEST, WITNESS];
const MEMBERS = [EAST, WEST];
/** Three voters, whose controllers run. */
const SHOP = { recovery: { witness: { region: WITNESS } } };
/** Each home is decided by one table alone, and no controller runs. */
const PAIR = { failover_group: "pair", recovery: { takeover: "manual" as const } };
const clock = () => Math.floor(performance.now());

let emulator: Emulator;
let agent: https.Agent;
let directory: string;
let operator: string;
let stranger: string;
const controllers = new AbortController();
const running: Promise<unknown>[] = [];

beforeAll(async () => {
  emulator = await startEmulator({ regions: TABLES, asAws: { ...AS_AWS, seed: "cli" } });
  agent = new https.Agent({ keepAlive: true, ca: emulator.certificate });
  directory = await mkdtemp(path.join(os.tmpdir(), "cli-test-"));
  await writeFile(path.join(directory, "shop.json"), JSON.stringify(configurationInput(SHOP)));
  await writeFile(path.join(directory, "pair.json"), JSON.stringify(configurationInput(PAIR)));
  const role = (name: string, policy: object) =>
    createRole(emulator, { account: HOME_ACCOUNT, name, policies: { own: policy } });
  operator = await role("operator", operatorPolicy(settingsOf(configuration(SHOP))));
  stranger = await role("stranger", allow("sqs:*"));
  await Promise.all(TABLES.map((region) => createTable(region, "shop")));
  await Promise.all(MEMBERS.map((region) => createTable(region, "pair")));
  const store = await storeOf(WEST, "shop");
  const claims = TABLES.flatMap((table) => MEMBERS.map((home) => claimWrite(table, home, TABLES.toSorted())));
  await store.round(claims);
  store.close();
  for (const region of MEMBERS) running.push(control(region));
}, 180_000);

afterEach(() => emulator.restoreAll());

afterAll(async () => {
  controllers.abort();
  await Promise.all(running);
  agent.destroy();
  await runCleanup();
  await rm(directory, { recursive: true, force: true });
});

async function createTable(region: string, group: string): Promise<void> {
  const client = dynamoClient(emulator, { region, account: HOME_ACCOUNT });
  await client.send(
    new CreateTableCommand({
      TableName: ownershipTableName("", group),
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: Object.values(KEYS).map((name) => ({ AttributeName: name, AttributeType: "S" })),
      KeySchema: [
        { AttributeName: KEYS.kind, KeyType: "HASH" },
        { AttributeName: KEYS.of, KeyType: "RANGE" },
      ],
    }),
  );
  client.destroy();
}

/** The tables as a controller in a region reaches them. */
async function storeOf(region: string, group: string): Promise<LeaseStore> {
  const variables = await roleCredentials(emulator, { account: HOME_ACCOUNT });
  const credentials = {
    accessKeyId: variables.AWS_ACCESS_KEY_ID!,
    secretAccessKey: variables.AWS_SECRET_ACCESS_KEY!,
  };
  return openStore({
    tableName: () => ownershipTableName("", group),
    clock,
    client: (table) =>
      tableClient(table, { endpoint: emulator.endpoint(region), credentials, httpsAgent: agent }),
  });
}

function claimWrite(table: string, home: string, voters: readonly string[]): Write {
  return { kind: "claim", table, home, claim: claimOf(home, voters) };
}

/** What a region's controller does about ownership, until all end. */
async function control(region: string): Promise<void> {
  const store = await storeOf(region, "shop");
  const steps = leaseRun(
    { region, ...leaseSettingsOf(configuration(SHOP)) },
    { id: randomUUID(), clock, newId: randomUUID, isFit: () => true },
  );
  await drive(steps, store, { clock, signal: controllers.signal });
  store.close();
}

/** Runs a command in the west. @param credentials of the caller, as variables */
function cli(
  credentials: Readonly<Record<string, string>>,
  args: readonly string[],
  group = "shop",
): Promise<ProcessResult> {
  return runCommand(
    process.execPath,
    [
      "--import",
      "tsx",
      path.join(PROJECT_ROOT, "cli/main.ts"),
      ...args,
      "--config",
      path.join(directory, `${group}.json`),
    ],
    { ...emulator.environment(WEST, HOME_ACCOUNT), ...credentials },
  );
}

const as = (role?: string) =>
  roleCredentials(emulator, { account: HOME_ACCOUNT, ...(role !== undefined && { role }) });
const EVACUATE = ["evacuate", EAST, "--to", WEST];

interface Status {
  readonly homes: readonly { readonly home: string; readonly owner: string | null }[];
  readonly regions: Readonly<Record<string, { readonly open?: Readonly<Record<string, number>> }>>;
}

/** Who owns the home in the east, and where it is open. */
async function homeNow(): Promise<{ readonly owner: string | null; readonly open: readonly string[] }> {
  const { homes, regions }: Status = JSON.parse((await cli(await as(operator), ["status", "--json"])).stdout);
  const open = Object.keys(regions).filter((region) => regions[region]!.open?.[EAST] !== undefined);
  return { owner: homes.find(({ home }) => home === EAST)!.owner, open };
}

test("operator_policy is enough to look, to evacuate and to fail back, each followed until the home is open", async () => {
  const credentials = await as(operator);
  await waitFor(async () => (await homeNow()).open.join() === EAST, { timeoutMs: 60_000 });
  await expect(cli(credentials, ["status"])).resolves.toMatchObject({ exitCode: 0, stderr: "" });

  const evacuated = await cli(credentials, [...EVACUATE, "--timeout", "100"]);
  expect(evacuated).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`${WEST} processes ${EAST}`),
  });
  expect(evacuated.stderr).toContain(
    `waits until the claim of ${EAST} has lapsed and ${WEST} takes the home`,
  );
  await expect(homeNow()).resolves.toEqual({ owner: WEST, open: [WEST] });

  const returned = await cli(credentials, ["failback", EAST, "--timeout", "100"]);
  expect(returned).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`${EAST} processes ${EAST}`),
  });
  await expect(homeNow()).resolves.toEqual({ owner: EAST, open: [EAST] });
}, 300_000);

test("operator_policy is enough to have other voters, and they are followed until they vote alone", async () => {
  const credentials = await as(operator);
  const alone = await cli(credentials, ["voters", "set", EAST, "--timeout", "100"]);
  expect(alone).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("only now may another table be"),
  });
  const back = await cli(credentials, ["voters", "set", ...TABLES, "--timeout", "100"]);
  expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("us-west-2 alone vote since") });
  await expect(homeNow()).resolves.toEqual({ owner: EAST, open: [EAST] });
}, 300_000);

test("credentials of another account look at nothing and write nowhere", async () => {
  const environment = await roleCredentials(emulator, { account: PEER_ACCOUNT });
  for (const args of [["status"], [...EVACUATE, "--no-wait"]]) {
    const { exitCode, stdout, stderr } = await cli(environment, args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`credentials of account ${PEER_ACCOUNT}`);
    expect(stderr).toContain(`allowed: ${HOME_ACCOUNT}`);
  }
}, 60_000);

test("a role without rights is told what it may not do, and no owner", async () => {
  const credentials = await as(stranger);
  const { exitCode, stdout, stderr } = await cli(credentials, ["status"]);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^us-east-1 +unknown +unknown$/m);
  expect(stdout).toMatch(/^us-east-1 +access denied \(AccessDeniedException\) /m);
  expect(stderr).toContain("dynamodb:Query");
  const order = await cli(credentials, [...EVACUATE, "--no-wait"]);
  expect(order).toMatchObject({ exitCode: 1 });
  expect(order.stderr).toContain("no table of the group can be read\n  nothing was changed");
}, 60_000);

test("a region that denies the operator is not lost, and one that hangs is", async () => {
  const store = await storeOf(WEST, "pair");
  await store.round([
    ...MEMBERS.flatMap((table) => MEMBERS.map((home) => claimWrite(table, home, [home]))),
    { kind: "pass", table: WEST, region: WEST, homes: {}, status: statusAt(Date.now(), MEMBERS) },
  ]);
  const half = await createRole(emulator, {
    account: HOME_ACCOUNT,
    name: "half",
    policies: {
      own: operatorPolicy(settingsOf(configuration(PAIR))),
      not: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Deny",
            Action: "dynamodb:*",
            Resource: "*",
            Condition: { StringEquals: { "aws:RequestedRegion": EAST } },
          },
        ],
      },
    },
  });
  const lost = [...EVACUATE, "--lost", EAST, "--no-wait"];
  const ordered = async () => (await store.look([WEST])).get(WEST);
  const denied = await cli(await as(half), lost, "pair");
  expect(denied.exitCode).toBe(1);
  expect(denied.stderr).toContain(`--lost ${EAST}: ${EAST} answers, so it is not lost: access denied`);
  expect(await ordered()).toMatchObject({ orders: {} });

  await emulator.loseRegion(EAST, { manner: "hang" });
  const given = await cli(await as(), lost, "pair");
  expect(given).toMatchObject({ exitCode: 0 });
  expect(await ordered()).toMatchObject({ orders: { [EAST]: { to: WEST, lost: EAST } } });
  store.close();
}, 90_000);

test("a session that nobody knows any more is not accepted, and that is no answer about an owner", async () => {
  const session = { ...(await as(operator)), AWS_SESSION_TOKEN: "of another time" };
  const { exitCode, stdout, stderr } = await cli(session, ["status", "--json"]);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    homes: [{ home: EAST, owner: null, isKnown: false, epoch: null }, {}],
    regions: { [WEST]: { reached: false, error: { kind: "invalid-credentials", answered: true } } },
  });
  expect(stderr).toContain("check the keys");
}, 30_000);
