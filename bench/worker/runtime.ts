import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { DrainResult, DrainTask } from "../../replicator/drain/task";
import { type EventShape, eventOf } from "./events";
import type {
  BenchLoop,
  DrainJob,
  EventJob,
  LoopJob,
  WorkDone,
  WorkerMessage,
  WorkerOrder,
} from "./protocol";

/**
 * What Lambda's runtime does, as far as a function notices it. It loads `index.js`, then parses an event, waits for the handler and writes
 * its response as JSON, one event at a time.
 *
 * Arguments: the folder of the function, and the file of an event that is handled at once (for cold starts).
 */

type Handler = (event: SQSEvent | DrainTask, context: Context) => Promise<Answer | undefined>;
type Answer = SQSBatchResponse | DrainResult;

const FUNCTION_TIMEOUT_MS = 20_000;

const [folder = ".", firstEvent] = process.argv.slice(2);
const { handler, loop }: { readonly handler?: Handler; readonly loop?: BenchLoop } = require(
  join(folder, "index.js"),
);
tell({ kind: "initialised", rssBytes: process.memoryUsage.rss() });

process.on("message", (order: WorkerOrder) => {
  measured(() => work(order)).then((done) => tell({ kind: "worked", ...done }), fail);
});
process.on("disconnect", () => process.exit());

if (firstEvent !== undefined) {
  invoke(readFileSync(firstEvent, "utf8")).then((failed) => {
    if (failed > 0) throw new Error(`${failed} records failed`);
    tell({ kind: "answered" });
  }, fail);
}

type Work = Pick<WorkDone, "events" | "messages" | "failed">;

async function measured(work: () => Promise<Work>): Promise<WorkDone> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const done = await work();
  const elapsedMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const peakRssBytes = process.resourceUsage().maxRSS * 1_024;
  return { ...done, elapsedMs, cpuMs: (user + system) / 1_000, peakRssBytes };
}

function work(order: WorkerOrder): Promise<Work> {
  switch (order.kind) {
    case "events":
      return handleEvents(order);
    case "drain":
      return drain(order);
    case "loop":
      return runLoop(order);
  }
}

async function handleEvents({ shape, forMs, atLeast }: EventJob): Promise<Work> {
  const payload = payloadOf(shape);
  const until = performance.now() + forMs;
  let failed = 0;
  let events = 0;
  while (events < atLeast || performance.now() < until) {
    failed += await invoke(payload);
    events += 1;
  }
  return { events, messages: events * shape.records, failed };
}

/** What a drainer leaves of its time to end what it has begun. */
const DRAINER_RESERVE_MS = 6_500;

async function drain({ home, moves, forMs }: DrainJob): Promise<Work> {
  const until = Date.now() + forMs + DRAINER_RESERVE_MS;
  const task: DrainTask = { v: 2, home, action: "drain", until, moves };
  const answer = await handle(JSON.stringify(task));
  if (answer === undefined || !("pruned" in answer)) throw new Error("this bundle is no drainer");
  return { events: 1, messages: answer.pruned + answer.moved, failed: answer.failures };
}

async function runLoop(job: LoopJob): Promise<Work> {
  if (loop === undefined) throw new Error("this bundle has no loop");
  return { events: 0, messages: await loop(job), failed: 0 };
}

/** Gives the number of records that the handler reports as failed. */
async function invoke(payload: string): Promise<number> {
  const answer = await handle(payload);
  return answer !== undefined && "batchItemFailures" in answer ? answer.batchItemFailures.length : 0;
}

async function handle(payload: string): Promise<Answer | undefined> {
  if (handler === undefined) throw new Error("this bundle has no handler");
  const deadline = Date.now() + FUNCTION_TIMEOUT_MS;
  const answer = await handler(JSON.parse(payload), {
    callbackWaitsForEmptyEventLoop: true,
    awsRequestId: "c6af9ac6-7b61-11e6-9a41-93e812345678",
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? "",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:111122223333:function:orders-replicator",
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? "",
    logGroupName: "/aws/lambda/orders-replicator",
    logStreamName: "stream",
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  });
  JSON.stringify(answer);
  return answer;
}

let known: { readonly key: string; readonly payload: string } | undefined;

/** One payload is kept, because making it is not what is measured. */
function payloadOf(shape: EventShape): string {
  const key = JSON.stringify(shape);
  if (known?.key !== key) known = { key, payload: JSON.stringify(eventOf(shape)) };
  return known.payload;
}

function tell(message: WorkerMessage): void {
  process.send?.(message);
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}
