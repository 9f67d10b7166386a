import { MESSAGE_CALLS } from "../../sqs-wire";
import { type Change, changed, made, removed, tagged, untagged } from "../change";
import { queryCompatible } from "../protocols/json";
import { documentIn, type Input, objectIn, tagMap, textIn, texts } from "../protocols/protocol";
import type { Service } from "../service";
import { lastPart } from "./arns";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
export const SQS: Service = {
  name: "sqs",
  protocols: { target: queryCompatible("com.amazonaws.sqs") },
  changes: {
    CreateQueue: ({ QueueName: name, Attributes: attributes, tags }) => [
      made(
        "aws_sqs_queue",
        textIn(name),
        { name, ...attributesOf(objectIn(attributes)) },
        { tags: tagMap(tags) },
      ),
    ],
    SetQueueAttributes: (input) => {
      const attributes = objectIn(input.Attributes);
      const queue = lastPart(textIn(input.QueueUrl));
      return [...partsOf(queue, attributes), changed("aws_sqs_queue", queue, attributesOf(attributes))];
    },
    TagQueue: ({ QueueUrl: url, Tags: tags }) => [
      tagged("aws_sqs_queue", lastPart(textIn(url)), tagMap(tags)),
    ],
    UntagQueue: ({ QueueUrl: url, TagKeys: keys }) => [
      untagged("aws_sqs_queue", lastPart(textIn(url)), texts(keys)),
    ],
    DeleteQueue: ({ QueueUrl: url }) => [removed("aws_sqs_queue", lastPart(textIn(url)))],
  },
  free: [...MESSAGE_CALLS, "PurgeQueue", "StartMessageMoveTask", "CancelMessageMoveTask"],
  refusals: {
    usual: [400, "InvalidAttributeValue"],
    attributes: { name: [400, "InvalidParameterValue"] },
    breaches: {
      // SQS answers so, with 403, where its reference has the code alone.
      policy: [403, "OverLimit"],
      tag: [400, "InvalidParameterValue"],
      tagTwice: [400, "InvalidParameterValue"],
      tagCount: [400, "InvalidParameterValue"],
    },
  },
};

function attributesOf(attributes: Input) {
  return {
    visibility_timeout_seconds: attributes.VisibilityTimeout,
    message_retention_seconds: attributes.MessageRetentionPeriod,
    delay_seconds: attributes.DelaySeconds,
    receive_wait_time_seconds: attributes.ReceiveMessageWaitTimeSeconds,
    max_message_size: attributes.MaximumMessageSize,
    kms_data_key_reuse_period_seconds: attributes.KmsDataKeyReusePeriodSeconds,
    policy: given(attributes.Policy),
    ...redriveOf(attributes),
    ...redriveAllowOf(attributes),
  };
}

/** What resources of their own set of a queue that is there. Terraform sets each by itself. */
function partsOf(queue: string, attributes: Input): readonly Change[] {
  return [
    ...(attributes.Policy === undefined
      ? []
      : [made("aws_sqs_queue_policy", queue, { policy: given(attributes.Policy) })]),
    ...(attributes.RedrivePolicy === undefined
      ? []
      : [made("aws_sqs_queue_redrive_policy", queue, redriveOf(attributes))]),
    ...(attributes.RedriveAllowPolicy === undefined
      ? []
      : [made("aws_sqs_queue_redrive_allow_policy", queue, redriveAllowOf(attributes))]),
  ];
}

function redriveOf({ RedrivePolicy: policy }: Input) {
  return { "redrive_policy.maxReceiveCount": documentIn(policy).maxReceiveCount };
}

function redriveAllowOf({ RedriveAllowPolicy: policy }: Input) {
  return { "redrive_allow_policy.sourceQueueArns": documentIn(policy).sourceQueueArns };
}

/** An empty attribute takes one away. */
function given(value: unknown): string | undefined {
  return textIn(value) === "" ? undefined : textIn(value);
}
