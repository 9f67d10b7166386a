/** The emulator behind its gateway refuses what AWS would refuse, and carries out what is at the limit. */
import { mkdir, writeFile } from "node:fs/promises";
import https from "node:https";
import path from "node:path";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { QUOTAS, type QuotaType } from "../../../core/quotas/table";
import { runCleanup } from "../../../emulator/cleanup";
import { clientConfiguration, createZone, sqsClient } from "../../../emulator/clients";
import { UNCHECKED } from "../../../emulator/constraints/constraints";
import { type Emulator, startEmulator } from "../../../emulator/emulator";
import { Terraform } from "../../../emulator/terraform";
import { bundleFunction } from "../fixtures/bundle";
import {
  ACCOUNT,
  CASES,
  type Case,
  checkId,
  code,
  createCheck,
  createPolicy,
  createQueue,
  createRole,
  putTargets,
  REGION,
  setUp,
  TAGGED,
  type TestCall,
  zone,
} from "./cases";
import { destroyClients, type RawAnswer, type RawRequest, send, type Wire } from "./send";

/** A region without function URLs. */
const SPAIN = "eu-south-2";

let emulator: Emulator;
let wire: Wire;

beforeAll(async () => {
  emulator = await startEmulator({ regions: [REGION, SPAIN] });
  wire = {
    configuration: (region) => clientConfiguration(emulator, { region, account: ACCOUNT }),
    send: sendRaw,
  };
  code.zip = await bundleFunction("export async function handler() {}");
  zone.id = await createZone(emulator, { account: ACCOUNT, name: "limits.example" });
  for (const call of setUp()) expect(await send(wire, call)).toMatchObject({ code: "" });
}, 180_000);

afterAll(async () => {
  destroyClients(wire);
  await runCleanup();
});

function sendRaw({ method, path: to, headers, body, region }: RawRequest): Promise<RawAnswer> {
  const options = { method, headers, ca: emulator.certificate, agent: false } as const;
  return new Promise((resolve, reject) => {
    const request = https.request(new URL(to, emulator.endpoint(region)), options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("latin1"),
        }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

const outcome = (call: TestCall) => send(wire, call);
const carriedOut = { code: "" };

const entries: (readonly [string, Case])[] = (Object.keys(QUOTAS) as QuotaType[]).flatMap((type) =>
  Object.entries<Case>(CASES[type]).map(([attribute, each]) => [`${type} ${attribute}`, each] as const),
);

test.each(entries)("%s", async (_, { broken, status, code: expected, limit, needsMore }) => {
  await expect(outcome(broken)).resolves.toMatchObject({ status, code: expected });
  if (needsMore === undefined) await expect(outcome(limit)).resolves.toMatchObject(carriedOut);
});

describe.each(Object.entries(TAGGED))("tags of %s", (type, { make, code: expected, full }) => {
  const { max } = QUOTAS[type as keyof typeof QUOTAS as "aws_iam_role"].tags;
  const tags = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, "v".repeat(256)]));

  beforeAll(async () => {
    if (type !== "aws_route53_health_check") return;
    const { output } = await outcome(createCheck({}));
    const { Id } = output.HealthCheck as { readonly Id: string };
    checkId.of = () => Id;
  });

  test("are refused when there are too many or AWS reserves them", async () => {
    await expect(outcome(make({ "Aws:team": "checkout" }))).resolves.toMatchObject({ code: expected });
    await expect(outcome(make(tags(max + 1)))).resolves.toMatchObject({ status: full[0], code: full[1] });
    await expect(outcome(make(tags(max)))).resolves.toMatchObject(carriedOut);
  });
});

test("what is refused is not carried out", async () => {
  await outcome(createQueue({ QueueName: "never-made", Attributes: { DelaySeconds: "901" } }));
  const sqs = sqsClient(emulator, { region: REGION, account: ACCOUNT });
  const { QueueUrls } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "never-made" }));
  sqs.destroy();
  expect(QueueUrls ?? []).toEqual([]);
});

