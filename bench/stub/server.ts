import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Counts, StubCondition, StubMessage, StubOrder } from "./protocol";
import { answerTo, takeRequest, unknownOperation, type WireAnswer, type WireRequest } from "./wire";

/**
 * The stub of SQS, in a process of its own. It answers every region on one port of this machine, after a latency; HTTP is read by
 * hand, and a request that was answered before gets the same answer, so that the stub never is what a measurement shows.
 */

let condition: StubCondition = { latencyMs: 0, blackHoled: [], refused: [] };
let counts = emptyCounts();
let inFlight = 0;
let cpu = process.cpuUsage();

const server = createServer({ noDelay: true }, (socket) => {
  let bytes: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    for (let taken = takeRequest(bytes); taken !== undefined; taken = takeRequest(bytes)) {
      bytes = taken.rest;
      handle(taken.request, socket);
    }
  });
  // A caller that gives up is what a black hole is for.
  socket.on("error", () => socket.destroy());
});

server.listen(0, "127.0.0.1", () =>
  tell({ kind: "listening", port: (server.address() as AddressInfo).port }),
);

process.on("message", (order: StubOrder) => {
  if (order.kind === "set") {
    condition = order.condition;
    tell({ kind: "done" });
    return;
  }
  const { user, system } = process.cpuUsage(cpu);
  tell({ kind: "counts", counts: { ...counts, cpuMs: (user + system) / 1_000 } });
  counts = emptyCounts();
  cpu = process.cpuUsage();
});
process.on("disconnect", () => process.exit());

function handle(request: WireRequest, socket: Socket): void {
  const { operation, region } = request;
  counts.operations[operation] = (counts.operations[operation] ?? 0) + 1;
  if (condition.refused.includes(region)) {
    socket.destroy();
    return;
  }
  if (condition.blackHoled.includes(region)) return;
  const answer = cachedAnswer(request);
  if (answer === undefined) {
    counts.unknown += 1;
    socket.write(unknownOperation());
    return;
  }
  inFlight += 1;
  counts.peakInFlight = Math.max(counts.peakInFlight, inFlight);
  count(answer, request);
  const send = () => {
    inFlight -= 1;
    socket.write(answer.bytes);
  };
  if (condition.latencyMs === 0) send();
  else setTimeout(send, condition.latencyMs);
}

function count({ queueUrl, messages }: WireAnswer, { region, body }: WireRequest): void {
  const queue = counts.queues[queueUrl] ?? { region, calls: 0, messages: 0, sample: body.toString("utf8") };
  queue.calls += 1;
  queue.messages += messages;
  counts.queues[queueUrl] = queue;
}

/** Enough for the distinct calls of a run, few enough that memory stays small. */
const CACHED_ANSWERS = 5_000;
const cache = new Map<string, WireAnswer>();

function cachedAnswer(request: WireRequest): WireAnswer | undefined {
  const key = request.operation + request.body.toString("latin1");
  const known = cache.get(key);
  if (known !== undefined) return known;
  const answer = answerTo(request);
  if (answer === undefined) return undefined;
  if (cache.size >= CACHED_ANSWERS) cache.clear();
  cache.set(key, answer);
  return answer;
}

function emptyCounts() {
  const empty = { operations: {}, queues: {}, peakInFlight: 0, unknown: 0, cpuMs: 0 } satisfies Counts;
  return empty as Mutable<Counts>;
}

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

function tell(message: StubMessage): void {
  process.send?.(message);
}
