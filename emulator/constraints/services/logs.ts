import { changed, made, removed, tagged, untagged } from "../change";
import { jsonProtocol } from "../protocols/json";
import { tagMap, textIn, texts } from "../protocols/protocol";
import type { Service } from "../service";
import { resourcePart } from "./arns";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html */
export const LOGS: Service = {
  name: "logs",
  protocols: { target: jsonProtocol("com.amazonaws.logs", "1.1") },
  changes: {
    CreateLogGroup: (input) => [
      made(
        "aws_cloudwatch_log_group",
        textIn(input.logGroupName),
        { name: input.logGroupName, retention_in_days: undefined },
        { tags: tagMap(input.tags) },
      ),
    ],
    PutRetentionPolicy: (input) => [
      changed("aws_cloudwatch_log_group", textIn(input.logGroupName), {
        retention_in_days: input.retentionInDays,
      }),
    ],
    DeleteLogGroup: (input) => [removed("aws_cloudwatch_log_group", textIn(input.logGroupName))],
    TagResource: (input) => [
      tagged("aws_cloudwatch_log_group", groupName(input.resourceArn), tagMap(input.tags)),
    ],
    UntagResource: (input) => [
      untagged("aws_cloudwatch_log_group", groupName(input.resourceArn), texts(input.tagKeys)),
    ],
    TagLogGroup: (input) => [
      tagged("aws_cloudwatch_log_group", textIn(input.logGroupName), tagMap(input.tags)),
    ],
    UntagLogGroup: (input) => [
      untagged("aws_cloudwatch_log_group", textIn(input.logGroupName), texts(input.tags)),
    ],
  },
  free: [
    "PutLogEvents",
    "CreateLogStream",
    "DeleteLogStream",
    "DeleteRetentionPolicy",
    "StartQuery",
    "StopQuery",
  ],
  refusals: {
    usual: [400, "InvalidParameterException"],
    breaches: { count: [400, "LimitExceededException"], tagCount: [400, "TooManyTagsException"] },
  },
};

/** `log-group:<name>`, and `:*` behind it in some ARNs. */
function groupName(arn: unknown): string {
  return resourcePart(textIn(arn)).split(":")[1] ?? "";
}