test("function URLs are refused where they do not exist", async () => {
  const url = { ...CASES.aws_lambda_function_url.authorization_type.limit, region: SPAIN };
  await expect(outcome(url)).resolves.toMatchObject({ status: 403, code: "AccessDeniedException" });
});

test("a role has ten managed policies, and room again for what is detached", async () => {
  const policy = (operation: string, index: number) =>
    outcome({
      service: "iam",
      operation,
      input: { RoleName: "many-policies", PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/attached-${index}` },
    });
  await outcome(createRole({ RoleName: "many-policies" }));
  for (let index = 0; index <= 10; index += 1)
    await outcome(createPolicy({ PolicyName: `attached-${index}` }));
  for (let index = 0; index < 10; index += 1) {
    await expect(policy("AttachRolePolicy", index)).resolves.toMatchObject(carriedOut);
  }
  await expect(policy("AttachRolePolicy", 10)).resolves.toMatchObject({ status: 409, code: "LimitExceeded" });
  await expect(policy("DetachRolePolicy", 0)).resolves.toMatchObject(carriedOut);
  await expect(policy("AttachRolePolicy", 10)).resolves.toMatchObject(carriedOut);
});

test("a rule has five targets", async () => {
  await expect(outcome(putTargets(6))).resolves.toMatchObject({ code: "LimitExceededException" });
});

test("an account has two hundred health checks, and room again for what is deleted", async () => {
  const ids: unknown[] = [];
  for (let made = 0; made <= 200; made += 1) {
    const { code: refused, output } = await outcome(createCheck({}));
    if (refused !== "") {
      expect(refused).toBe("TooManyHealthChecks");
      break;
    }
    ids.push((output.HealthCheck as { readonly Id: string }).Id);
  }
  expect(ids.length).toBeGreaterThan(150);
  expect(ids.length).toBeLessThanOrEqual(200);
  const input = { HealthCheckId: ids[0] };
  await expect(outcome({ service: "route53", operation: "DeleteHealthCheck", input })).resolves.toMatchObject(
    carriedOut,
  );
  await expect(outcome(createCheck({}))).resolves.toMatchObject(carriedOut);
});

test("an operation that nobody holds against the table fails, and says what to do", async () => {
  const input = { QueueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/limits`, Label: "label" };
  await expect(outcome({ service: "sqs", operation: "RemovePermission", input })).resolves.toMatchObject({
    status: 400,
    code: UNCHECKED,
    message: expect.stringContaining("sqs RemovePermission"),
  });
});

test("botocore's CBOR is read and answered in CBOR", async () => {
  const credential = `${ACCOUNT}/20260101/${REGION}/monitoring/aws4_request`;
  const name = "x".repeat(256);
  const { status, headers, body } = await sendRaw({
    method: "POST",
    path: "/service/GraniteServiceVersion20100801/operation/PutMetricAlarm",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
      "content-type": "application/cbor",
      "smithy-protocol": "rpc-v2-cbor",
    },
    // A map of one: AlarmName, a text of 256 characters.
    body: `\u{a1}iAlarmNamey\u{01}\u{00}${name}`,
    region: REGION,
  });
  expect({ status, type: headers["content-type"] }).toEqual({ status: 400, type: "application/cbor" });
  expect(body).toContain("ValidationError");
  expect(body).toContain("aws_cloudwatch_metric_alarm alarm_name");
});

test("Terraform says which constraint is broken", async () => {
  const directory = path.join(emulator.directory, "broken");
  await mkdir(directory, { recursive: true });
  const configuration = {
    terraform: {
      backend: { local: {} },
      required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } },
    },
    provider: { aws: [{ region: REGION }] },
    resource: {
      aws_iam_role: {
        broken: {
          name: "broken",
          tags: { team: "checkout", Team: "checkout" },
          assume_role_policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
            ],
          }),
        },
      },
    },
  };
  await writeFile(path.join(directory, "main.tf.json"), JSON.stringify(configuration));
  const terraform = new Terraform({ emulator, directory, region: REGION, account: ACCOUNT });
  await terraform.init();
  await expect(terraform.apply()).rejects.toThrow(
    /InvalidInput: aws_iam_role broken has the tag key "(team|Team)" twice/,
  );
}, 120_000);
