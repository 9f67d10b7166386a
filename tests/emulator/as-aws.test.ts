/** What AWS does late, in part or now and then: what a client sees of it, and that it is not there unless wanted. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { queueUrl } from "../../core/names";
import type { AsAws } from "../../emulator/as-aws";
import { runCleanup } from "../../emulator/cleanup";
import { cloudWatchClient, exactly, sqsClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { waitFor } from "../../emulator/wait";
import { describeFull } from "../tier";

const EAST = "us-east-1";
const WEST = "us-west-2";
const ACCOUNT = "111111111111";
/** A minute of AWS. */
const MINUTE_SECONDS = 1;
const MINUTE_MS = 1_000 * MINUTE_SECONDS;
/** Between something that is due and a client that sees it. */
const IMPRECISION_MS = 750;

const open: { destroy(): void }[] = [];
let emulator: Emulator;
let sqs: SQSClient;
let cloudwatch: CloudWatchClient;

afterEach(async () => {
  for (const client of open.splice(0)) client.destroy();
  await runCleanup();
});

async function start(asAws?: AsAws): Promise<Emulator> {
  emulator = await startEmulator({
    regions: [EAST, WEST],
    minuteSeconds: MINUTE_SECONDS,
    ...(asAws && { asAws }),
  });
  sqs = sqsClient(emulator, { region: EAST, account: ACCOUNT });
  cloudwatch = cloudWatchClient(emulator, { region: EAST, account: ACCOUNT });
  open.push(sqs, cloudwatch);
  return emulator;
}

async function createQueue(name = "orders", attributes: Readonly<Record<string, string>> = {}) {
  await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes } }));
  return queueUrl(EAST, ACCOUNT, name);
}

const send = (QueueUrl: string, MessageBody: string, DelaySeconds = 0) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));

describe("counts of messages", () => {
  const VISIBLE = "ApproximateNumberOfMessages";
  const countOf = (QueueUrl: string) =>
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [VISIBLE] });
  const told = async (command: GetQueueAttributesCommand) =>
    Number((await sqs.send(command)).Attributes?.[VISIBLE]);

  /** Sends messages for a while and reads what is told meanwhile, with how many messages there were before and after. */
  async function readings(url: string, forMs: number) {
    const sent: number[] = [];
    const found: { at: number; from: number; to: number; told: number; exact: number }[] = [];
    const until = Date.now() + forMs;
    const sentBy = (moment: number) => sent.filter((at) => at <= moment).length;
    while (Date.now() < until) {
      await send(url, "one more");
      sent.push(Date.now());
      const from = Date.now();
      const [reading, exact] = [await told(countOf(url)), await told(exactly(countOf(url)))];
      found.push({ at: from, from: 0, to: sent.length, told: reading, exact });
      await sleep(100);
    }
    return found.map((each) => ({ ...each, sentBy }));
  }

  test("are as old as the seed says and no older than a minute, from either place", async () => {
    await start({ seed: "counts", staleCounts: { upToMinutes: 3 } });
    const url = await createQueue();
    const found = await readings(url, 8_000);
    for (const { at, to, told, exact, sentBy } of found) {
      expect(exact).toBe(to);
      expect(told).toBeLessThanOrEqual(to);
      expect(told).toBeGreaterThanOrEqual(sentBy(at - 3 * MINUTE_MS - IMPRECISION_MS));
    }
    const counts = found.map(({ told }) => told);
    expect(counts.some((count, index) => count < index)).toBe(true);
    // Two places answer, so that a later answer may be older than an earlier one.
    expect(counts.some((count, index) => count < (counts[index - 1] ?? 0))).toBe(true);
    await sleep(3 * MINUTE_MS + IMPRECISION_MS);
    for (let reading = 0; reading < 6; reading += 1) expect(await told(countOf(url))).toBe(found.length);
  }, 60_000);

  test("are exact unless told otherwise", async () => {
    await start();
    for (const { to, told } of await readings(await createQueue(), 3_000)) expect(told).toBe(to);
  }, 60_000);
});

