import type { IncomingMessage } from "node:http";

/** What one call to AWS is, as far as its request tells. */
export interface Call {
  /** Region that the caller is in: the one whose port of the gateway it used. */
  readonly source: string;
  /** Region that the call is meant for, from its signature; the source when it has none. */
  readonly target: string;
  /** Service by its signing name, such as `sqs`; empty when the call is not signed. */
  readonly service: string;
  /** Operation such as `SendMessageBatch`; method and path for services that have no better name for it. */
  readonly operation: string;
  /** Whether the caller used TLS. */
  readonly secure: boolean;
}

interface CredentialScope {
  readonly region: string;
  readonly service: string;
}

const FORM = "application/x-www-form-urlencoded";

/** Whether the operation is in the body, so that the body must be read to know it (query protocol: IAM, STS, SNS). */
export function operationIsInBody(request: IncomingMessage): boolean {
  return (
    request.headers["x-amz-target"] === undefined && (request.headers["content-type"] ?? "").startsWith(FORM)
  );
}

/**
 * Reads source, target, service and operation from a request.
 *
 * @param body the body, if `operationIsInBody`
 */
export function describeCall(request: IncomingMessage, source: string, secure: boolean, body: string): Call {
  const url = new URL(request.url ?? "/", "http://gateway");
  const scope = credentialScope(request, url);
  return {
    source,
    target: scope?.region ?? source,
    service: scope?.service ?? "",
    operation: operationOf(request, url, body),
    secure,
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html: key/date/region/service/aws4_request */
function credentialScope(request: IncomingMessage, url: URL): CredentialScope | undefined {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1];
  const credential = header ?? url.searchParams.get("X-Amz-Credential") ?? "";
  const [, , region, service] = credential.split("/");
  return region !== undefined && service !== undefined ? { region, service } : undefined;
}

function operationOf(request: IncomingMessage, url: URL, body: string): string {
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") return target.slice(target.lastIndexOf(".") + 1);
  const action = url.searchParams.get("Action") ?? new URLSearchParams(body).get("Action");
  if (action !== null) return action;
  const rpc = /^\/service\/[^/]+\/operation\/([^/]+)$/.exec(url.pathname)?.[1];
  return rpc ?? `${request.method ?? "GET"} ${url.pathname}`;
}
