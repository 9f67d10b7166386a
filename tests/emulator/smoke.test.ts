/**
 * The harness end to end, with nothing of the product: two regions applied by Terraform as users apply them, a function that
 * forwards messages from one to the other through the gateway, the link between the regions cut and mended, and a worker
 * killed at work.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { queueUrl } from "../../core/names";
import { runCleanup } from "../../emulator/cleanup";
import { sqsClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { Terraform, TerraformError } from "../../emulator/terraform";
import { changedResources } from "../../emulator/terraform-plan";
import { waitFor } from "../../emulator/wait";
import { bundleFunction } from "./fixtures/bundle";

const EAST = "us-east-1";
const WEST = "us-west-2";
const ACCOUNT = "111111111111";
const SLOW = "slow";
const VISIBILITY_SECONDS = 3;

const FORWARDER = `
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const sqs = new SQSClient({
  region: process.env.TARGET_REGION,
  useQueueUrlAsEndpoint: false,
  maxAttempts: 1,
});

export async function handler(event) {
  const batchItemFailures = [];
  for (const { body, messageId, attributes } of event.Records) {
    if (body === "${SLOW}" && attributes.ApproximateReceiveCount === "1") await new Promise((resolve) => setTimeout(resolve, 60_000));
    try {
      await sqs.send(new SendMessageCommand({ QueueUrl: process.env.TARGET_URL, MessageBody: body }));
    } catch (error) {
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}
`;

let emulator: Emulator;
let directory: string;
let stacks: Readonly<Record<string, Terraform>>;
let east: SQSClient;
let west: SQSClient;

const source = queueUrl(EAST, ACCOUNT, "source");
const target = queueUrl(WEST, ACCOUNT, "target");

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST] });
  directory = await mkdtemp(path.join(os.tmpdir(), "smoke-test-"));
  stacks = { [EAST]: await stack(EAST, await eastResources()), [WEST]: await stack(WEST, westResources()) };
  await Promise.all(
    Object.values(stacks).map(async (terraform) => {
      await terraform.init();
      await terraform.apply();
    }),
  );
  east = sqsClient(emulator, { region: EAST, account: ACCOUNT });
  west = sqsClient(emulator, { region: WEST, account: ACCOUNT });
}, 240_000);

afterAll(async () => {
  east?.destroy();
  west?.destroy();
  await runCleanup();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

test("Terraform looks its account up and finds nothing to change after an apply", async () => {
  expect(
    emulator.gateway.countCalls({ service: "sts", operation: "GetCallerIdentity" }),
  ).toBeGreaterThanOrEqual(2);
  await expect(stacks[EAST]?.output()).resolves.toEqual({ account: ACCOUNT });
  const result = await stacks[EAST]?.plan();
  expect(result).toMatchObject({ changes: false });
  expect(changedResources(result?.plan ?? {})).toEqual([]);
}, 60_000);

test("fails in an account that the stack does not allow, with what Terraform says and where the log is", async () => {
  const terraform = new Terraform({
    emulator,
    directory: path.join(directory, EAST),
    name: "stranger",
    region: EAST,
    account: "222222222222",
  });
  await terraform.init();
  const error = await terraform.apply().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TerraformError);
  expect(String(error)).toContain("AWS account ID not allowed: 222222222222");
  expect(String(error)).toContain(terraform.logFile);
}, 60_000);

test("messages do not cross a link that is cut, and do once it is mended", async () => {
  const cut = emulator.gateway.inject({ source: EAST, target: WEST, service: "sqs", kind: "refuse" });
  const mark = emulator.gateway.mark();
  await east.send(new SendMessageCommand({ QueueUrl: source, MessageBody: "across" }));
  await waitFor(() => cut.met >= 2, { timeoutMs: 20_000, what: "a second attempt to cross the link" });
  expect(emulator.gateway.countCalls({ source: EAST, target: WEST }, mark)).toBe(0);

  cut.lift();
  await expect(nextBody()).resolves.toBe("across");
  expect(emulator.gateway.countCalls({ source: EAST, target: WEST, operation: "SendMessage" }, mark)).toBe(1);
}, 60_000);

test("a message survives the death of the worker that handles it", async () => {
  await east.send(new SendMessageCommand({ QueueUrl: source, MessageBody: SLOW }));
  await waitFor(isInFlight, { what: "the message in flight" });
  const worker = (await emulator.workers()).find(({ region }) => region === EAST);
  await emulator.killWorker(worker?.pid ?? 0);
  await expect(nextBody()).resolves.toBe(SLOW);
}, 60_000);

async function isInFlight(): Promise<boolean> {
  const name = "ApproximateNumberOfMessagesNotVisible";
  const answer = await east.send(new GetQueueAttributesCommand({ QueueUrl: source, AttributeNames: [name] }));
  return answer.Attributes?.[name] === "1";
}

async function nextBody(): Promise<string | undefined> {
  const message = await waitFor(
    async () =>
      (await west.send(new ReceiveMessageCommand({ QueueUrl: target, WaitTimeSeconds: 1 }))).Messages?.[0],
    { timeoutMs: 30_000, what: `a message in ${WEST}` },
  );
  return message.Body;
}

async function stack(region: string, resources: object): Promise<Terraform> {
  const configuration = {
    terraform: {
      backend: { local: { path: "ignored.tfstate" } },
      required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } },
    },
    provider: {
      aws: [{ region, allowed_account_ids: [ACCOUNT], default_tags: [{ tags: { owner: "smoke" } }] }],
    },
    data: { aws_caller_identity: { me: {} } },
    output: { account: { value: reference("data.aws_caller_identity.me.account_id") } },
    resource: resources,
  };
  await mkdir(path.join(directory, region), { recursive: true });
  await writeFile(path.join(directory, region, "main.tf.json"), JSON.stringify(configuration));
  return new Terraform({ emulator, directory: path.join(directory, region), region, account: ACCOUNT });
}

function westResources(): object {
  return { aws_sqs_queue: { target: { name: "target" } } };
}

async function eastResources(): Promise<object> {
  const zip = path.join(directory, "forwarder.zip");
  await writeFile(zip, await bundleFunction(FORWARDER));
  const allow = (statement: object): string =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
  return {
    aws_sqs_queue: { source: { name: "source", visibility_timeout_seconds: VISIBILITY_SECONDS } },
    aws_iam_role: {
      forwarder: {
        name: "forwarder",
        assume_role_policy: allow({
          Action: "sts:AssumeRole",
          Principal: { Service: "lambda.amazonaws.com" },
        }),
      },
    },
    aws_iam_role_policy: {
      forwarder: {
        name: "forward",
        role: reference("aws_iam_role.forwarder.name"),
        policy: allow({ Action: "sqs:*", Resource: "*" }),
      },
    },
    aws_lambda_function: {
      forwarder: {
        function_name: "forwarder",
        role: reference("aws_iam_role.forwarder.arn"),
        handler: "index.handler",
        runtime: "nodejs22.x",
        timeout: VISIBILITY_SECONDS,
        filename: zip,
        environment: [{ variables: { TARGET_REGION: WEST, TARGET_URL: target } }],
      },
    },
    aws_lambda_event_source_mapping: {
      forwarder: {
        event_source_arn: reference("aws_sqs_queue.source.arn"),
        function_name: reference("aws_lambda_function.forwarder.arn"),
        function_response_types: ["ReportBatchItemFailures"],
      },
    },
  };
}

function reference(address: string): string {
  return `\${${address}}`;
}