describeFull("metrics of queues", () => {
  const range = () => ({
    StartTime: new Date(Date.now() - 900_000),
    EndTime: new Date(Date.now() + 60_000),
  });

  /** What can be read of a queue: minute, in epoch milliseconds, to value. */
  async function read(name: string, MetricName: string): Promise<ReadonlyMap<number, number>> {
    const Metric = { Namespace: "AWS/SQS", MetricName, Dimensions: [{ Name: "QueueName", Value: name }] };
    const query = { Id: "m", MetricStat: { Metric, Period: 60, Stat: "Maximum" } };
    const { MetricDataResults } = await cloudwatch.send(
      new GetMetricDataCommand({ ...range(), MetricDataQueries: [query] }),
    );
    const { Timestamps = [], Values = [] } = MetricDataResults?.[0] ?? {};
    return new Map(Timestamps.map((at, index) => [at.getTime(), Values[index]!]));
  }
  const AGE = "ApproximateAgeOfOldestMessage";
  const VISIBLE = "ApproximateNumberOfMessagesVisible";
  const IN_FLIGHT = "ApproximateNumberOfMessagesNotVisible";
  const DELAYED = "ApproximateNumberOfMessagesDelayed";
  const ALL = [AGE, VISIBLE, IN_FLIGHT, DELAYED] as const;

  /** When each minute of a queue that holds a message could be read first. */
  async function firstSeen(name: string, count: number): Promise<ReadonlyMap<number, number>> {
    const seen = new Map<number, number>();
    await waitFor(
      async () => {
        for (const at of (await read(name, AGE)).keys()) if (!seen.has(at)) seen.set(at, Date.now());
        return seen.size >= count;
      },
      { timeoutMs: 40_000, everyMs: 50 },
    );
    return seen;
  }

  test("can be read a minute or two after their minute, never before it is over", async () => {
    await start({ seed: "late", queueMetrics: { lateMinutes: 3, gapRate: 0 } });
    await send(await createQueue(), "stays");
    const seen = [...(await firstSeen("orders", 10))].map(([at, by]) => by - at - MINUTE_MS);
    for (const late of seen) {
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(3 * MINUTE_MS + IMPRECISION_MS);
    }
    expect(Math.max(...seen)).toBeGreaterThan(MINUTE_MS);
  }, 60_000);

  test("miss the minutes that the seed says, of every metric alike", async () => {
    const draws: string[] = [];
    for (const seed of ["one", "one", "two"]) {
      await start({ seed, queueMetrics: { lateMinutes: 0, gapRate: 0.5 } });
      const QueueUrl = await createQueue();
      await send(QueueUrl, "stays");
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["CreatedTimestamp"] }),
      );
      const created = Number(Attributes?.CreatedTimestamp) * 1_000;
      await waitFor(() => Date.now() > created + 14 * MINUTE_MS, { timeoutMs: 30_000 });
      // The first minutes may have ended before the message was sent or anybody looked.
      const minutes = async (metric: string) =>
        [...(await read("orders", metric)).keys()]
          .map((at) => (at - created) / MINUTE_MS)
          .filter((minute) => minute >= 2 && minute < 12)
          .sort((a, b) => a - b)
          .join();
      draws.push(await minutes(AGE));
      expect(await minutes(VISIBLE)).toBe(draws.at(-1));
      await runCleanup();
    }
    expect(draws[0]!.split(",").length).toBeLessThan(10);
    expect(draws[1]).toBe(draws[0]);
    expect(draws[2]).not.toBe(draws[0]);
  }, 120_000);

  test("have what there is: no age of an empty queue, nothing delayed or in flight where nothing is", async () => {
    await start({ seed: "there", queueMetrics: { lateMinutes: 0, gapRate: 0 } });
    const names = ["empty", "holding", "receiving", "delaying"] as const;
    const urls = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await createQueue(name)] as const)),
    );
    await send(urls.holding!, "stays");
    await send(urls.receiving!, "in flight");
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: urls.receiving!, VisibilityTimeout: 600 }));
    await send(urls.delaying!, "not yet", 600);
    await waitFor(async () => (await read("holding", AGE)).size >= 4, { timeoutMs: 20_000 });
    const metrics = async (name: string) => {
      const found = await Promise.all(ALL.map(async (metric) => [metric, await read(name, metric)] as const));
      return found.filter(([, values]) => values.size > 2).map(([metric]) => metric);
    };
    expect(await metrics("empty")).toEqual([VISIBLE]);
    expect(await metrics("holding")).toEqual([AGE, VISIBLE]);
    expect(await metrics("receiving")).toEqual([AGE, VISIBLE, IN_FLIGHT]);
    expect(await metrics("delaying")).toEqual([VISIBLE, DELAYED]);
  }, 60_000);

  test("end when a queue has slept, and begin again some time after it was woken", async () => {
    // With this seed the first waking of this queue takes more than half of the time that it may.
    await start({
      seed: "woken-4",
      queueMetrics: { lateMinutes: 0, gapRate: 0, sleepsAfterMinutes: 3, wakesWithinMinutes: 8 },
    });
    const url = await createQueue("sleepy");
    const newest = async () => Math.max(0, ...(await read("sleepy", VISIBLE)).keys());
    await waitFor(async () => (await newest()) > 0);
    await sleep(6 * MINUTE_MS);
    const last = await newest();
    expect(last).toBeLessThan(Date.now() - 2 * MINUTE_MS);
    const woken = Date.now();
    await send(url, "wakes it");
    const next = await waitFor(async () => ((await newest()) > last ? newest() : undefined), {
      timeoutMs: 20_000,
    });
    expect(next + MINUTE_MS).toBeGreaterThan(woken + 4 * MINUTE_MS);
    expect(next).toBeLessThan(woken + 8 * MINUTE_MS + IMPRECISION_MS);
    // A message keeps it awake.
    await sleep(6 * MINUTE_MS);
    expect(await newest()).toBeGreaterThan(Date.now() - 3 * MINUTE_MS);
    await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
    await waitFor(async () => (await newest()) < Date.now() - 3 * MINUTE_MS, { timeoutMs: 20_000 });
  }, 90_000);

  test("are those of this moment for every queue unless told otherwise", async () => {
    await start();
    await createQueue();
    for (const metric of ALL) {
      const values = await read("orders", metric);
      expect([...values.values()].at(-1)).toBe(0);
      expect(Math.max(...values.keys())).toBeGreaterThan(Date.now() - MINUTE_MS - IMPRECISION_MS);
    }
  }, 60_000);
});

