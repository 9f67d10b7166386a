import {
  accountIn,
  adviceFor,
  isCallersOwn,
  isOutOfReach,
  troubleOf,
  describe as words,
} from "../../cli/trouble";

/** An error as the SDK or Node gives it. @param status of the answer, if there was one */
function failure(name: string, { message = "no", status, code }: Partial<Failure> = {}): Error {
  const $metadata = status === undefined ? {} : { httpStatusCode: status };
  return Object.assign(new Error(message), { name, $metadata, ...(code !== undefined && { code }) });
}

interface Failure {
  readonly message: string;
  readonly status: number;
  readonly code: string;
}

test.each<[string, Error, string, boolean, boolean]>([
  ["no credentials", failure("CredentialsProviderError"), "no-credentials", false, false],
  [
    "a session that is over",
    failure("CredentialsProviderError", { message: "The SSO session … has expired." }),
    "expired-credentials",
    false,
    false,
  ],
  [
    "a token that is over",
    failure("TokenProviderError", { message: "Token is expired." }),
    "expired-credentials",
    false,
    false,
  ],
  ["ExpiredToken of STS", failure("ExpiredToken", { status: 403 }), "expired-credentials", true, false],
  [
    "a clock that is wrong",
    failure("InvalidSignatureException", { status: 400 }),
    "invalid-credentials",
    true,
    false,
  ],
  [
    "a region that is not enabled",
    failure("UnrecognizedClientException", { status: 400 }),
    "invalid-credentials",
    true,
    false,
  ],
  ["AccessDenied", failure("AccessDenied", { status: 403 }), "access-denied", true, false],
  ["a refusal by another name", failure("KMSAccessProblem", { status: 403 }), "access-denied", true, false],
  ["throttling", failure("ThrottlingException", { status: 400 }), "failed", true, false],
  ["a region that fails", failure("InternalServerError", { status: 500 }), "failed", true, false],
  [
    "a late answer that is a time-out of its own",
    failure("TimeoutError", { status: 504 }),
    "timed-out",
    true,
    false,
  ],
  ["a time-out of ours", failure("TimeoutError"), "timed-out", false, true],
  ["no address", failure("Error", { code: "ENOTFOUND" }), "no-route", false, true],
  [
    "a reset, which the SDK calls a time-out",
    failure("TimeoutError", { code: "ECONNRESET" }),
    "no-route",
    false,
    true,
  ],
  [
    "several addresses that fail",
    failure("AggregateError", { code: "ECONNREFUSED" }),
    "no-route",
    false,
    true,
  ],
  [
    "several addresses that say nothing",
    failure("AggregateError", { code: "ETIMEDOUT" }),
    "timed-out",
    false,
    true,
  ],
  ["a certificate of somebody else", failure("Error", { code: "CERT_HAS_EXPIRED" }), "failed", false, false],
  ["an answer that is none of the service's", new Error("the answer has no account"), "failed", false, false],
])("%s", (_, error, kind, answered, outOfReach) => {
  const trouble = troubleOf(error);
  expect(trouble).toMatchObject({ kind, answered });
  expect(isOutOfReach(trouble)).toBe(outOfReach);
  expect(words(trouble)).toMatch(/^[a-z -]+ \(\w+\)$/);
});

test("what is no Error at all is shown as it is", () => {
  expect(troubleOf("odd")).toEqual({ kind: "failed", name: "odd", message: "odd", answered: false });
});

test("advice is given once per kind", () => {
  const denied = troubleOf(failure("AccessDenied", { status: 403 }));
  const odd = troubleOf(new Error("odd"));
  expect(adviceFor([denied, odd, denied])).toEqual([
    "access denied: attach operator_policy, an output of each region's stack, to the caller",
  ]);
});

test("waiting mends what is the region's, and not what is the caller's", () => {
  expect(isCallersOwn(troubleOf(failure("ExpiredTokenException", { status: 400 })))).toBe(true);
  expect(isCallersOwn(troubleOf(failure("TimeoutError")))).toBe(false);
});

test.each([
  ["a role", "User: arn:aws:sts::111122223333:assumed-role/ops/me is not authorized", "111122223333"],
  ["a user in another partition", "User: arn:aws-cn:iam::111122223333:user/me is not …", "111122223333"],
  ["a resource alone", "no access to arn:aws:dynamodb:us-east-1:999988887777:table/x", undefined],
])("the account in a refusal is that of the principal: %s", (_, message, account) => {
  expect(accountIn(troubleOf(failure("AccessDeniedException", { message, status: 400 })))).toBe(account);
});
