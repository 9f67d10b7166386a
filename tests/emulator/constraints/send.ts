import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as iam from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as route53 from "@aws-sdk/client-route-53";
import * as sqs from "@aws-sdk/client-sqs";
import * as ssm from "@aws-sdk/client-ssm";
import { ACCOUNT, REGION, type TestCall, type TestService } from "./cases";

/** A request of a service that we have no SDK of. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly region: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Where calls go. */
export interface Wire {
  /** What a client of an SDK is made with. */
  configuration(region: string): object;
  send(request: RawRequest): Promise<RawAnswer>;
}

/** What a caller was told. `code` is empty when the call was carried out. */
export interface Outcome {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly output: Readonly<Record<string, unknown>>;
}

interface Client {
  send(command: object): Promise<object>;
  destroy(): void;
}
/** Clients of a wire. They hold nothing that outlives the test: {@link destroyClients}. */
const kept = new WeakMap<Wire, Map<string, Client>>();

export function destroyClients(wire: Wire): void {
  for (const client of kept.get(wire)?.values() ?? []) client.destroy();
  kept.delete(wire);
}

/** Services that older clients know by a query protocol have codes of their own beside the names of exceptions. */
type SdkError = Error & {
  readonly Code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
};

type Constructor<T> = new (configuration: object) => T;

const SDKS: Partial<Record<TestService, readonly [sdk: object, client: string]>> = {
  cloudwatch: [cloudwatch, "CloudWatchClient"],
  dynamodb: [dynamodb, "DynamoDBClient"],
  iam: [iam, "IAMClient"],
  lambda: [lambda, "LambdaClient"],
  route53: [route53, "Route53Client"],
  sqs: [sqs, "SQSClient"],
  ssm: [ssm, "SSMClient"],
};

/** Signing name, and what the target begins with, of services without an SDK. */
const TARGETS: Partial<Record<TestService, readonly [name: string, target: string]>> = {
  logs: ["logs", "Logs_20140328."],
  events: ["events", "AWSEvents."],
  autoscaling: ["application-autoscaling", "AnyScaleFrontendService."],
};

/** Makes a call as a client does. */
export async function send(wire: Wire, call: TestCall): Promise<Outcome> {
  const sdk = SDKS[call.service];
  return sdk === undefined ? sendRaw(wire, call) : sendBySdk(wire, call, sdk);
}

async function sendBySdk(
  wire: Wire,
  { operation, input, region = REGION }: TestCall,
  [sdk, clientName]: readonly [object, string],
): Promise<Outcome> {
  const members = sdk as Record<string, unknown>;
  const clients = kept.get(wire) ?? new Map<string, Client>();
  kept.set(wire, clients);
  const key = `${clientName} ${region}`;
  const client =
    clients.get(key) ??
    new (members[clientName] as Constructor<Client>)({
      ...wire.configuration(region),
      maxAttempts: 1,
      useQueueUrlAsEndpoint: false,
    });
  clients.set(key, client);
  const command = new (members[`${operation}Command`] as Constructor<object>)(input);
  try {
    const output = await client.send(command);
    return { status: 200, code: "", message: "", output: { ...output } };
  } catch (error) {
    const { name, message, Code = name, $metadata } = error as SdkError;
    const status = $metadata?.httpStatusCode;
    if (status === undefined) throw error;
    return { status, code: Code, message, output: {} };
  }
}

async function sendRaw(
  wire: Wire,
  { service, operation, input, region = REGION }: TestCall,
): Promise<Outcome> {
  const { status, headers, body } = await wire.send(
    service === "scheduler"
      ? scheduleRequest(input, region)
      : targetRequest(TARGETS[service]!, operation, input, region),
  );
  if (status < 300) return { status, code: "", message: "", output: {} };
  const { __type: type = "", message = "", Message = message } = JSON.parse(body) as Record<string, string>;
  const code = String(headers["x-amzn-errortype"] ?? type);
  return { status, code: code.slice(code.indexOf("#") + 1), message: Message, output: {} };
}

function targetRequest(
  [name, target]: readonly [string, string],
  operation: string,
  input: object,
  region: string,
): RawRequest {
  return {
    method: "POST",
    path: "/",
    headers: {
      ...signed(name, region),
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `${target}${operation}`,
    },
    body: JSON.stringify(input),
    region,
  };
}

function scheduleRequest({ Name, ...body }: Readonly<Record<string, unknown>>, region: string): RawRequest {
  return {
    method: "POST",
    path: `/schedules/${encodeURIComponent(String(Name))}`,
    headers: { ...signed("scheduler", region), "content-type": "application/json" },
    body: JSON.stringify(body),
    region,
  };
}

/** The emulator does not verify signatures of an account's root, so none is computed. */
function signed(service: string, region: string): Readonly<Record<string, string>> {
  const credential = `${ACCOUNT}/20260101/${region}/${service}/aws4_request`;
  return { authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0` };
}