describeFull("values that somebody puts", () => {
  const Namespace = "Shop";
  const MetricName = "Orders";
  const put = () =>
    cloudwatch.send(new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName, Value: 1 }] }));

  /** Milliseconds from now until something is true. */
  async function timeUntil(isTrue: () => Promise<boolean>): Promise<number> {
    const from = Date.now();
    await waitFor(isTrue, { timeoutMs: 20_000, everyMs: 50 });
    return Date.now() - from;
  }
  const count = async () => {
    const MetricStat = { Metric: { Namespace, MetricName }, Period: 60, Stat: "SampleCount" };
    const { MetricDataResults } = await cloudwatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(Date.now() - 600_000),
        EndTime: new Date(Date.now() + 60_000),
        MetricDataQueries: [{ Id: "m", MetricStat }],
      }),
    );
    return (MetricDataResults?.[0]?.Values ?? []).reduce((sum, value) => sum + value, 0);
  };
  const state = async () =>
    (await cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms?.[0]?.StateValue;
  const createAlarm = () =>
    cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: "orders",
        Namespace,
        MetricName,
        Statistic: "Sum",
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: "GreaterThanThreshold",
      }),
    );

  test("are evaluated by alarms up to a minute later", async () => {
    // With this seed the first evaluation is late by 0.97 of what it may be.
    await start({ seed: "alarms-7", lateAlarms: { upToMinutes: 4 } });
    await createAlarm();
    await put();
    expect(await count()).toBe(1);
    const elapsed = await timeUntil(async () => (await state()) === "ALARM");
    expect(elapsed).toBeGreaterThan(0.97 * 4 * MINUTE_MS - IMPRECISION_MS);
  }, 60_000);

  test("of a new metric can be read minutes later, by alarms too, those of a known one at once", async () => {
    // With this seed the metric is known after 0.91 of the time that it may take.
    await start({ seed: "new-19", newMetrics: { withinMinutes: 4 } });
    await createAlarm();
    await put();
    const elapsed = await timeUntil(async () => (await count()) === 1);
    expect(elapsed).toBeGreaterThan(0.91 * 4 * MINUTE_MS - IMPRECISION_MS);
    await waitFor(async () => (await state()) === "ALARM");
    await put();
    expect(await count()).toBe(2);
  }, 60_000);

  test("are there at once unless told otherwise, for alarms too", async () => {
    await start();
    await createAlarm();
    await put();
    expect([await count(), await state()]).toEqual([1, "ALARM"]);
  }, 60_000);
});

describe("settings", () => {
  test.each([
    [{ staleCounts: { upToMinutes: -1 } }, "asAws.staleCounts.upToMinutes: -1 is not allowed"],
    [{ queueMetrics: { gapRate: 1.5 } }, "asAws.queueMetrics.gapRate: 1.5 is not allowed"],
  ])("%j is refused", async (asAws, message) => {
    await expect(startEmulator({ regions: [EAST], asAws })).rejects.toThrow(message);
  });

  test("a seed is drawn and told unless one is given", async () => {
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    await startEmulator({ regions: [EAST], log, asAws: { staleCounts: {} } });
    expect(lines).toContainEqual(
      expect.stringMatching(/^the emulator behaves as AWS does, seed "[\w-]{36}"$/),
    );
    const { logFile } = await startEmulator({ regions: [EAST], log });
    expect(await readFile(logFile, "utf8")).not.toContain("behaves as AWS");
  }, 60_000);
});
