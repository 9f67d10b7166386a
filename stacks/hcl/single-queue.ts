import { reference } from "../../core/expression";
import { type QueueWord, spelled } from "../../core/names";
import type { OutputBlock } from "./blocks";

/** Outputs of a call with one logical queue, under the names that users of terraform-aws-sqs know. */
const QUEUES: readonly (readonly [name: string, word: QueueWord, what: string])[] = [
  ["work_queue", "work", "work queue, where consumers receive"],
  ["ingress_queue", "ingress", "ingress queue, where producers send"],
  ["dead_letter_queue", "dlq", "dead-letter queue of the work queue"],
  ["ingress_dead_letter_queue", "ingressDlq", "dead-letter queue of the ingress queue"],
];

const ATTRIBUTES = { url: "URL", arn: "ARN", name: "Name" } as const;

export const SINGLE_QUEUE_OUTPUTS: readonly OutputBlock[] = QUEUES.flatMap(([name, word, what]) =>
  Object.entries(ATTRIBUTES).map(([attribute, shown]) => ({
    name: `${name}_${attribute}`,
    description: `${shown} of the ${what}; null unless there is one logical queue`,
    value: `\${aws_sqs_queue.${spelled(word).replaceAll("-", "_")}[one(keys(module.settings.queues))].${attribute}}`,
    symbols: [],
    condition: reference<boolean>("local.is_single"),
  })),
);
