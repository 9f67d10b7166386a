import type { GetMetricDataCommandInput, MetricDataResult } from "@aws-sdk/client-cloudwatch";
import { readAges } from "../../../replicator/control/ages";
import { clientOf, NOW, refusal } from "./group";

const MINUTE = 60_000;

type Answer = (
  input: GetMetricDataCommandInput,
  call: number,
) => {
  readonly MetricDataResults?: MetricDataResult[];
  readonly NextToken?: string;
};

/** A client of CloudWatch, and what it was asked. */
function cloudWatch(answer: Answer) {
  const calls: GetMetricDataCommandInput[] = [];
  const client = clientOf<Parameters<typeof readAges>[0]>(({ input }) => {
    calls.push(input);
    return answer(input, calls.length);
  });
  return { client, calls };
}

/** What is asked for, by the id of the question. */
function askedIn({ MetricDataQueries = [] }: GetMetricDataCommandInput): Readonly<Record<string, string>> {
  return Object.fromEntries(
    MetricDataQueries.map(({ Id, MetricStat }) => [
      Id,
      `${MetricStat!.Metric!.MetricName} of ${MetricStat!.Metric!.Dimensions![0]!.Value}`,
    ]),
  );
}

function result(
  Id: string,
  values: Readonly<Record<number, number>>,
  StatusCode = "Complete",
): MetricDataResult {
  return {
    Id,
    StatusCode: StatusCode as NonNullable<MetricDataResult["StatusCode"]>,
    Timestamps: Object.keys(values).map((at) => new Date(Number(at))),
    Values: Object.values(values),
  };
}

const work = { queue: "orders", delays: false };
const ingress = { queue: "orders-ingress", delays: true };

test("asks for the greatest age of each minute of the last quarter of an hour", async () => {
  const { client, calls } = cloudWatch(() => ({}));
  await readAges(client, [work], NOW);
  expect(calls).toEqual([
    {
      StartTime: new Date(NOW - 15 * MINUTE),
      EndTime: new Date(NOW),
      MetricDataQueries: [
        {
          Id: "q0",
          MetricStat: {
            Metric: {
              Namespace: "AWS/SQS",
              MetricName: "ApproximateAgeOfOldestMessage",
              Dimensions: [{ Name: "QueueName", Value: "orders" }],
            },
            Period: 60,
            Stat: "Maximum",
          },
        },
      ],
    },
  ]);
});

test("gives points by queue in the order of time, and none of a queue without data", async () => {
  const { client } = cloudWatch(() => ({
    MetricDataResults: [result("q1", { [NOW + MINUTE]: 0, [NOW]: 7 }), result("q0", {})],
  }));
  expect(await readAges(client, [{ ...work, queue: "mails" }, work], NOW)).toEqual({
    mails: [],
    orders: [
      { at: NOW, ageMs: 7_000 },
      { at: NOW + MINUTE, ageMs: 0 },
    ],
  });
});

test("asks whether messages were delayed where they may be, about each minute and its neighbours", async () => {
  const { client, calls } = cloudWatch(() => ({
    MetricDataResults: [
      result("q0", { [NOW]: 1, [NOW + MINUTE]: 2, [NOW + 2 * MINUTE]: 3 }),
      result("q1", { [NOW]: 5, [NOW + 2 * MINUTE]: 0 }),
    ],
  }));
  expect(await readAges(client, [ingress], NOW)).toEqual({
    "orders-ingress": [
      { at: NOW, ageMs: 1_000, delayed: true },
      { at: NOW + MINUTE, ageMs: 2_000, delayed: true },
      { at: NOW + 2 * MINUTE, ageMs: 3_000 },
    ],
  });
  expect(askedIn(calls[0]!)).toEqual({
    q0: "ApproximateAgeOfOldestMessage of orders-ingress",
    q1: "ApproximateNumberOfMessagesDelayed of orders-ingress",
  });
});

test("follows pages to their end, and puts points of one queue together", async () => {
  const { client, calls } = cloudWatch((_, call) =>
    call === 1
      ? { MetricDataResults: [result("q0", { [NOW + MINUTE]: 2 }, "PartialData")], NextToken: "more" }
      : { MetricDataResults: [result("q0", { [NOW]: 1 })] },
  );
  expect(await readAges(client, [work], NOW)).toEqual({
    orders: [
      { at: NOW, ageMs: 1_000 },
      { at: NOW + MINUTE, ageMs: 2_000 },
    ],
  });
  expect(calls.map(({ NextToken }) => NextToken)).toEqual([undefined, "more"]);
});

test("asks five hundred questions at a time, and tells the answers apart", async () => {
  const { client, calls } = cloudWatch(({ MetricDataQueries = [] }) => ({
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) =>
      result(Id!, { [NOW]: Number(MetricStat!.Metric!.Dimensions![0]!.Value!.slice(1)) }),
    ),
  }));
  const queues = Array.from({ length: 1_001 }, (_, index) => `q${index}`);
  const ages = await readAges(
    client,
    queues.map((queue) => ({ queue, delays: false })),
    NOW,
  );
  expect(calls.map(({ MetricDataQueries }) => MetricDataQueries?.length)).toEqual([500, 500, 1]);
  for (const [index, queue] of queues.entries()) {
    expect(ages[queue]).toEqual([{ at: NOW, ageMs: index * 1_000 }]);
  }
});

test.each([
  ["the age", "q0", "InternalError"],
  ["the delays", "q1", "InternalError"],
  ["the age", "q0", "Forbidden"],
])("knows nothing of a queue when CloudWatch could not tell %s (%s: %s)", async (_, id, status) => {
  const { client } = cloudWatch(() => ({
    MetricDataResults: [
      ...["q0", "q1", "q2"].filter((one) => one !== id).map((one) => result(one, { [NOW]: 1 })),
      result(id, {}, status),
    ],
  }));
  expect(Object.keys(await readAges(client, [ingress, work], NOW))).toEqual(["orders"]);
});

test("throws when CloudWatch does not answer", async () => {
  const { client } = cloudWatch(() => {
    throw refusal("ThrottlingException");
  });
  await expect(readAges(client, [work], NOW)).rejects.toMatchObject({ name: "ThrottlingException" });
});
