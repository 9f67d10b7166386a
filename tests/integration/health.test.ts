/** The health function as Lambda runs it: the built archive behind a function URL, by its own role, with a real table. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { tableArn } from "../../core/names";
import { AS_AWS } from "../../emulator/as-aws";
import { runCleanup } from "../../emulator/cleanup";
import { allow, createRole, dynamoClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { waitFor } from "../../emulator/wait";
import { KINDS, OWNERSHIP_ATTRIBUTES } from "../../ownership/lease/table";
import { LEASE_MS } from "../../ownership/lease/times";
import { buildFunctions } from "../../replicator/build/build";
import { toEnvironment } from "../../replicator/settings";
import { createFunction } from "../emulator/fixtures/lambda-api";
import { callRest } from "../emulator/fixtures/rest-api";
import { passOf } from "../replicator/health/pass-of";

const EAST = "us-east-1";
const WEST = "us-west-2";
const ACCOUNT = "111111111111";
const TableName = "shop-ownership";

let emulator: Emulator;
let dynamo: DynamoDBClient;
let endpoint: string;

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST], asAws: { ...AS_AWS, seed: "health" } });
  dynamo = dynamoClient(emulator, { region: EAST, account: ACCOUNT });
  const archives = mkdtempSync(join(tmpdir(), "health-"));
  await buildFunctions(archives);
  await createFunction(emulator, {
    region: EAST,
    account: ACCOUNT,
    name: "health",
    zip: readFileSync(join(archives, "health.zip")),
    role: await createRole(emulator, {
      account: ACCOUNT,
      name: "health",
      policies: { pass: allow("dynamodb:GetItem", tableArn(EAST, ACCOUNT, TableName)) },
    }),
    variables: toEnvironment({ failoverGroup: "shop", region: EAST, ownershipTable: TableName }),
  });
  rmSync(archives, { recursive: true });
  endpoint = await functionUrl("health");
}, 180_000);

beforeEach(async () => {
  await createTable();
});

afterEach(async () => {
  await emulator.restoreAll();
  await dynamo.send(new DeleteTableCommand({ TableName }));
});

afterAll(async () => {
  dynamo.destroy();
  await runCleanup();
});

function createTable(): Promise<unknown> {
  const { kind, of } = OWNERSHIP_ATTRIBUTES;
  return dynamo.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [kind, of].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: [
        { AttributeName: kind, KeyType: "HASH" },
        { AttributeName: of, KeyType: "RANGE" },
      ],
    }),
  );
}

/** The controller of the region has just renewed what it owns. */
async function renew({ homes = [EAST], fit = true, ms = LEASE_MS } = {}): Promise<void> {
  const until = Date.now() + ms;
  const entries = homes.map((home) => [home, { epoch: 1, until }] as const);
  const Item = passOf(EAST, Object.fromEntries(entries), { fit, until });
  expect(Item.kind).toEqual({ S: KINDS.pass });
  await dynamo.send(new PutItemCommand({ TableName, Item: { ...Item } }));
}

/** Makes a function URL that is open to everybody. @returns where the emulator serves it: a host name of AWS does not lead to it */
async function functionUrl(name: string): Promise<string> {
  const answer = await callRest(emulator, {
    region: EAST,
    account: ACCOUNT,
    service: "lambda",
    method: "POST",
    path: `/2021-10-31/functions/${name}/url`,
    body: { AuthType: "NONE" },
  });
  const { FunctionUrl } = JSON.parse(answer) as { readonly FunctionUrl: string };
  const [id] = new URL(FunctionUrl).hostname.split(".");
  return `${emulator.endpoint(EAST)}/_aws/lambda-url/${id}`;
}

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A request as a checker sends it: unsigned. */
function ask(path = "/health", method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method, ca: emulator.certificate, agent: false } as const;
    const request = https.request(`${endpoint}${path}`, options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => {
        const { statusCode: status, headers } = response;
        resolve({ status, body, headers });
      });
    });
    request.on("error", reject);
    request.end();
  });
}

const says = (body: string) =>
  waitFor(async () => (await ask()).body === body, { everyMs: 300, timeoutMs: 30_000, what: body });

test("a region that owns its home and is fit is healthy", async () => {
  await renew();
  await says("healthy");
  const { status, headers } = await ask();
  expect(status).toBe(200);
  expect(headers).toMatchObject({ "content-type": "text/plain", "cache-control": "no-store" });
}, 60_000);

test("other paths and methods tell nothing", async () => {
  await renew();
  await says("healthy");
  const answers = await Promise.all([
    ask("/"),
    ask("/health/x"),
    ask("/health", "POST"),
    ask("/health", "HEAD"),
  ]);
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [404, ""],
    [404, ""],
    [405, ""],
    [200, ""],
  ]);
}, 60_000);

test("follows what the region says about itself, and what the region owns", async () => {
  await renew({ fit: false });
  await says("unhealthy: unfit");
  await renew();
  await says("healthy");
  await renew({ homes: [WEST] });
  await says("unhealthy: no-pass");
  expect((await ask()).status).toBe(503);
}, 60_000);

test("is over with the pass, though the controller says nothing more", async () => {
  await renew({ ms: 4_000 });
  await says("healthy");
  await says("unhealthy: over");
}, 60_000);

test("is unhealthy while the region's own table does not answer, whatever peers say", async () => {
  await renew();
  await says("healthy");
  const outage = await emulator.loseTable(EAST);
  await says("unhealthy: unreadable");
  await outage.restore();
  await renew();
  await says("healthy");
}, 60_000);
