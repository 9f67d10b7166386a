/** What SQS says in its JSON protocol, as far as faults read and change it. */

/** An answer of AWS, complete. */
export interface SqsAnswer {
  readonly status: number;
  /** Names and values by turns, as Node has them. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** An entry of a batch call. Of a message it has what its sender put there; binary values are in base64. */
export interface BatchEntry {
  readonly Id: string;
  readonly MessageBody?: string;
  readonly MessageGroupId?: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue?: string }>>;
}

/** What the body of a call of SQS tells. */
export interface SqsRequest {
  /** Name of the queue; empty when the call is for none. */
  readonly queue: string;
  /** Of a batch call; else empty. */
  readonly entries: readonly BatchEntry[];
}

/** Calls that send, receive and settle messages. An SDK repeats them by itself, and they make nothing but messages. */
export const MESSAGE_CALLS = [
  "SendMessage",
  "SendMessageBatch",
  "ReceiveMessage",
  "DeleteMessage",
  "DeleteMessageBatch",
  "ChangeMessageVisibility",
  "ChangeMessageVisibilityBatch",
] as const;

export function readSqsRequest(body: string): SqsRequest {
  const { QueueUrl: url, Entries: entries } = parsedObject(body);
  return {
    queue: typeof url === "string" ? url.slice(url.lastIndexOf("/") + 1) : "",
    entries: Array.isArray(entries) ? (entries as BatchEntry[]) : [],
  };
}

interface BatchResult {
  readonly Successful?: readonly { readonly Id: string }[];
  readonly Failed?: readonly object[];
}

/** What the answer to a batch call says of each entry: whether it succeeded. An entry without a word is not in it. */
export function readBatchResult({ status, body }: SqsAnswer): ReadonlyMap<string, boolean> {
  if (status !== 200) return new Map();
  const { Successful = [], Failed = [] } = parsedObject(body.toString("utf8")) as BatchResult;
  return new Map([
    ...Successful.map(({ Id }): [string, boolean] => [Id, true]),
    ...(Failed as readonly { readonly Id: string }[]).map(({ Id }): [string, boolean] => [Id, false]),
  ]);
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html#API_SendMessageBatch_Errors */
export function throttled(): SqsAnswer {
  return errorAnswer(400, "RequestThrottled", "Sender", "The request was denied due to request throttling.");
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html */
export function internalError(): SqsAnswer {
  return errorAnswer(500, "InternalError", "Receiver", INTERNAL_ERROR_TEXT);
}

/** The answer with entries that succeeded reported as failed inside SQS; what it says of the others stays as it is. */
export function reportedAsFailed(answer: SqsAnswer, ids: readonly string[]): SqsAnswer {
  if (answer.status !== 200) return answer;
  const result = parsedObject(answer.body.toString("utf8")) as BatchResult;
  const successful = result.Successful ?? [];
  const misreported = successful.filter(({ Id }) => ids.includes(Id));
  const body = Buffer.from(
    JSON.stringify({
      ...result,
      Successful: successful.filter((entry) => !misreported.includes(entry)),
      Failed: [
        ...(result.Failed ?? []),
        ...misreported.map(({ Id }) => ({
          Id,
          Code: "InternalError",
          Message: INTERNAL_ERROR_TEXT,
          SenderFault: false,
        })),
      ],
    }),
  );
  return { ...answer, rawHeaders: withContentLength(answer.rawHeaders, body.byteLength), body };
}

const INTERNAL_ERROR_TEXT = "We encountered an internal error. Please try again.";

/**
 * An error as the JSON protocol has it; the header is for clients that know the codes of the older query protocol.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#x-amzn-query-error-header
 */
function errorAnswer(status: number, code: string, fault: "Sender" | "Receiver", message: string): SqsAnswer {
  const body = Buffer.from(JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }));
  return {
    status,
    rawHeaders: [
      ...["content-type", "application/x-amz-json-1.0"],
      ...["x-amzn-query-error", `${code};${fault}`],
      ...["content-length", String(body.byteLength)],
    ],
    body,
  };
}

function withContentLength(rawHeaders: readonly string[], bytes: number): readonly string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (!/^(content-length|transfer-encoding)$/i.test(name)) kept.push(name, rawHeaders[index + 1] ?? "");
  }
  return [...kept, "content-length", String(bytes)];
}

function parsedObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
