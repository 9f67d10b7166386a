import type { IncomingMessage } from "node:http";
import { DYNAMODB_TARGET, tablesOf } from "./dynamodb-wire";
import { type BatchEntry, readSqsRequest, type SqsRequest } from "./sqs-wire";

/** Where callers are that are in no region: health checkers, users. */
export const INTERNET = "internet";

/** What one call to AWS is, as far as its request tells. */
export interface Call {
  /** Region that the caller is in, or {@link INTERNET}: the one whose port of the gateway it used. */
  readonly source: string;
  /** Region that the call is meant for, from its signature or its function URL; the source when it has neither. */
  readonly target: string;
  /** Service by its signing name, such as `sqs`; `lambda` for a function URL; else empty when the call is not signed. */
  readonly service: string;
  /** Operation such as `SendMessageBatch`; method and path for services that have no better name for it. */
  readonly operation: string;
  /** Access key that signed the call; every function has one of its own. Empty when the call is not signed. */
  readonly caller: string;
  /** Whether the caller used TLS. */
  readonly secure: boolean;
  /** Name of the SQS queue that the call is for; empty for other services. */
  readonly queue: string;
  /** Entries of a batch call of SQS; else empty. */
  readonly entries: readonly BatchEntry[];
  /** Names of the DynamoDB tables that the call is for; empty for other services. */
  readonly tables: readonly string[];
}

interface CredentialScope {
  readonly caller: string;
  readonly region: string;
  readonly service: string;
}

const FORM = "application/x-www-form-urlencoded";
const SQS_TARGET = "AmazonSQS.";
/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const INVOCATION = /^\/2015-03-31\/functions\/[^/]+\/invocations$/;
/** https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html: the region is a part of the host name. */
const FUNCTION_URL_HOST = /^[^.]+\.lambda-url\.([^.]+)\.on\.aws(:\d+)?$/;

/** Whether the body tells what the call is: the operation (query protocol: IAM, STS, SNS), the queue or the table. */
export function isToldByBody(request: IncomingMessage): boolean {
  const target = request.headers["x-amz-target"];
  return target === undefined
    ? (request.headers["content-type"] ?? "").startsWith(FORM)
    : isFor(target, SQS_TARGET) || isFor(target, DYNAMODB_TARGET);
}

/** Reads a call from its request. @param body the body, if `isToldByBody` */
export function describeCall(request: IncomingMessage, source: string, secure: boolean, body: string): Call {
  const url = new URL(request.url ?? "/", "http://gateway");
  const scope = credentialScope(request, url);
  const sqs = sqsRequestOf(request, body);
  const functionRegion = functionUrlRegion(request.headers.host ?? "");
  return {
    source,
    target: functionRegion ?? scope?.region ?? source,
    service: scope?.service ?? (functionRegion === undefined ? "" : "lambda"),
    operation: functionRegion === undefined ? operationOf(request, url, body) : "InvokeFunctionUrl",
    caller: scope?.caller ?? "",
    secure,
    get queue() {
      return sqs().queue;
    },
    get entries() {
      return sqs().entries;
    },
    get tables() {
      return isFor(request.headers["x-amz-target"], DYNAMODB_TARGET) ? tablesOf(body) : [];
    },
  };
}

function isFor(target: string | readonly string[] | undefined, service: string): boolean {
  return String(target ?? "").startsWith(service);
}

/** Region of the function URL with this host name, `undefined` when it is none. */
export function functionUrlRegion(host: string): string | undefined {
  return FUNCTION_URL_HOST.exec(host)?.[1];
}

/** A batch has up to 1 MiB, so that it is read only when somebody asks what is in it, and once. */
function sqsRequestOf(request: IncomingMessage, body: string): () => SqsRequest {
  let read: SqsRequest | undefined;
  const isSqs = isFor(request.headers["x-amz-target"], SQS_TARGET);
  return () => {
    read ??= isSqs ? readSqsRequest(body) : { queue: "", entries: [] };
    return read;
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html: key/date/region/service/aws4_request */
function credentialScope(request: IncomingMessage, url: URL): CredentialScope | undefined {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1];
  const credential = header ?? url.searchParams.get("X-Amz-Credential") ?? "";
  const [caller, , region, service] = credential.split("/");
  return caller !== undefined && region !== undefined && service !== undefined
    ? { caller, region, service }
    : undefined;
}

function operationOf(request: IncomingMessage, url: URL, body: string): string {
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") return target.slice(target.lastIndexOf(".") + 1);
  const action = url.searchParams.get("Action") ?? new URLSearchParams(body).get("Action");
  if (action !== null) return action;
  if (INVOCATION.test(url.pathname)) return "Invoke";
  const rpc = /^\/service\/[^/]+\/operation\/([^/]+)$/.exec(url.pathname)?.[1];
  return rpc ?? `${request.method ?? "GET"} ${url.pathname}`;
}
