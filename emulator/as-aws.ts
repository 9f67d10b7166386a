import { randomUUID } from "node:crypto";
import { MESSAGE_CALLS } from "./sqs-wire";

/**
 * What AWS does late, in part or now and then, and the emulator only if told. Times are in minutes of AWS, which `minuteSeconds` may shrink.
 * What is left to chance depends on the seed and on positions alone. What is left out, the emulator does at once, wholly and always.
 */
export interface AsAws {
  /** Decides all that is left to chance. @default a random one, which `log` is told */
  readonly seed?: string;
  /**
   * The metrics of queues.
   *
   * @default every queue has every metric, of this moment; an empty one has the age 0
   */
  readonly queueMetrics?: QueueMetrics;
  /**
   * How late the counts of `GetQueueAttributes` are. A queue answers from several places: what one says may be older than what another
   * said before. `exactly` in clients.ts has one call counted exactly.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
   *
   * @default they are exact
   */
  readonly staleCounts?: StaleCounts;
  /**
   * Functions are throttled by the concurrency of their account in a region, of which some may be reserved.
   * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
   *
   * @default by what is reserved for them, and by what this machine bears
   */
  readonly concurrency?: Concurrency;
  /**
   * How long a function takes to start where none waits.
   * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
   *
   * @default as long as its process takes
   */
  readonly coldStarts?: ColdStarts;
  /**
   * Tables with provisioned capacity refuse what is too much, with `ProvisionedThroughputExceededException`.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
   *
   * @default they take everything
   */
  readonly provisionedCapacity?: ProvisionedCapacity;
  /**
   * Standard queues deliver a message once more, also one that was deleted meanwhile.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html
   *
   * @default never
   */
  readonly duplicates?: Rate;
  /**
   * Standard queues deliver later messages before earlier ones, by receives.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html
   *
   * @default never
   */
  readonly reordering?: Rate;
  /**
   * Calls of data planes are carried out and their answers lost. `Gateway.liftAll` ends that too.
   * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
   *
   * @default every answer arrives
   */
  readonly lostAnswers?: Rate;
  /**
   * Alarms are evaluated once a minute.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
   *
   * @default whenever a metric gets a value
   */
  readonly lateAlarms?: LateAlarms;
  /**
   * The first values of a metric that is new take minutes.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/publishingMetrics.html
   *
   * @default they can be read at once
   */
  readonly newMetrics?: NewMetrics;
}

/**
 * Metrics of queues, each with the minutes in which the page says that it is reported: the age while a message counts, what is delayed or in
 * flight while there is any, what is visible while the queue is active.
 *
 * - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 * - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
 */
export interface QueueMetrics {
  /** How many minutes after its own a minute can be read at most. @default 2 */
  readonly lateMinutes?: number;
  /** How likely a minute of a queue is missing. @default 0.05 */
  readonly gapRate?: number;
  /** After how many minutes without a message and without a call a queue sleeps. @default 360 */
  readonly sleepsAfterMinutes?: number;
  /** How many minutes after a call a queue that slept has metrics again, at most. @default 15 */
  readonly wakesWithinMinutes?: number;
}

export interface StaleCounts {
  /** How old a count is at most, in minutes. @default 1 */
  readonly upToMinutes?: number;
}

export interface Concurrency {
  /** Functions of an account that run in one region at a time. @default 1000 */
  readonly account?: number;
}

export interface ColdStarts {
  /** Seconds that a start takes longer at most. @default 1 */
  readonly upToSeconds?: number;
}

export interface ProvisionedCapacity {
  /** For how many seconds a table keeps capacity that it did not use. @default 300 */
  readonly burstSeconds?: number;
}

export interface LateAlarms {
  /** How many minutes after a value came alarms are evaluated at most. @default 1 */
  readonly upToMinutes?: number;
}

export interface NewMetrics {
  /** After how many minutes the values of a new metric can be read at most. @default 2 */
  readonly withinMinutes?: number;
}

export interface Rate {
  /** How likely each is concerned, from 0 to 1. @default 0.01, of answers 0.001 */
  readonly rate?: number;
}

/** With every default, and nothing left out that is off. */
export interface AsAwsSettings {
  readonly seed: string;
  readonly queueMetrics?: Required<QueueMetrics>;
  readonly staleCounts?: Required<StaleCounts>;
  readonly concurrency?: Required<Concurrency>;
  readonly coldStarts?: Required<ColdStarts>;
  readonly provisionedCapacity?: Required<ProvisionedCapacity>;
  readonly duplicates?: Required<Rate>;
  readonly reordering?: Required<Rate>;
  readonly lostAnswers?: Required<Rate>;
  readonly lateAlarms?: Required<LateAlarms>;
  readonly newMetrics?: Required<NewMetrics>;
}

/** Everything, as far as AWS says how it does it. For what runs the product as its users do. */
export const AS_AWS = {
  queueMetrics: {},
  staleCounts: {},
  concurrency: {},
  coldStarts: {},
  provisionedCapacity: {},
  duplicates: {},
  reordering: {},
  lostAnswers: {},
  lateAlarms: {},
  newMetrics: {},
} as const satisfies AsAws;

/** The calls whose answers may be lost, by service: those that an SDK repeats by itself and that create nothing by their name. */
export const DATA_PLANES: Readonly<Record<string, readonly string[]>> = {
  sqs: MESSAGE_CALLS,
  dynamodb: ["PutItem", "UpdateItem", "DeleteItem", "GetItem", "BatchGetItem", "BatchWriteItem", "Query"],
  lambda: ["Invoke"],
  ssm: ["GetParameter", "GetParameters", "GetParametersByPath"],
  monitoring: ["PutMetricData", "GetMetricData"],
};

/** @throws Error when a rate is none, or a time is below 0 */
export function settingsOf({ seed = randomUUID(), ...wanted }: AsAws): AsAwsSettings {
  return {
    seed,
    ...filled("queueMetrics", wanted.queueMetrics, {
      lateMinutes: 2,
      gapRate: 0.05,
      sleepsAfterMinutes: 360,
      wakesWithinMinutes: 15,
    }),
    ...filled("staleCounts", wanted.staleCounts, { upToMinutes: 1 }),
    ...filled("concurrency", wanted.concurrency, { account: 1_000 }),
    ...filled("coldStarts", wanted.coldStarts, { upToSeconds: 1 }),
    ...filled("provisionedCapacity", wanted.provisionedCapacity, { burstSeconds: 300 }),
    ...filled("duplicates", wanted.duplicates, { rate: 0.01 }),
    ...filled("reordering", wanted.reordering, { rate: 0.01 }),
    ...filled("lostAnswers", wanted.lostAnswers, { rate: 0.001 }),
    ...filled("lateAlarms", wanted.lateAlarms, { upToMinutes: 1 }),
    ...filled("newMetrics", wanted.newMetrics, { withinMinutes: 2 }),
  };
}

/** The settings of one behaviour with its defaults, under its name; nothing when it is off. */
function filled<Name extends string, Settings extends Readonly<Record<string, number>>>(
  name: Name,
  wanted: Partial<Settings> | undefined,
  defaults: Settings,
): { readonly [name in Name]?: Settings } {
  if (wanted === undefined) return {};
  const settings = { ...defaults, ...wanted };
  for (const [setting, value] of Object.entries(settings)) {
    const most = setting.toLowerCase().endsWith("rate") ? 1 : Number.POSITIVE_INFINITY;
    if (!(value >= 0 && value <= most)) throw new Error(`asAws.${name}.${setting}: ${value} is not allowed`);
  }
  return { [name]: settings } as { readonly [name in Name]?: Settings };
}
