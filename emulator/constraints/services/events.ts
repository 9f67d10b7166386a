import { made, ownerOf, removed, tagged, untagged } from "../change";
import { jsonProtocol } from "../protocols/json";
import { type Input, listIn, objectIn, tagList, textIn, texts } from "../protocols/protocol";
import type { Service } from "../service";
import { resourcePart } from "./arns";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html */
export const EVENTS: Service = {
  name: "events",
  protocols: { target: jsonProtocol("com.amazonaws.eventbridge", "1.1") },
  changes: {
    PutRule: (input) => [
      made(
        "aws_cloudwatch_event_rule",
        ruleId(input, input.Name),
        {
          name: input.Name,
          description: input.Description,
          schedule_expression: input.ScheduleExpression,
        },
        { owner: `event bus/${busOf(input)}`, tags: tagList(input.Tags) },
      ),
    ],
    DeleteRule: (input) => [
      removed("aws_cloudwatch_event_rule", ruleId(input, input.Name), { owner: `event bus/${busOf(input)}` }),
    ],
    PutTargets: (input) =>
      listIn(input.Targets).map((target) => {
        const { Id, Input: event, RetryPolicy: retries } = objectIn(target);
        return made(
          "aws_cloudwatch_event_target",
          textIn(Id),
          {
            target_id: Id,
            input: event,
            "retry_policy.maximum_event_age_in_seconds": objectIn(retries).MaximumEventAgeInSeconds,
            "retry_policy.maximum_retry_attempts": objectIn(retries).MaximumRetryAttempts,
          },
          { owner: ownerOf("aws_cloudwatch_event_rule", ruleId(input, input.Rule)) },
        );
      }),
    RemoveTargets: (input) =>
      texts(input.Ids).map((id) =>
        removed("aws_cloudwatch_event_target", id, {
          owner: ownerOf("aws_cloudwatch_event_rule", ruleId(input, input.Rule)),
        }),
      ),
    TagResource: (input) => [tagged("aws_cloudwatch_event_rule", ruleOf(input), tagList(input.Tags))],
    UntagResource: (input) => [untagged("aws_cloudwatch_event_rule", ruleOf(input), texts(input.TagKeys))],
  },
  free: ["PutEvents", "EnableRule", "DisableRule"],
  refusals: {
    usual: [400, "ValidationException"],
    breaches: { count: [400, "LimitExceededException"] },
  },
};

function busOf({ EventBusName: bus }: Input): string {
  return textIn(bus ?? "default");
}

function ruleId(input: Input, name: unknown): string {
  return `${busOf(input)}/${textIn(name)}`;
}

/** Of an ARN, which has the bus unless that is the default one: `rule/<name>`, `rule/<bus>/<name>`. */
function ruleOf({ ResourceARN: arn }: Input): string {
  const [, ...parts] = resourcePart(textIn(arn)).split("/");
  return parts.length === 1 ? `default/${parts[0]}` : parts.join("/");
}
