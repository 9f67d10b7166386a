/**
 * Why a queue did not take a message. Only `message` is permanent: it would fail again in the same way, for ever. Everything else
 * is retried, because the cause is around the message and not in it.
 *
 * | class | cause |
 * |---|---|
 * | throttled | the queue, or its KMS key, asks to slow down |
 * | unreachable | no connection, no answer in time, or an error inside AWS |
 * | denied | credentials or policies of queue or key |
 * | configuration | the queue is missing, or cannot be used as it is, or its key cannot |
 * | unowned | no region processes the messages of the home now, or nobody can tell which |
 * | deadline | the function ran out of time first |
 * | message | the message itself: contents, size, attributes |
 * | unknown | anything else |
 */
export const FAILURE_CLASSES = [
  "throttled",
  "unreachable",
  "denied",
  "configuration",
  "unowned",
  "deadline",
  "message",
  "unknown",
] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

export interface Failure {
  readonly class: FailureClass;
  /** Error code, never the error's text: SQS quotes message contents in it. */
  readonly code: string;
}

/**
 * A failed entry of a batch that was otherwise accepted. `SenderFault` is not asked: SQS also sets it for throttling and for KMS.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_BatchResultErrorEntry.html
 */
export function entryFailure(code: string | undefined): Failure {
  return { class: classOfCode(code) ?? "unknown", code: code ?? "NoCode" };
}

/** A whole call that failed: what the SDK throws. */
export function callFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { class: "unknown", code: typeof error };
  const { Code, code, $metadata } = error as Error & {
    readonly Code?: unknown;
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  // The SDK names errors of the model itself and keeps the service's own code, of the older query protocol, in Code.
  const codes = [error.name, Code, code].filter((candidate) => typeof candidate === "string");
  const known = codes.find((candidate) => classOfCode(candidate) !== undefined);
  return known === undefined
    ? {
        class: classOfStatus($metadata?.httpStatusCode),
        code: codes.find((name) => name !== "Error") ?? error.name,
      }
    : entryFailure(known);
}

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html#API_SendMessageBatch_Errors
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
 * A message over the queue's size limit is an InvalidParameterValue of its entry, and BatchRequestTooLong when it is alone.
 */
const CODES: Readonly<Record<Exclude<FailureClass, "unknown" | "unowned">, readonly string[]>> = {
  throttled: [
    "RequestThrottled",
    "Throttling",
    "ThrottledException",
    "TooManyRequests",
    "RequestLimitExceeded",
    "OverLimit",
    "ProvisionedThroughputExceeded",
  ],
  unreachable: [
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "ServiceUnavailable",
    "RequestTimeout",
    "TimeoutError",
    "ECONNREFUSED",
    "ECONNRESET",
    "ECONNABORTED",
    "EPIPE",
    "ETIMEDOUT",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EPROTO",
    "EHOSTUNREACH",
    "EHOSTDOWN",
    "ENETUNREACH",
    "ENETDOWN",
    "EADDRNOTAVAIL",
  ],
  denied: [
    "AccessDenied",
    "AuthFailure",
    "NotAuthorized",
    "OptInRequired",
    "InvalidSecurity",
    "CredentialsProviderError",
    "InvalidClientTokenId",
    "UnrecognizedClient",
    "InvalidAccessKeyId",
    "MissingAuthenticationToken",
    "SignatureDoesNotMatch",
    "InvalidSignature",
    "IncompleteSignature",
    "ExpiredToken",
    "RequestExpired",
  ],
  configuration: [
    "QueueDoesNotExist",
    "NonExistentQueue",
    "QueueDeletedRecently",
    "InvalidAddress",
    "UnsupportedOperation",
    "MissingParameter",
    "InvalidAction",
    "InvalidAttributeName",
    "InvalidAttributeValue",
    "ResourceNotFound",
  ],
  deadline: ["AbortError"],
  message: ["InvalidMessageContents", "InvalidParameterValue", "BatchRequestTooLong"],
};

const CLASSES: ReadonlyMap<string, FailureClass> = new Map(
  Object.entries(CODES).flatMap(([name, codes]) =>
    codes.map((code): [string, FailureClass] => [shortCode(code), name as FailureClass]),
  ),
);

function classOfCode(code: string | undefined): FailureClass | undefined {
  if (code === undefined) return undefined;
  const short = shortCode(code);
  return /^kms/i.test(short) ? classOfKeyCode(short) : CLASSES.get(short);
}

/** Codes of the queue's KMS key come as KmsThrottled or KMS.ThrottlingException, with or without the prefix of SQS. */
function classOfKeyCode(code: string): FailureClass {
  if (/thrott/i.test(code)) return "throttled";
  return /access|optin/i.test(code) ? "denied" : "configuration";
}

function classOfStatus(status: number | undefined): FailureClass {
  if (status === undefined) return "unknown";
  if (status === 429) return "throttled";
  if (status === 401 || status === 403) return "denied";
  return status >= 500 ? "unreachable" : "unknown";
}

function shortCode(code: string): string {
  return code
    .replace(/^.*#/, "")
    .replace(/^AWS\.SimpleQueueService\./, "")
    .replace(/Exception$/, "");
}

/** What logs say of an error. Never its text, which may quote what the error is about. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
