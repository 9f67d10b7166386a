/** Voters as Terraform applies them, and what the policies of controllers, readers and operators let them do there. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { type App, TerraformStack, Testing } from "cdktf";
import { policyDocument } from "../../config/access/document";
import {
  operateVotersStatements,
  readPassStatements,
  voteStatements,
} from "../../config/access/voter-policies";
import { settingsOf } from "../../config/configuration";
import { groupTopologyOf } from "../../config/group-topology";
import { AS_AWS } from "../../emulator/as-aws";
import { runCleanup } from "../../emulator/cleanup";
import { createRole, dynamoClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { Terraform } from "../../emulator/terraform";
import { OwnershipTable } from "../../modules/recovery/ownership-table";
import { WitnessStack } from "../../stacks/witness-stack";
import { configuration, HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";
import { testFull } from "../tier";

const EAST = "us-east-1";
const WEST = "us-west-2";
const WITNESS = "us-east-2";
/** @param account of the witness */
const groupWith = (account: string) =>
  configuration({
    recovery: { witness: { region: WITNESS, account }, ownership_deletion_protection: false },
  });
const GROUP = groupWith(HOME_ACCOUNT);
const CONTROLLER = groupTopologyOf(settingsOf(GROUP), EAST).controller.name;
const TABLE = "shop-ownership";

let emulator: Emulator;
let directory: string;
let stacks: readonly Terraform[];
const clients: DynamoDBClient[] = [];
const roles: Record<string, string> = {};

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST, WITNESS], asAws: { ...AS_AWS, seed: "voters" } });
  directory = await mkdtemp(path.join(os.tmpdir(), "voters-test-"));
  stacks = [
    stack("member", (app) => new MemberStack(app), EAST, HOME_ACCOUNT),
    stack("witness", (app) => new WitnessStack(app, GROUP), WITNESS, HOME_ACCOUNT),
    stack("abroad", (app) => new WitnessStack(app, groupWith(PEER_ACCOUNT)), WITNESS, PEER_ACCOUNT),
  ];
  await Promise.all(
    stacks.map(async (terraform) => {
      await terraform.init();
      await terraform.apply();
    }),
  );
  const policies = {
    [CONTROLLER]: policyDocument(voteStatements(settingsOf(GROUP))),
    reader: policyDocument(readPassStatements(settingsOf(GROUP))),
    operator: policyDocument(operateVotersStatements(settingsOf(GROUP))),
  };
  for (const [name, policy] of Object.entries(policies)) {
    roles[name] = await createRole(emulator, { account: HOME_ACCOUNT, name, policies: { own: policy } });
  }
}, 240_000);

afterAll(async () => {
  for (const client of clients) client.destroy();
  await runCleanup();
  await rm(directory, { recursive: true, force: true });
});

function stack(name: string, make: (app: App) => TerraformStack, region: string, account: string): Terraform {
  const app = Testing.app({ outdir: path.join(directory, name) });
  const { node } = make(app);
  app.synth();
  const folder = path.join(directory, name, "stacks", node.id);
  return new Terraform({ emulator, directory: folder, name, region, account });
}

/** The table of a region as its stack has it, without the queues beside it. */
class MemberStack extends TerraformStack {
  constructor(app: App) {
    super(app, "member");
    const provider = new AwsProvider(this, "aws", { region: EAST });
    new OwnershipTable(this, "voter", { configuration: settingsOf(GROUP), region: EAST, provider });
  }
}

const CALLS = {
  "query lease": (TableName: string) => query(TableName, "lease"),
  "query pass": (TableName: string) => query(TableName, "pass"),
  scan: (TableName: string) => new ScanCommand({ TableName }),
  "get lease": (TableName: string) => new GetItemCommand({ TableName, Key: item("lease") }),
  "get pass": (TableName: string) => new GetItemCommand({ TableName, Key: item("pass") }),
  "put lease": (TableName: string) => new PutItemCommand({ TableName, Item: item("lease") }),
  "put order": (TableName: string) => new PutItemCommand({ TableName, Item: item("order") }),
  "put pass": (TableName: string) => new PutItemCommand({ TableName, Item: item("pass") }),
  "put other": (TableName: string) => new PutItemCommand({ TableName, Item: item("other") }),
  "update order": (TableName: string) => update(TableName, "order"),
  "update lease": (TableName: string) => update(TableName, "lease"),
};
type Call = keyof typeof CALLS;

const VOTE: readonly Call[] = [
  "query lease",
  "query pass",
  "put lease",
  "put order",
  "put pass",
  "update order",
  "update lease",
];
const OPERATE: readonly Call[] = ["query lease", "query pass", "put order", "update order", "put lease"];

testFull.each<[string, string, readonly Call[]]>([
  [CONTROLLER, EAST, VOTE],
  [CONTROLLER, WITNESS, VOTE],
  ["reader", EAST, ["get pass"]],
  ["reader", WITNESS, ["get pass"]],
  ["operator", EAST, OPERATE],
  ["operator", WITNESS, OPERATE],
])("%s in the table of %s: what is allowed, and nothing else", async (role, region, allowed) => {
  const client = dynamoClient(emulator, { region, account: HOME_ACCOUNT, role: roles[role]!, source: EAST });
  clients.push(client);
  const answers: Call[] = [];
  for (const [call, command] of Object.entries(CALLS)) {
    // biome-ignore lint/suspicious/noExplicitAny: commands of several kinds
    const done = await client.send(command(TABLE) as any).then(
      () => true,
      (error: Error) => {
        expect([call, error.name]).toEqual([call, "AccessDeniedException"]);
        return false;
      },
    );
    if (done) answers.push(call as Call);
  }
  expect(answers.sort()).toEqual([...allowed].sort());
});

testFull(
  "nothing is left to change after the apply, and the tables go when they are told to",
  async () => {
    await Promise.all(
      stacks.map(async (terraform) => {
        expect((await terraform.plan()).changes).toBe(false);
        await terraform.destroy();
      }),
    );
  },
  240_000,
);

function item(kind: string) {
  return { kind: { S: kind }, of: { S: EAST } };
}

function query(TableName: string, kind: string) {
  return new QueryCommand({
    TableName,
    KeyConditionExpression: "#kind = :kind",
    ExpressionAttributeNames: { "#kind": "kind" },
    ExpressionAttributeValues: { ":kind": { S: kind } },
  });
}

function update(TableName: string, kind: string) {
  return new UpdateItemCommand({
    TableName,
    Key: item(kind),
    UpdateExpression: "SET id = :id",
    ExpressionAttributeValues: { ":id": { S: "1" } },
  });
}
