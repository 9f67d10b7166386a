import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SqsQueue, type SqsQueueConfig } from "@cdktf/provider-aws/lib/sqs-queue";
import { Construct } from "constructs";
import type { PolicyDocument } from "../../config/access/document";
import type { Encryption, FifoSettings } from "../../config/configuration";
import type { QueueReference } from "../../config/topology";
import { args, entryOf, isSet, json, mapOf, not, optional } from "../../core/expression";
import { QUEUE_MAX_MESSAGE_BYTES } from "../../core/limits";
import type { Condition, Operand, Value } from "../../core/value";
import { addressed } from "../address";
import type { Tags } from "../tags";

/** Settings of one FIFO queue. */
export type QueueFifo = Omit<FifoSettings, "workContentBasedDeduplication">;

export interface QueueProps {
  readonly provider: AwsProvider;
  readonly region: string;
  readonly address: string;
  readonly reference: QueueReference;
  readonly policy: PolicyDocument;
  readonly encryption: Encryption;
  readonly tags: Tags;
  readonly retentionSeconds: Value<number>;
  /** @default SQS's own 30 seconds */
  readonly visibilityTimeoutSeconds?: Value<number>;
  /** @default 0 */
  readonly delaySeconds?: Value<number>;
  /** @default 262144 bytes, the most that provider aws 5.100.0 accepts */
  readonly maxMessageSize?: Value<number>;
  /** @default 0: the queue is read by a function, whose pollers choose for themselves */
  readonly receiveWaitTimeSeconds?: Value<number>;
  /** Makes it a FIFO queue. @default a standard queue */
  readonly fifo?: QueueFifo | false;
  /** Where SQS moves what is received too often. One that the queue may lose is a `RedrivePolicy`. @default nowhere */
  readonly redrive?: Redrive;
  /** ARNs of the queues that may use this one as dead-letter queue. @default none is stated */
  readonly deadLettersOf?: readonly string[];
  /** Whether no queue may use this one as dead-letter queue. @default SQS's own: any of the account in the region may */
  readonly noDeadLetters?: Condition;
}

/** A dead-letter queue, and the receives after which SQS moves a message there. */
export interface Redrive {
  readonly to: Queue;
  readonly maxReceiveCount: Operand<number>;
}

/**
 * One SQS queue: encrypted, with its policy inside the resource, so that no moment passes in which the queue stands without it.
 */
export class Queue extends Construct {
  readonly resource: SqsQueue;

  constructor(scope: Construct, id: string, props: QueueProps) {
    super(scope, id);
    this.resource = addressed(
      new SqsQueue(this, "queue", {
        provider: props.provider,
        name: props.reference.name,
        ...args({
          messageRetentionSeconds: props.retentionSeconds,
          visibilityTimeoutSeconds: props.visibilityTimeoutSeconds ?? 30,
          delaySeconds: props.delaySeconds ?? 0,
          maxMessageSize: props.maxMessageSize ?? QUEUE_MAX_MESSAGE_BYTES,
          receiveWaitTimeSeconds: props.receiveWaitTimeSeconds ?? 0,
        }),
        policy: json(props.policy),
        tags: mapOf(props.tags),
        ...encryptionOf(props.encryption, props.region),
        ...(props.fifo &&
          optional(isSet(props.fifo), {
            fifoQueue: true,
            contentBasedDeduplication: props.fifo.contentBasedDeduplication,
            deduplicationScope: props.fifo.deduplicationScope,
            fifoThroughputLimit: props.fifo.throughputLimit,
          })),
        ...(props.redrive && { redrivePolicy: redrivePolicyOf(props.redrive) }),
        ...(props.deadLettersOf && {
          redriveAllowPolicy: json({
            redrivePermission: "byQueue",
            sourceQueueArns: props.deadLettersOf,
          }),
        }),
        ...optional(props.noDeadLetters ?? false, {
          redriveAllowPolicy: json({ redrivePermission: "denyAll" }),
        }),
      }),
      props.address,
    );
  }
}

/** With a token, not the computed ARN: SQS refuses a dead-letter queue that does not exist yet. */
export function redrivePolicyOf({ to, maxReceiveCount }: Redrive): string {
  return `{"deadLetterTargetArn":"${to.resource.arn}","maxReceiveCount":${maxReceiveCount}}`;
}

function encryptionOf(encryption: Encryption, region: string): Partial<SqsQueueConfig> {
  const key = entryOf(encryption.kmsKeyArns, region);
  const isOwn = isSet(key);
  return {
    ...optional(not(isOwn), { sqsManagedSseEnabled: true }),
    ...(key !== undefined &&
      optional(isOwn, {
        kmsMasterKeyId: key,
        kmsDataKeyReusePeriodSeconds: encryption.kmsDataKeyReusePeriodSeconds,
      })),
  };
}
