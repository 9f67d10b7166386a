import {
  allOf,
  anyOf,
  each,
  endsWith,
  entryOf,
  equal,
  fieldOf,
  isAtLeast,
  isAtMost,
  isEmpty,
  isOneOf,
  isSet,
  joined,
  not,
  product,
  text,
  wasGiven,
  when,
} from "../core/expression";
import {
  FIFO_FUNCTION_TIMEOUT_MAX_SECONDS,
  FIFO_MAPPING_BATCH_SIZE,
  FIFO_VISIBILITY_TIMEOUT_MAX_SECONDS,
  MAPPING_BATCH_SIZE_WITHOUT_WINDOW,
  MAPPING_WINDOW_SECONDS,
  RECLAIMED_MAX_RECEIVE_COUNT,
  VISIBILITY_PER_FUNCTION_TIMEOUT,
  VISIBILITY_TIMEOUT_SECONDS,
} from "../core/limits";
import { COPYING, KEEPING_ORDER, MODES, ORDERED_MODES } from "../core/modes";
import { FIFO_SUFFIX } from "../core/names";
import type { Operand, Value } from "../core/value";
import { principalsOf, type ServicePrincipal } from "./access/principals";
import type { LogicalQueueSettings, QueueConfiguration } from "./configuration";
import { isMember, keysOfRegions, otherMembers } from "./entry-rules";
import { membersOf } from "./recovery/majority";
import { copies } from "./region-sets";
import { ofEach, type TableRule } from "./rule";
import { QUEUE_TAG_TABLE } from "./tag-rules";

/** Rules of each logical queue with what it takes from its group. A configuration and a module are held against the same table. */

type QueueTableRule = TableRule<LogicalQueueSettings, QueueConfiguration>;
type Rescue = NonNullable<QueueConfiguration["rescue"]>;

const isFifo = ({ fifo }: LogicalQueueSettings) => isSet(fifo);

const fifoModes: QueueTableRule = {
  path: "mode",
  find: (queue) => ({
    value: queue.mode,
    holds: anyOf(not(isFifo(queue)), isOneOf(queue.mode, KEEPING_ORDER)),
    allowed: `${ORDERED_MODES} on FIFO queues`,
  }),
  fix: ({ mode }) => `use async: ${MODES[mode].breaksOrder}`,
};

/**
 * Services that send to no FIFO queue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-compatibility.html
 * and https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-delivery.html
 */
const fifoServices: QueueTableRule = {
  path: "producers",
  find: (queue) =>
    ofEach(
      principalsOf(queue.producers).services as Value<readonly ServicePrincipal[]>,
      { key: "index", value: "service" },
      (_, principal) => {
        const service = fieldOf(principal, "service");
        const standard = each(
          fieldOf(principal, "sourceArns"),
          (arn) => arn,
          (arn) => not(endsWith(arn, FIFO_SUFFIX)),
        );
        return {
          value: service,
          holds: anyOf(
            not(isFifo(queue)),
            allOf(
              not(equal(service, "s3.amazonaws.com")),
              anyOf(not(equal(service, "sns.amazonaws.com")), isEmpty(standard)),
            ),
          ),
          allowed: "no S3 and no standard topic of SNS with a FIFO queue, to which they cannot send",
        };
      },
    ),
  fix: () => "let them send to a standard queue, or by a FIFO topic, a function or a pipe that gives a group",
};

const fifoOnly = (path: string, of: (queue: LogicalQueueSettings) => unknown): QueueTableRule => ({
  path,
  find: (queue) => ({
    value: of(queue),
    holds: anyOf(isFifo(queue), not(wasGiven(of(queue)))),
    allowed: "nothing on a standard queue",
  }),
  fix: () => "take it out, or set fifo to true",
});

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/enable-high-throughput-fifo.html */
const fifoThroughput: QueueTableRule = {
  path: "deduplication_scope",
  find: ({ fifo }) => ({
    value: fifo === false ? undefined : fifo.deduplicationScope,
    holds:
      fifo === false ||
      anyOf(
        not(isSet(fifo)),
        not(equal(fifo.throughputLimit, "perMessageGroupId")),
        equal(fifo.deduplicationScope, "messageGroup"),
      ),
    allowed: "messageGroup with a fifo_throughput_limit of perMessageGroupId",
  }),
  fix: () => "set it to messageGroup, or fifo_throughput_limit to perQueue",
};

const fifoMost = (
  path: string,
  most: number,
  of: (queue: LogicalQueueSettings) => Operand<number>,
  why: string,
): QueueTableRule => ({
  path,
  find: (queue) => ({
    value: of(queue),
    holds: anyOf(not(isFifo(queue)), isAtMost(of(queue), most)),
    allowed: `at most ${most} on FIFO queues`,
  }),
  fix: () => `lower it to ${most}${why}`,
});

