import {
  type CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { queueArn, queueUrl } from "../../core/names";
import { runCleanup } from "../../emulator/cleanup";
import { cloudWatchClient, sqsClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { waitFor } from "../../emulator/wait";

const REGION = "us-east-1";
const ACCOUNT = "111111111111";
const MINUTE_SECONDS = 2;

let emulator: Emulator;
let sqs: SQSClient;
let cloudwatch: CloudWatchClient;
let queues = 0;

beforeAll(async () => {
  emulator = await startEmulator({ regions: [REGION], minuteSeconds: MINUTE_SECONDS });
  sqs = sqsClient(emulator, { region: REGION, account: ACCOUNT });
  cloudwatch = cloudWatchClient(emulator, { region: REGION, account: ACCOUNT });
}, 180_000);

afterAll(async () => {
  sqs.destroy();
  cloudwatch.destroy();
  await runCleanup();
});

interface Queue {
  readonly name: string;
  readonly url: string;
}

async function createQueue(attributes: Readonly<Record<string, string>> = {}): Promise<Queue> {
  const name = `queue-${++queues}${attributes.FifoQueue === "true" ? ".fifo" : ""}`;
  await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: "0", ...attributes } }),
  );
  return { name, url: queueUrl(REGION, ACCOUNT, name) };
}

const send = ({ url }: Queue, body: string) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: url,
      MessageBody: body,
      ...(url.endsWith(".fifo") && { MessageGroupId: "g", MessageDeduplicationId: body }),
    }),
  );

async function receive({ url }: Queue, VisibilityTimeout = 0) {
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout }));
  return Messages?.[0];
}

const remove = ({ url }: Queue, ReceiptHandle?: string) =>
  sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));

const Namespace = "AWS/SQS";
const MetricName = "ApproximateAgeOfOldestMessage";
const range = () => ({ StartTime: new Date(Date.now() - 900_000), EndTime: new Date(Date.now() + 60_000) });

/** The points of the last 15 minutes, the newest first. */
async function ages({ name }: Queue): Promise<readonly { readonly at: number; readonly age: number }[]> {
  const Metric = { Namespace, MetricName, Dimensions: [{ Name: "QueueName", Value: name }] };
  const query = { Id: "a", MetricStat: { Metric, Period: 60, Stat: "Maximum" } };
  const { MetricDataResults } = await cloudwatch.send(
    new GetMetricDataCommand({ ...range(), MetricDataQueries: [query] }),
  );
  const { Timestamps = [], Values = [] } = MetricDataResults?.[0] ?? {};
  return Timestamps.map((at, index) => ({ at: at.getTime(), age: Values[index]! }));
}

const ageNow = async (queue: Queue) => (await ages(queue))[0]?.age;

test("the age is that of the oldest message not deleted, in flight or not, and 0 of an empty queue", async () => {
  const queue = await createQueue();
  expect(await ageNow(queue)).toBe(0);
  const sent = Date.now();
  await send(queue, "first");
  const handle = (await receive(queue, 600))?.ReceiptHandle;
  await waitFor(async () => (await ageNow(queue)) === 2);
  expect(Date.now() - sent).toBeGreaterThanOrEqual(2_000);
  await send(queue, "second");
  expect(await ageNow(queue)).toBeGreaterThanOrEqual(2);

  await remove(queue, handle);
  expect(await ageNow(queue)).toBeLessThanOrEqual(1);
  await remove(queue, (await receive(queue))?.ReceiptHandle);
  expect(await ageNow(queue)).toBe(0);
});

test("there is one point for each minute, and the last one is that of now", async () => {
  const queue = await createQueue();
  await send(queue, "stays");
  const points = await waitFor(async () => {
    const known = await ages(queue);
    return known.length >= 3 && known;
  });
  const times = points.map(({ at }) => at);
  expect(times).toEqual(times.map((_, index) => times[0]! - index * MINUTE_SECONDS * 1_000));
  expect(points.map(({ age }) => age)).toEqual([...points.map(({ age }) => age)].sort((a, b) => b - a));
  expect(points[0]!.age).toBeGreaterThan(points.at(-1)!.age);
  expect(Date.now() - points[0]!.at).toBeLessThan(MINUTE_SECONDS * 1_000 + 1_000);
});

test("statistics say the same", async () => {
  const queue = await createQueue();
  await send(queue, "stays");
  await waitFor(async () => (await ageNow(queue)) === 1);
  const { Datapoints = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      ...range(),
      Namespace,
      MetricName,
      Dimensions: [{ Name: "QueueName", Value: queue.name }],
      Period: 60,
      Statistics: ["Maximum"],
    }),
  );
  expect(Math.max(...Datapoints.map(({ Maximum }) => Maximum!))).toBeGreaterThanOrEqual(1);
});

test("a message received three times no longer counts on a standard queue, and does on a FIFO queue", async () => {
  for (const [attributes, counts] of [
    [{}, false],
    [{ FifoQueue: "true" }, true],
  ] as const) {
    const queue = await createQueue(attributes);
    await send(queue, "poison");
    await receive(queue);
    await receive(queue);
    await waitFor(async () => (await ageNow(queue)) === 1);
    await receive(queue);
    expect((await ageNow(queue))! >= 1).toBe(counts);
  }
});

test("on a dead-letter queue the age counts from the move there", async () => {
  const dlq = await createQueue();
  const deadLetterTargetArn = queueArn(REGION, ACCOUNT, dlq.name);
  const queue = await createQueue({
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: "3" }),
  });
  await send(queue, "poison");
  await waitFor(async () => (await ageNow(queue)) === 1);
  for (let receives = 0; receives < 4; receives += 1) await receive(queue);
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dlq.url, AttributeNames: ["ApproximateNumberOfMessages"] }),
  );
  expect(Attributes).toEqual({ ApproximateNumberOfMessages: "1" });
  expect(await ageNow(dlq)).toBe(0);
  await waitFor(async () => (await ageNow(dlq)) === 1);
});
