import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";

/** Age of the oldest message of a queue within one period. */
export interface AgePoint {
  /** Beginning of the period, in epoch milliseconds. */
  readonly at: number;
  /** The greatest age in the period, in milliseconds; 0 when the queue was empty. */
  readonly ageMs: number;
}

/** By name of the queue, in the order of time. A queue without data is missing: SQS has not seen it used for hours. */
export type Ages = Readonly<Record<string, readonly AgePoint[]>>;

/** SQS publishes once a minute: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export const AGE_PERIOD_MS = 60_000;
const WINDOW_MS = 15 * 60_000;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_PER_CALL = 500;

/** Ages of the oldest messages of the region's queues over the last quarter of an hour. Throws when CloudWatch does not answer. */
export async function readAges(
  client: Pick<CloudWatchClient, "send">,
  queueNames: readonly string[],
  now: number,
): Promise<Ages> {
  const ages: Record<string, AgePoint[]> = {};
  for (let first = 0; first < queueNames.length; first += QUERIES_PER_CALL) {
    const names = queueNames.slice(first, first + QUERIES_PER_CALL);
    let next: string | undefined;
    do {
      const { MetricDataResults = [], NextToken } = await client.send(
        new GetMetricDataCommand({
          StartTime: new Date(now - WINDOW_MS),
          EndTime: new Date(now),
          ScanBy: "TimestampAscending",
          MetricDataQueries: names.map(queryOf),
          ...(next === undefined ? {} : { NextToken: next }),
        }),
      );
      for (const { Id, Timestamps = [], Values = [] } of MetricDataResults) {
        const name = names[Number(Id?.slice(1))];
        if (name === undefined || Timestamps.length === 0) continue;
        const points = Timestamps.map((time, index) => ({
          at: time.getTime(),
          ageMs: (Values[index] ?? 0) * 1_000,
        }));
        ages[name] = [...(ages[name] ?? []), ...points].sort((one, other) => one.at - other.at);
      }
      next = NextToken;
    } while (next !== undefined);
  }
  return ages;
}

function queryOf(queueName: string, index: number): MetricDataQuery {
  return {
    Id: `q${index}`,
    MetricStat: {
      Metric: {
        Namespace: "AWS/SQS",
        MetricName: "ApproximateAgeOfOldestMessage",
        Dimensions: [{ Name: "QueueName", Value: queueName }],
      },
      Period: AGE_PERIOD_MS / 1_000,
      Stat: "Maximum",
    },
  };
}