/** A retry after a doubtful send must still meet the five-minute deduplication, so messages may not stay out of sight for longer. */
const WITHIN_DEDUPLICATION =
  ": a repeated send must fall into the five minutes in which SQS drops duplicates";
const LIMIT_OF_LAMBDA = ", Lambda's limit for FIFO queues";

const transitVisibility: QueueTableRule = {
  path: "transit_visibility_timeout_seconds",
  find: ({ functions: { timeoutSeconds }, transitVisibilityTimeoutSeconds: value }) => {
    const least = product(timeoutSeconds, VISIBILITY_PER_FUNCTION_TIMEOUT);
    return {
      value,
      holds: isAtLeast(value, least),
      allowed: `${least} to ${VISIBILITY_TIMEOUT_SECONDS.max}: at least ${VISIBILITY_PER_FUNCTION_TIMEOUT} times the function timeout of ${timeoutSeconds} seconds`,
    };
  },
  fix: ({ functions: { timeoutSeconds }, transitVisibilityTimeoutSeconds: value }) => {
    const raised = `raise it to ${timeoutSeconds * VISIBILITY_PER_FUNCTION_TIMEOUT}`;
    if (value < VISIBILITY_PER_FUNCTION_TIMEOUT) return raised;
    return `${raised}, or lower functions.timeout_seconds to ${Math.floor(value / VISIBILITY_PER_FUNCTION_TIMEOUT)}`;
  },
};

const consumerVisibility: QueueTableRule = {
  path: "visibility_timeout_seconds",
  find: ({ consumerProcessingSeconds: least, visibilityTimeoutSeconds: value }) => ({
    value,
    holds: least === undefined || when(isSet(least), isAtLeast(value, least), true),
    allowed: `${least} to ${VISIBILITY_TIMEOUT_SECONDS.max}: at least consumer_processing_seconds`,
  }),
  fix: ({ consumerProcessingSeconds }) =>
    `raise it to ${consumerProcessingSeconds}: a message would appear again while its consumer still works on it`,
};

const oneKindOfPollers: QueueTableRule = {
  path: "functions.provisioned_pollers",
  find: ({ functions: { provisionedPollers, maximumConcurrency } }) => ({
    value: provisionedPollers && {
      minimum: provisionedPollers.minimum,
      maximum: provisionedPollers.maximum,
    },
    holds: not(allOf(isSet(provisionedPollers), wasGiven(maximumConcurrency))),
    allowed: "nothing together with maximum_concurrency",
  }),
  fix: () => "choose one of the two; Lambda does not take both",
};

const pollers: QueueTableRule = {
  path: "functions.provisioned_pollers.minimum",
  find: ({ functions: { provisionedPollers } }) => ({
    value: provisionedPollers?.minimum,
    holds:
      provisionedPollers === undefined ||
      when(isSet(provisionedPollers), isAtMost(provisionedPollers.minimum, provisionedPollers.maximum), true),
    allowed: `at most the maximum of ${provisionedPollers?.maximum}`,
  }),
  fix: ({ functions: { provisionedPollers } }) =>
    `lower it to ${provisionedPollers!.maximum}, or raise the maximum`,
};

const batchWindow: QueueTableRule = {
  path: "functions.batching_window_seconds",
  find: (queue) => ({
    value: queue.functions.batchingWindowSeconds,
    holds: anyOf(
      isFifo(queue),
      isAtMost(queue.functions.batchSize, MAPPING_BATCH_SIZE_WITHOUT_WINDOW),
      isAtLeast(queue.functions.batchingWindowSeconds, 1),
    ),
    allowed: `1 to ${MAPPING_WINDOW_SECONDS.max} with a batch_size of ${queue.functions.batchSize}`,
  }),
  fix: () => `set it to 1 or more, or batch_size to at most ${MAPPING_BATCH_SIZE_WITHOUT_WINDOW}`,
};

const rescueByLedger: QueueTableRule = {
  path: "rescue",
  find: ({ recovery }, { ledger }) => ({
    value: recovery?.rescue,
    holds: anyOf(not(isSet(recovery)), not(equal(recovery?.rescue, "ledger")), isSet(ledger)),
    allowed: "watermark or manual without a ledger",
  }),
  fix: () => 'add "ledger": {} for a managed one, or choose watermark',
};

const watermarkReceives: QueueTableRule = {
  path: "max_receive_count",
  find: ({ recovery, maxReceiveCount: value }) => ({
    value,
    holds: anyOf(
      not(isSet(recovery)),
      not(equal(recovery?.rescue, "watermark")),
      isAtLeast(value, RECLAIMED_MAX_RECEIVE_COUNT.min),
    ),
    allowed: `${RECLAIMED_MAX_RECEIVE_COUNT.min} to ${RECLAIMED_MAX_RECEIVE_COUNT.max} with rescue watermark`,
  }),
  fix: () =>
    `raise it to ${RECLAIMED_MAX_RECEIVE_COUNT.min}: at the hand-back a drainer receives messages that stay on the work queue`,
};

