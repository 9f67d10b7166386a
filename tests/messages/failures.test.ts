import { callFailure, entryFailure } from "../../messages/failures";
import { serviceError } from "../replicator/fake-sqs";

describe("entryFailure", () => {
  test.each([
    ["RequestThrottled", "throttled"],
    ["ThrottlingException", "throttled"],
    ["KMS.ThrottlingException", "throttled"],
    ["KmsThrottled", "throttled"],
    ["InternalError", "unreachable"],
    ["AWS.SimpleQueueService.InternalError", "unreachable"],
    ["ServiceUnavailable", "unreachable"],
    ["AccessDenied", "denied"],
    ["AccessDeniedException", "denied"],
    ["KMS.AccessDeniedException", "denied"],
    ["KmsOptInRequired", "denied"],
    ["AWS.SimpleQueueService.NonExistentQueue", "configuration"],
    ["QueueDoesNotExist", "configuration"],
    ["KMS.NotFoundException", "configuration"],
    ["KmsDisabled", "configuration"],
    ["KmsInvalidState", "configuration"],
    ["MissingParameter", "configuration"],
    ["InvalidMessageContents", "message"],
    ["InvalidParameterValue", "message"],
    ["InvalidParameterValueException", "message"],
    ["com.amazonaws.sqs#InvalidMessageContents", "message"],
    ["SomethingNew", "unknown"],
  ])("takes %s as %s", (code, expected) => {
    expect(entryFailure(code)).toEqual({ class: expected, code });
  });

  test("takes an entry without a code as unknown", () => {
    expect(entryFailure(undefined)).toEqual({ class: "unknown", code: "NoCode" });
  });
});

describe("callFailure", () => {
  test.each([
    [serviceError("RequestThrottled", 403), "throttled"],
    [serviceError("ThrottlingException", 400), "throttled"],
    [serviceError("SlowDownPlease", 429), "throttled"],
    [serviceError("TimeoutError"), "unreachable"],
    [serviceError("SomethingBroke", 500), "unreachable"],
    [serviceError("BadGateway", 502), "unreachable"],
    [serviceError("AccessDenied", 403), "denied"],
    [serviceError("Forbidden", 403), "denied"],
    [serviceError("Unauthorized", 401), "denied"],
    [serviceError("CredentialsProviderError"), "denied"],
    [serviceError("QueueDoesNotExist", 400), "configuration"],
    [serviceError("AbortError"), "deadline"],
    [serviceError("BatchRequestTooLong", 400), "message"],
    [serviceError("Novelty", 400), "unknown"],
  ])("takes %p as %s", (error, expected) => {
    expect(callFailure(error)).toEqual({ class: expected, code: error.name });
  });

  test.each(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "EPIPE", "ETIMEDOUT"])(
    "takes the system error %s as unreachable",
    (code) => {
      expect(callFailure(Object.assign(new Error("connect"), { code }))).toEqual({
        class: "unreachable",
        code,
      });
    },
  );

  test("reads the code of the query protocol when the SDK has no name for the error", () => {
    const error = Object.assign(serviceError("UnknownError", 400), {
      Code: "AWS.SimpleQueueService.NonExistentQueue",
    });
    expect(callFailure(error)).toEqual({
      class: "configuration",
      code: "AWS.SimpleQueueService.NonExistentQueue",
    });
  });

  test("names an error that has nothing but its name", () => {
    expect(callFailure(new Error("Invalid MD5 checksum on messages: m-1"))).toEqual({
      class: "unknown",
      code: "Error",
    });
    expect(callFailure(Object.assign(new Error("new"), { code: "E_NEW" }))).toEqual({
      class: "unknown",
      code: "E_NEW",
    });
  });

  test("takes anything that is no error as unknown", () => {
    expect(callFailure("what")).toEqual({ class: "unknown", code: "string" });
  });
});
