import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from "@aws-sdk/client-cloudwatch";

/** Age of the oldest message of a queue within one period. */
export interface AgePoint {
  /** Beginning of the period, in epoch milliseconds. */
  readonly at: number;
  /** The greatest age in the period, in milliseconds. An empty queue has none on AWS. */
  readonly ageMs: number;
  /** Whether the queue held messages whose delay had not passed: AWS does not say that their age counts. @default it held none */
  readonly delayed?: true;
}

/**
 * By name of the queue, in the order of time. One without data has no points: SQS has not seen it used for hours, or has not seen a
 * message on it lately. Of one that is missing nothing is known: it was not asked for, or CloudWatch could not tell.
 */
export type Ages = Readonly<Record<string, readonly AgePoint[]>>;

/** A queue whose ages are wanted. */
export interface AgeQuestion {
  readonly queue: string;
  /** Whether producers may delay its messages. */
  readonly delays: boolean;
}

/** SQS publishes once a minute: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export const AGE_PERIOD_MS = 60_000;
const WINDOW_MS = 15 * 60_000;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_PER_CALL = 500;

/** Ages of the oldest messages of the region's queues over the last quarter of an hour. Throws when CloudWatch does not answer. */
export async function readAges(
  client: Pick<CloudWatchClient, "send">,
  questions: readonly AgeQuestion[],
  now: number,
): Promise<Ages> {
  const asked = questions.map(({ queue, delays }) => ({
    queue,
    age: new Series(queue, "ApproximateAgeOfOldestMessage"),
    delayed: delays ? [new Series(queue, "ApproximateNumberOfMessagesDelayed")] : [],
  }));
  const series = asked.flatMap(({ age, delayed }) => [age, ...delayed]);
  for (let first = 0; first < series.length; first += QUERIES_PER_CALL) {
    await readSeries(client, series.slice(first, first + QUERIES_PER_CALL), now);
  }
  return Object.fromEntries(
    asked
      .filter(({ age, delayed }) => [age, ...delayed].every(({ isKnown }) => isKnown))
      .map(({ queue, age, delayed }) => [
        queue,
        pointsOf(age.values).map((point) => withDelay(point, delayed[0]?.values ?? new Map())),
      ]),
  );
}

type Metric = "ApproximateAgeOfOldestMessage" | "ApproximateNumberOfMessagesDelayed";

/** One metric of one queue, and what is known of it. */
class Series {
  isKnown = true;
  /** By the beginning of the period. */
  readonly values = new Map<number, number>();

  constructor(
    readonly queue: string,
    readonly metric: Metric,
  ) {}

  query(id: string): MetricDataQuery {
    return {
      Id: id,
      MetricStat: {
        Metric: {
          Namespace: "AWS/SQS",
          MetricName: this.metric,
          Dimensions: [{ Name: "QueueName", Value: this.queue }],
        },
        Period: AGE_PERIOD_MS / 1_000,
        Stat: "Maximum",
      },
    };
  }

  add({ StatusCode, Timestamps = [], Values = [] }: MetricDataResult): void {
    if (StatusCode === "InternalError" || StatusCode === "Forbidden") this.isKnown = false;
    Timestamps.forEach((time, index) => {
      const value = Values[index];
      if (value !== undefined) this.values.set(time.getTime(), value);
    });
  }
}

async function readSeries(
  client: Pick<CloudWatchClient, "send">,
  series: readonly Series[],
  now: number,
): Promise<void> {
  const queries = series.map((one, index) => one.query(`q${index}`));
  let next: string | undefined;
  do {
    const { MetricDataResults = [], NextToken } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - WINDOW_MS),
        EndTime: new Date(now),
        MetricDataQueries: queries,
        ...(next === undefined ? {} : { NextToken: next }),
      }),
    );
    for (const result of MetricDataResults) series[Number(result.Id?.slice(1))]?.add(result);
    next = NextToken;
  } while (next !== undefined);
}

function pointsOf(values: ReadonlyMap<number, number>): readonly AgePoint[] {
  return [...values]
    .map(([at, seconds]) => ({ at, ageMs: seconds * 1_000 }))
    .sort((one, other) => one.at - other.at);
}

/** Counts are approximate for a minute, so one in a neighbouring period counts too. */
function withDelay(point: AgePoint, delayed: ReadonlyMap<number, number>): AgePoint {
  const isNear = [...delayed].some(([at, count]) => count > 0 && Math.abs(at - point.at) <= AGE_PERIOD_MS);
  return isNear ? { ...point, delayed: true } : point;
}
