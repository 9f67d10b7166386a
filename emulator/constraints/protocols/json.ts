import type { SqsAnswer } from "../../sqs-wire";
import { answer, type Fault, type Input, type Protocol } from "./protocol";

/** https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html, and 1.1: the operation is a header. */
export function jsonProtocol(namespace: string, version: "1.0" | "1.1"): Protocol {
  return { read: readJson, refuse: (fault) => refusal(namespace, version, fault) };
}

/**
 * The same for services whose clients know the codes of their older query protocol, from a header.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#x-amzn-query-error-header
 */
export function queryCompatible(namespace: string): Protocol {
  return {
    read: readJson,
    refuse: (fault) => refusal(namespace, "1.0", fault, { "x-amzn-query-error": `${fault.code};Sender` }),
  };
}

function refusal(
  namespace: string,
  version: string,
  { status, code, message }: Fault,
  headers: Readonly<Record<string, string>> = {},
): SqsAnswer {
  const body = JSON.stringify({ __type: `${namespace}#${code}`, message });
  return answer(status, { "content-type": `application/x-amz-json-${version}`, ...headers }, body);
}

/** https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html: parts of a request are in its path. */
export const REST_JSON: Protocol = {
  read: readJson,
  refuse: ({ status, code, message }: Fault) =>
    answer(
      status,
      { "content-type": "application/json", "x-amzn-errortype": code },
      JSON.stringify({ Message: message, message }),
    ),
};

function readJson(body: Buffer): Input {
  if (body.byteLength === 0) return {};
  const read: unknown = JSON.parse(body.toString("utf8"));
  if (typeof read !== "object" || read === null) throw new Error("the body is no object");
  return read as Input;
}
