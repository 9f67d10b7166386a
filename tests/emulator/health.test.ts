/** The health function as Lambda runs it: the built archive behind a function URL, by its own role, with a canary that really passes. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { DeleteParameterCommand, PutParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { parameterArn, queueArn, queueUrl, tableArn } from "../../core/names";
import { parseHeartbeat } from "../../ownership/heartbeat";
import { parameterNames } from "../../ownership/parameters";
import { encodeRoles, initialRoles } from "../../ownership/roles";
import { encodeStates, initialStates } from "../../ownership/states";
import { buildFunctions } from "../../replicator/build";
import type { ControlledQueue } from "../../replicator/control/settings";
import { toEnvironment } from "../../replicator/settings";
import { runCleanup } from "./cleanup";
import { allow, createRole, dynamoClient, sqsClient, ssmClient } from "./clients";
import { type Emulator, startEmulator } from "./emulator";
import { createGlobalTable } from "./fixtures/global-table";
import { createFunction, createMapping } from "./fixtures/lambda-api";
import { callRest } from "./fixtures/rest-api";
import { waitFor } from "./wait";

const EAST = "us-east-1";
const WEST = "us-west-2";
const ACCOUNT = "111111111111";
const NAMES = parameterNames("shop");
const url = (name: string) => queueUrl(EAST, ACCOUNT, name);
const arn = (name: string) => queueArn(EAST, ACCOUNT, name);

let emulator: Emulator;
let sqs: SQSClient;
let ssm: SSMClient;
let endpoint: string;

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST] });
  sqs = sqsClient(emulator, { region: EAST, account: ACCOUNT });
  ssm = ssmClient(emulator, { region: EAST, account: ACCOUNT });
  const archives = mkdtempSync(join(tmpdir(), "health-"));
  await buildFunctions(archives);
  const zip = (name: string) => readFileSync(join(archives, `${name}.zip`));

  for (const QueueName of ["orders-ingress", "orders", "canary-ingress", "canary", "canary-dlq"]) {
    await sqs.send(new CreateQueueCommand({ QueueName }));
  }
  const dynamo = dynamoClient(emulator, { region: EAST, account: ACCOUNT });
  await createGlobalTable(dynamo, "ledger", [WEST]);
  dynamo.destroy();
  await put(NAMES.roles, encodeRoles(initialRoles([EAST, WEST])));
  await put(NAMES.states, encodeStates(initialStates(EAST, [EAST, WEST])));
  await put(`${NAMES.queues}/orders`, JSON.stringify(ORDERS));

  await createFunction(emulator, {
    region: EAST,
    account: ACCOUNT,
    name: "replicator",
    zip: zip("replicator"),
    role: await createRole(emulator, {
      account: ACCOUNT,
      name: "replicator",
      policies: { all: allow("sqs:*", [arn("canary-ingress"), arn("canary")]) },
    }),
    variables: toEnvironment({
      failoverGroup: "shop",
      logicalQueue: "canary",
      homeRegion: EAST,
      mode: "none",
      fifo: false,
      sourceQueueUrl: url("canary-ingress"),
      ingressDlqUrl: url("canary-dlq"),
      workQueueUrl: url("canary"),
      outboxQueueUrls: {},
      standbyQueueUrls: {},
    }),
  });
  await createMapping(emulator, {
    region: EAST,
    account: ACCOUNT,
    functionName: "replicator",
    queueArn: arn("canary-ingress"),
    batchSize: 1,
  });

  await createFunction(emulator, {
    region: EAST,
    account: ACCOUNT,
    name: "health",
    zip: zip("health"),
    role: await createRole(emulator, { account: ACCOUNT, name: "health", policies: POLICIES }),
    variables: toEnvironment({
      failoverGroup: "shop",
      region: EAST,
      regions: [EAST, WEST],
      account: ACCOUNT,
      ledgerTable: "ledger",
      canary: { ingressQueueUrl: url("canary-ingress"), workQueueUrl: url("canary") },
    }),
  });
  rmSync(archives, { recursive: true });
  endpoint = await functionUrl("health");
}, 180_000);

afterAll(async () => {
  sqs.destroy();
  ssm.destroy();
  await runCleanup();
});

const ORDERS: ControlledQueue = {
  queue: "orders",
  rescue: "ledger",
  marginSeconds: 0,
  drainers: {},
  ingress: "orders-ingress",
  work: "orders",
};

/** All that the function needs. */
const POLICIES = {
  parameters: allow(
    ["ssm:GetParameters"],
    [NAMES.roles, NAMES.states].map((name) => parameterArn(EAST, ACCOUNT, name)),
  ),
  list: allow("ssm:GetParametersByPath", parameterArn(EAST, ACCOUNT, NAMES.queues)),
  ask: allow(
    "sqs:GetQueueAttributes",
    ["orders-ingress", "orders", "canary-ingress", "canary"].map((name) => arn(name)),
  ),
  beat: allow("sqs:SendMessage", arn("canary-ingress")),
  hear: allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"], arn("canary")),
  ledger: allow(["dynamodb:PutItem", "dynamodb:GetItem"], tableArn(EAST, ACCOUNT, "ledger")),
};

async function put(Name: string, Value: string): Promise<void> {
  await ssm.send(new PutParameterCommand({ Name, Value, Type: "String", Overwrite: true }));
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

const until = (status: number, what: string) =>
  waitFor(async () => (await ask()).status === status, { everyMs: 1_000, timeoutMs: 30_000, what });

/** Kills the workers of the function: the next one knows nothing. */
async function restart(): Promise<void> {
  for (const { pid, functionName } of await emulator.workers()) {
    if (functionName === "health") await emulator.killWorker(pid);
  }
}

test("a home whose controller never ran is healthy by the heartbeats that the function sends itself", async () => {
  await until(200, "a healthy answer");
  const { status, body, headers } = await ask();
  expect([status, body]).toEqual([200, "healthy"]);
  expect(headers).toMatchObject({ "content-type": "text/plain", "cache-control": "no-store" });
}, 60_000);

test("other paths and methods tell nothing", async () => {
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
});

test("a queue that is missing makes it unhealthy, until it is off the list", async () => {
  await sqs.send(new DeleteQueueCommand({ QueueUrl: url("orders") }));
  await until(503, "an unhealthy answer");
  expect((await ask()).body).toBe("unhealthy");
  await ssm.send(new DeleteParameterCommand({ Name: `${NAMES.queues}/orders` }));
  await restart();
  await until(200, "a healthy answer");
}, 60_000);

test("pollers that stand still make it unhealthy, while it sends heartbeats that tell of its home", async () => {
  const outage = await emulator.stallPollers(EAST);
  // A worker that knows nothing, and no heartbeat that passed before.
  const answer = await waitFor(async () => {
    await sqs.send(new PurgeQueueCommand({ QueueUrl: url("canary") }));
    await restart();
    const given = await ask();
    return given.status === 503 && given;
  });
  expect(answer.body).toBe("unhealthy");
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: url("canary-ingress"), VisibilityTimeout: 0 }),
  );
  expect(parseHeartbeat(Messages[0]!.Body!, Date.now())).toMatchObject({
    region: EAST,
    fit: true,
    roles: initialRoles([EAST, WEST]),
    homes: initialStates(EAST, [EAST, WEST]).homes,
  });
  await outage.restore();
  await until(200, "a healthy answer");
}, 60_000);
