/** The commands as a process of their own, with the credentials that operators come with, against an account that refuses some of them. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import { operatorPolicy } from "../../modules/policy/client-policies";
import { parameterNames } from "../../ownership/parameters";
import { encodeRoles, initialRoles, parseRoles, roleOf } from "../../ownership/roles";
import { encodeStates, initialStates } from "../../ownership/states";
import { configuration, configurationInput, HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";
import { runCleanup } from "./cleanup";
import { allow, createRole, roleCredentials, ssmClient } from "./clients";
import { type Emulator, startEmulator } from "./emulator";
import { PROJECT_ROOT } from "./paths";
import { type CommandResult, runCommand } from "./run-command";

const EAST = "us-east-1";
const WEST = "us-west-2";
const REGIONS = [EAST, WEST];
const GROUP = { recovery: {} };
const NAMES = parameterNames("shop");

let emulator: Emulator;
let directory: string;
let operator: string;
let stranger: string;

beforeAll(async () => {
  emulator = await startEmulator({ regions: REGIONS });
  directory = await mkdtemp(path.join(os.tmpdir(), "cli-test-"));
  await writeFile(path.join(directory, "shop.json"), JSON.stringify(configurationInput(GROUP)));
  const role = (name: string, policy: object) =>
    createRole(emulator, { account: HOME_ACCOUNT, name, policies: { own: policy } });
  operator = await role("operator", operatorPolicy(configuration(GROUP)));
  stranger = await role("stranger", allow("sqs:*"));
}, 60_000);

beforeEach(async () => {
  for (const region of REGIONS) {
    const states = { ...initialStates(region, REGIONS), checkedAt: Date.now() };
    await put(region, NAMES.roles, encodeRoles(initialRoles(REGIONS)));
    await put(region, NAMES.states, encodeStates(states));
  }
});
afterEach(() => emulator.restoreAll());

afterAll(async () => {
  await runCleanup();
  await rm(directory, { recursive: true, force: true });
});

async function put(region: string, Name: string, Value: string): Promise<void> {
  const client = ssmClient(emulator, { region, account: HOME_ACCOUNT });
  await client.send(new PutParameterCommand({ Name, Value, Type: "String", Overwrite: true }));
  client.destroy();
}

/** Of the last order about the home in the east. */
async function epochIn(region: string): Promise<number> {
  const client = ssmClient(emulator, { region, account: HOME_ACCOUNT });
  const { Parameter } = await client.send(new GetParameterCommand({ Name: NAMES.roles }));
  client.destroy();
  return roleOf(parseRoles(Parameter!.Value!), EAST).epoch;
}

/** Runs the command in the west. @param credentials of the caller, as variables */
function cli(
  credentials: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<CommandResult> {
  return runCommand(
    process.execPath,
    [
      "--import",
      "tsx",
      path.join(PROJECT_ROOT, "cli/main.ts"),
      ...args,
      "--config",
      path.join(directory, "shop.json"),
    ],
    { ...emulator.environment(WEST, HOME_ACCOUNT), ...credentials },
  );
}

const as = (role: string) => roleCredentials(emulator, { account: HOME_ACCOUNT, role });
const evacuate = (credentials: Readonly<Record<string, string>>, ...more: readonly string[]) =>
  cli(credentials, "evacuate", EAST, "--to", WEST, "--no-wait", ...more);

test("operator_policy is enough to look and to order", async () => {
  const credentials = await as(operator);
  await expect(cli(credentials, "status")).resolves.toMatchObject({ exitCode: 0, stderr: "" });
  await expect(evacuate(credentials)).resolves.toMatchObject({ exitCode: 0 });
  await expect(Promise.all(REGIONS.map(epochIn))).resolves.toEqual([1, 1]);
}, 30_000);

test("credentials of another account look at nothing and write nowhere", async () => {
  const environment = await roleCredentials(emulator, { account: PEER_ACCOUNT });
  for (const { exitCode, stdout, stderr } of [
    await cli(environment, "status"),
    await evacuate(environment),
  ]) {
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`credentials of account ${PEER_ACCOUNT}`);
    expect(stderr).toContain(`allowed: ${HOME_ACCOUNT}`);
  }
  const client = ssmClient(emulator, { region: WEST, account: PEER_ACCOUNT });
  await expect(client.send(new GetParameterCommand({ Name: NAMES.roles }))).rejects.toThrow();
  client.destroy();
}, 30_000);

test("a role without rights is told what it may not do, and no owner", async () => {
  const credentials = await as(stranger);
  const { exitCode, stdout, stderr } = await cli(credentials, "status");
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^us-east-1 +unknown +us-east-1 +access denied \(AccessDeniedException\)$/m);
  expect(stderr).toContain("ssm:GetParameters");
  const lost = await evacuate(credentials, "--lost", EAST);
  expect(lost.exitCode).toBe(1);
  await expect(Promise.all(REGIONS.map(epochIn))).resolves.toEqual([0, 0]);
}, 30_000);

test("a region that denies the operator is not lost, and one that hangs is", async () => {
  const allowed = operatorPolicy(configuration(GROUP));
  const half = await createRole(emulator, {
    account: HOME_ACCOUNT,
    name: "half",
    policies: {
      own: allowed,
      not: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Deny",
            Action: "ssm:*",
            Resource: "*",
            Condition: { StringEquals: { "aws:RequestedRegion": EAST } },
          },
        ],
      },
    },
  });
  const denied = await evacuate(await as(half), "--lost", EAST);
  expect(denied.exitCode).toBe(1);
  expect(denied.stderr).toContain(`--lost ${EAST}: ${EAST} answers, so it is not lost: access denied`);
  await expect(epochIn(WEST)).resolves.toBe(0);

  await emulator.loseRegion(EAST, { manner: "hang" });
  const given = await evacuate(await roleCredentials(emulator, { account: HOME_ACCOUNT }), "--lost", EAST);
  expect(given).toMatchObject({ exitCode: 0 });
  await expect(epochIn(WEST)).resolves.toBe(1);
}, 60_000);

test("a session that nobody knows any more is not accepted, and that is no answer about an owner", async () => {
  const session = { ...(await as(operator)), AWS_SESSION_TOKEN: "of another time" };
  const { exitCode, stdout, stderr } = await cli(session, "status", "--json");
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout).homes[0]).toMatchObject({
    owner: null,
    epoch: null,
    regions: { [WEST]: { reached: false, error: { kind: "invalid-credentials", answered: true } } },
  });
  expect(stderr).toContain("check the keys");
}, 30_000);
