import { type Change, made, removed } from "../change";
import { REST_JSON } from "../protocols/json";
import { type Input, objectIn, textIn } from "../protocols/protocol";
import type { Service } from "../service";

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html */
export const SCHEDULER: Service = {
  name: "scheduler",
  protocols: { rest: REST_JSON },
  routes: [
    ["POST", "/schedules/{Name}", "CreateSchedule"],
    ["PUT", "/schedules/{Name}", "UpdateSchedule"],
    ["DELETE", "/schedules/{Name}", "DeleteSchedule"],
  ],
  changes: {
    CreateSchedule: (input) => [schedule(input)],
    UpdateSchedule: (input) => [schedule(input)],
    DeleteSchedule: (input) => [removed("aws_scheduler_schedule", idOf(input))],
  },
  free: [],
  refusals: {
    usual: [400, "ValidationException"],
    breaches: { count: [402, "ServiceQuotaExceededException"] },
  },
};

function schedule(input: Input): Change {
  const retries = objectIn(objectIn(input.Target).RetryPolicy);
  return made("aws_scheduler_schedule", idOf(input), {
    name: input.Name,
    description: input.Description,
    schedule_expression: input.ScheduleExpression,
    "target.retry_policy.maximum_event_age_in_seconds": retries.MaximumEventAgeInSeconds,
    "target.retry_policy.maximum_retry_attempts": retries.MaximumRetryAttempts,
  });
}

/** A body names the group, a query `groupName`. */
function idOf({ GroupName: body, groupName: query, Name: name }: Input): string {
  return `${textIn(body ?? query ?? "default")}/${textIn(name)}`;
}