/** A setting that nothing heeds is a mistake. */
const heeded = (
  path: string,
  rescues: readonly Rescue[],
  of: (queue: LogicalQueueSettings) => Operand<unknown> | undefined,
): QueueTableRule => ({
  path,
  find: (queue, group) => {
    const { recovery, mode } = queue;
    const because = when(
      isSet(group.recovery),
      when(
        isOneOf(mode, COPYING),
        `with rescue ${recovery?.rescue}`,
        `in mode ${mode}, in which there are no copies`,
      ),
      "without recovery",
    );
    const isHeeded =
      recovery === undefined ? false : allOf(isSet(recovery), isOneOf(recovery.rescue, rescues));
    return {
      value: of(queue),
      holds: anyOf(not(wasGiven(of(queue))), isHeeded),
      allowed: `nothing ${because}`,
    };
  },
  fix: () => "take it out",
});
const ANY: readonly Rescue[] = ["ledger", "watermark", "manual"];

const peers: QueueTableRule = {
  path: "peers",
  find: (queue, group) => otherMembers(group, queue.peers),
  fix: () => "name other regions of the group",
};

/** Where a region may take a home over, it needs the copies. */
const copiesForOwners: QueueTableRule = {
  path: "peers",
  find: (queue, group) =>
    ofEach(membersOf(group), { key: "number", value: "home" }, (_, member) => {
      const home = text(member);
      const order = entryOf(group.recovery?.takeoverOrder, home) ?? [];
      const missing = each(
        order as Value<readonly string[]>,
        (region) => region,
        (region) =>
          allOf(isMember(group, region), not(equal(region, home)), not(copies(queue, home, text(region)))),
      );
      return {
        at: `.${home}`,
        value: entryOf(queue.peers, home),
        holds: when(isSet(queue.recovery), isEmpty(missing), true),
        allowed: `all regions that may take ${home} over: ${joined(order as Value<readonly string[]>, ", ")}`,
        fix: `add ${joined(missing, " and ")}, or name in recovery.takeover_order.${home} only regions that get copies of every logical queue`,
      };
    }),
  fix: () => "add them, or name in recovery.takeover_order only regions that get copies",
};

const kmsKeys: QueueTableRule = {
  path: "encryption.kms_key_arns",
  find: ({ encryption }, group) => keysOfRegions(encryption.kmsKeyArns, membersOf(group)),
  fix: () => "name a key of each region, or take kms_key_arns out and let SQS manage the keys",
};

export const QUEUE_TABLE: readonly QueueTableRule[] = [
  ...QUEUE_TAG_TABLE,
  peers,
  copiesForOwners,
  kmsKeys,
  transitVisibility,
  consumerVisibility,
  fifoModes,
  fifoServices,
  fifoOnly("content_based_deduplication", (queue) => queue.contentBasedDeduplication),
  fifoOnly("work_content_based_deduplication", (queue) => queue.workContentBasedDeduplication),
  fifoOnly("deduplication_scope", (queue) => queue.deduplicationScope),
  fifoOnly("fifo_throughput_limit", (queue) => queue.fifoThroughputLimit),
  fifoThroughput,
  fifoMost(
    "functions.timeout_seconds",
    FIFO_FUNCTION_TIMEOUT_MAX_SECONDS,
    (queue) => queue.functions.timeoutSeconds,
    WITHIN_DEDUPLICATION,
  ),
  fifoMost(
    "transit_visibility_timeout_seconds",
    FIFO_VISIBILITY_TIMEOUT_MAX_SECONDS,
    (queue) => queue.transitVisibilityTimeoutSeconds,
    WITHIN_DEDUPLICATION,
  ),
  fifoMost(
    "functions.batch_size",
    FIFO_MAPPING_BATCH_SIZE.max,
    (queue) => queue.functions.batchSize,
    LIMIT_OF_LAMBDA,
  ),
  fifoMost(
    "functions.batching_window_seconds",
    0,
    (queue) => queue.functions.batchingWindowSeconds,
    LIMIT_OF_LAMBDA,
  ),
  oneKindOfPollers,
  pollers,
  batchWindow,
  rescueByLedger,
  watermarkReceives,
  heeded("rescue", ANY, (queue) => queue.rescue),
  heeded("rescue_margin_seconds", ["watermark"], (queue) => queue.rescueMarginSeconds),
  heeded("max_rate", ANY, (queue) => queue.maxRate),
  heeded("on_missing_identity", ["ledger"], (queue) => queue.onMissingIdentity),
  heeded("ledger_key", ["ledger"], (queue) => queue.ledgerKey),
];
