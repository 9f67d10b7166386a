import { ALARMS, type AlarmDefinition } from "../../config/alarms";
import { toSnake } from "../../core/spelling";
import type { ResourceBlock } from "./blocks";

/** What a resource of a module is about, by its name. */
const THINGS: readonly (readonly [name: RegExp, thing: string])[] = [
  [/^ingress$/, "Ingress queue: where producers send."],
  [/^work$/, "Work queue: where consumers receive."],
  [/^outbox$/, "Outbox queue: copies owed to one peer."],
  [/^standby$/, "Standby queue: copies of what one home took in."],
  [/^dlq$/, "Dead-letter queue of the work queue."],
  [/^ingress_dlq$/, "Dead-letter queue of the ingress queue."],
  [
    /^replicator$/,
    "Replicator: puts what the ingress queue has onto the work queue and on its way to the peers.",
  ],
  [/^forwarder$/, "Forwarder: brings copies from an outbox queue to the standby queue of the peer."],
  [
    /^drainer$/,
    "Drainer: prunes processed copies of a home, and moves the others while this region owns the home.",
  ],
  [/^controller$/, "Controller: renews and takes ownership, and tells drainers what to do."],
  [/^control$/, "What the controller has to know of a logical queue."],
  [/^schedule$/, "Starts the controller every minute."],
  [/^rule$/, "Starts the controller too, should the schedule not."],
  [/^controller_(?:look|drain)_/, "Attaches a part of the controller's rights."],
  [/^look_/, "A part of the controller's rights: to see whether queues answer."],
  [
    /^drain_/,
    "A part of the controller's rights: to run drainers, and to see whether there is something for them.",
  ],
  [/^ownership$/, "Table of ownership: the vote of this region in who owns a home."],
  [/^ledger$/, "Ledger of processed messages."],
  [/^health_invoke/, "Lets the public health endpoint be called."],
  [/^health$/, "Health of the region, for Route 53."],
  [/^(?:endpoint|metric)_health$/, "Whether the region says that it is healthy."],
  [/^routing_control$/, "A routing control that counts for the region."],
  [/^discovery$/, "Discovery record: the region to send to."],
  [/^endpoint$/, "Record of an application endpoint."],
  [/^first$/, "First choice of a name, while it is healthy."],
  [/^rest/, "What a name answers when its first choice is not healthy."],
  [/^last$/, "Last choice of a name."],
];

/** What of it a resource is, by its type. */
const PARTS: Readonly<Record<string, string>> = {
  aws_cloudwatch_event_target: "What the rule starts.",
  aws_cloudwatch_log_group: "Its logs.",
  aws_dynamodb_resource_policy: "Who of another account may use it.",
  aws_iam_role: "Its role.",
  aws_iam_role_policy: "What its role may do.",
  aws_lambda_event_source_mapping: "The queue that it reads.",
  aws_lambda_function_event_invoke_config: "What becomes of late invocations.",
  aws_lambda_function_url: "Its public endpoint.",
  aws_sqs_queue_redrive_policy: "Where messages go that were received too often.",
};

const ALARM = "aws_cloudwatch_metric_alarm";

function alarmCalled(name: string): AlarmDefinition | undefined {
  return Object.entries(ALARMS).find(([word]) => toSnake(word) === name)?.[1];
}

/** What a reviewer is told of a resource. @throws Error when nothing is known of it */
export function commentOf({ type, name }: Pick<ResourceBlock, "type" | "name">): string {
  const alarm = type === ALARM ? alarmCalled(name) : undefined;
  if (alarm !== undefined) return `Alarm: ${alarm.what}.`;
  const thing = THINGS.find(([pattern]) => pattern.test(name))?.[1];
  if (thing === undefined) throw new Error(`${type}.${name} has no comment in stacks/hcl/comments.ts`);
  return [thing, PARTS[type] ?? ""].join(" ").trim();
}
