/** Why a region, or a service in it, told nothing. */
export interface Trouble {
  readonly kind: TroubleKind;
  /** Name of the error, or its code where the name tells nothing. */
  readonly name: string;
  readonly message: string;
  /** Whether the service itself answered, whatever it said. */
  readonly answered: boolean;
}

export type TroubleKind =
  | "no-credentials"
  | "expired-credentials"
  | "invalid-credentials"
  | "access-denied"
  | "no-route"
  | "timed-out"
  | "not-deployed"
  | "failed";

const WORDS: Readonly<Record<TroubleKind, string>> = {
  "no-credentials": "no credentials",
  "expired-credentials": "expired credentials",
  "invalid-credentials": "credentials not accepted",
  "access-denied": "access denied",
  "no-route": "no route",
  "timed-out": "time-out",
  "not-deployed": "not deployed",
  failed: "failed",
};

const ADVICE: Readonly<Partial<Record<TroubleKind, string>>> = {
  "expired-credentials": "sign in again, or take new credentials",
  "invalid-credentials":
    "check the keys, the session token and the clock of this machine, and that the account has the region enabled",
  "access-denied": "attach operator_policy, an output of each region's stack, to the caller",
  "no-route": "the region is gone, or the way from this machine to it",
  "timed-out": "the region is gone, or the way from this machine to it",
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, and the spellings of STS and of the JSON services. */
const NAMES: Readonly<Partial<Record<TroubleKind, RegExp>>> = {
  "expired-credentials": /^ExpiredToken/,
  "invalid-credentials":
    /^(UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|RequestExpired|InvalidAccessKeyId|AuthFailure)/,
  "access-denied": /^(AccessDenied|NotAuthorized|UnauthorizedOperation|Forbidden)/,
  "timed-out": /^(TimeoutError|AbortError)$/,
};
/** Of those who look for credentials, before anything is sent. */
const PROVIDER_ERROR = /ProviderError$/;
/** What they say of a session of `aws sso login` that is over. */
const EXPIRED = /expired|cannot refresh/i;
const NO_ROUTE =
  /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/;
/** Principals as AWS names them when it refuses them: always in the account of their credentials. */
const CALLER = /\barn:aws[\w-]*:(?:iam|sts)::(\d{12}):/;

/** What went wrong, by an error of the SDK's, of Node's, or of our own. */
export function troubleOf(error: unknown): Trouble {
  const { code, $metadata } = (error instanceof Error ? error : {}) as SdkError;
  const message = error instanceof Error ? error.message : String(error);
  const answered = $metadata?.httpStatusCode !== undefined;
  const name = nameOf(error);
  if (!answered && typeof code === "string" && NO_ROUTE.test(code)) {
    return { kind: "no-route", name: code, message, answered };
  }
  return { kind: kindOf(name, code, message, $metadata?.httpStatusCode), name, message, answered };
}

/** For a terminal, in a few words. */
export function describe({ kind, name }: Pick<Trouble, "kind" | "name">): string {
  return kind === "not-deployed" ? WORDS[kind] : `${WORDS[kind]} (${name})`;
}

/** What an operator can do, for each kind of trouble once. */
export function adviceFor(troubles: readonly Trouble[]): readonly string[] {
  return [...new Set(troubles.map(({ kind }) => kind))].flatMap((kind) => {
    const advice = ADVICE[kind];
    return advice === undefined ? [] : [`${WORDS[kind]}: ${advice}`];
  });
}

/** Whether nothing at all was heard of the region, though it was asked: so it may be lost. */
export function isOutOfReach({ kind, answered }: Trouble): boolean {
  return !answered && (kind === "no-route" || kind === "timed-out");
}

/** Whether time alone does not mend it: the caller has to. */
export function isCallersOwn({ kind }: Trouble): boolean {
  return kind.endsWith("-credentials") || kind === "access-denied";
}

/** The account of the caller, where the message of AWS says whom it refuses. */
export function accountIn({ kind, message }: Trouble): string | undefined {
  return kind === "access-denied" ? CALLER.exec(message)?.[1] : undefined;
}

/** Name of an error, or its code where the name tells nothing, as with errors of Node's. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, code } = error as { readonly name: string; readonly code?: unknown };
  return (name === "Error" || name === "AggregateError") && typeof code === "string" ? code : name;
}

interface SdkError {
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function kindOf(name: string, code: unknown, message: string, status: number | undefined): TroubleKind {
  if (PROVIDER_ERROR.test(name)) return EXPIRED.test(message) ? "expired-credentials" : "no-credentials";
  for (const [kind, names] of Object.entries(NAMES)) if (names.test(name)) return kind as TroubleKind;
  if (status === undefined && code === "ETIMEDOUT") return "timed-out";
  return status === 401 || status === 403 ? "access-denied" : "failed";
}
