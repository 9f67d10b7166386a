import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { type Certificate, createCertificate } from "../../emulator/certificate";
import { Gateway, type Observation } from "../../emulator/gateway";
import { readBatchResult } from "../../emulator/sqs-wire";
import { waitFor } from "../../emulator/wait";

const EAST = "us-east-1";
const WEST = "us-west-2";
const TOKEN = "token-of-this-run";

interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

let directory: string;
let certificate: Certificate;
let upstream: http.Server;
let gateway: Gateway;
let seen: Seen[];
/** Answers what the upstream keeps waiting: calls to the path /slow. */
let answerSlow: (() => void)[] = [];

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "gateway-test-"));
  certificate = await createCertificate(directory);
  upstream = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
      const batch = request.headers["x-amz-target"] === "AmazonSQS.SendMessageBatch";
      if (batch) response.writeHead(200).end(JSON.stringify(batchResult(body)));
      else if (request.url === "/slow") answerSlow.push(() => response.end("at last"));
      else response.writeHead(201, { "x-answer": "yes" }).end(`echo ${body}`);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
});

beforeEach(async () => {
  seen = [];
  answerSlow = [];
  gateway = await Gateway.open({
    regions: [EAST, WEST],
    upstreamPort: (upstream.address() as AddressInfo).port,
    token: TOKEN,
    ...certificate,
  });
});

afterEach(() => gateway.close());

afterAll(async () => {
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

/** What SQS answers to a batch when it takes every entry. */
function batchResult(body: string): object {
  const { Entries } = JSON.parse(body) as { readonly Entries: readonly { readonly Id: string }[] };
  return { Successful: Entries.map(({ Id }) => ({ Id, MessageId: `message ${Id}` })) };
}

function scope(region: string, service: string, caller = "111111111111"): string {
  return `AWS4-HMAC-SHA256 Credential=${caller}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}

function call(
  endpoint: string,
  headers: http.OutgoingHttpHeaders,
  body = "",
  pathAndQuery = "/",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const url = new URL(pathAndQuery, endpoint);
    const options = { method: "POST", headers };
    const request =
      url.protocol === "https:"
        ? https.request(url, { ...options, ca: certificate.certificate })
        : http.request(url, options);
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.end(body);
  });
}

function send(source: string, target: string): Promise<Answer> {
  const headers = { authorization: scope(target, "sqs"), "x-amz-target": "AmazonSQS.SendMessage" };
  return call(gateway.endpoint(source), headers, "hello");
}

/** Sends a batch with an entry for each letter of `ids` to a queue of the west. */
async function sendBatch(queue: string, ids: string, caller?: string) {
  const headers = {
    authorization: scope(WEST, "sqs", caller),
    "x-amz-target": "AmazonSQS.SendMessageBatch",
  };
  const Entries = [...ids].map((Id) => ({ Id, MessageBody: `body ${Id}` }));
  const body = JSON.stringify({ QueueUrl: `https://sqs.example/111111111111/${queue}`, Entries });
  const answer = await call(gateway.endpoint(EAST), headers, body);
  return { ...answer, result: JSON.parse(answer.body) };
}

const idsOf = (entries: readonly { readonly Id: string }[] = []) => entries.map(({ Id }) => Id).join("");

describe("passing calls on", () => {
  test("passes method, path, body, answer and Host header unchanged", async () => {
    const endpoint = gateway.endpoint(EAST);
    const answer = await call(
      endpoint,
      { authorization: scope(WEST, "s3"), "x-custom": "a b" },
      "body",
      "/a%20b?c=d",
    );

    expect(answer).toEqual({ status: 201, body: "echo body" });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: "POST", url: "/a%20b?c=d", body: "body" });
    expect(seen[0]?.headers).toMatchObject({ host: new URL(endpoint).host, "x-custom": "a b" });
  });

  test("tells the emulator what the client spoke, whatever the client claims", async () => {
    await call(gateway.endpoint(EAST), { "x-forwarded-proto": "http", "x-gateway-token": "forged" });
    await call(gateway.plainEndpoint(EAST), { "x-forwarded-proto": "https", "x-gateway-token": "forged" });

    expect(seen.map(({ headers }) => headers["x-forwarded-proto"])).toEqual(["https", "http"]);
    expect(seen.map(({ headers }) => headers["x-gateway-token"])).toEqual([TOKEN, TOKEN]);
  });

  test("passes a megabyte through", async () => {
    const body = "x".repeat(1_048_576);
    const answer = await call(gateway.endpoint(EAST), { "x-amz-target": "AmazonSQS.SendMessage" }, body);

    expect(answer.body).toHaveLength("echo ".length + body.length);
  });

  test("names the regions it has when asked for another", () => {
    expect(() => gateway.endpoint("eu-west-1")).toThrow(
      'no region "eu-west-1"; it was started for us-east-1, us-west-2',
    );
  });
});

describe("counting calls", () => {
  test("counts by source, target, service and operation since a mark", async () => {
    await send(EAST, WEST);
    const mark = gateway.mark();
    await send(EAST, WEST);
    await send(EAST, WEST);
    await send(WEST, WEST);

    expect(gateway.calls(mark)).toEqual([
      { source: EAST, target: WEST, service: "sqs", operation: "SendMessage", calls: 2, faulted: 0 },
      { source: WEST, target: WEST, service: "sqs", operation: "SendMessage", calls: 1, faulted: 0 },
    ]);
    expect(gateway.countCalls({ source: EAST, service: "sqs" })).toBe(3);
    expect(gateway.countCalls({ operation: "ReceiveMessage" })).toBe(0);
  });

  test("finds the operation in a form body and still passes the body on", async () => {
    const headers = {
      authorization: scope(EAST, "sts"),
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    };
    const answer = await call(gateway.endpoint(EAST), headers, "Action=GetCallerIdentity&Version=2011-06-15");

    expect(answer.body).toBe("echo Action=GetCallerIdentity&Version=2011-06-15");
    expect(gateway.countCalls({ service: "sts", operation: "GetCallerIdentity" })).toBe(1);
  });

  test("finds target and service of a presigned call, and operations of REST and RPC services", async () => {
    const credential = `?X-Amz-Credential=AKIA%2F20260101%2F${WEST}%2Flambda%2Faws4_request`;
    await call(gateway.endpoint(EAST), {}, "", `/2015-03-31/functions${credential}`);
    await call(
      gateway.endpoint(EAST),
      {},
      "",
      "/service/GraniteServiceVersion20100801/operation/PutMetricData",
    );

    expect(
      gateway.countCalls({ target: WEST, service: "lambda", operation: "POST /2015-03-31/functions" }),
    ).toBe(1);
    expect(gateway.countCalls({ target: EAST, service: "", operation: "PutMetricData" })).toBe(1);
    await call(gateway.endpoint(EAST), {}, "", `/2015-03-31/functions/orders/invocations${credential}`);
    expect(gateway.countCalls({ target: WEST, service: "lambda", operation: "Invoke" })).toBe(1);
  });
});

describe("faults", () => {
  test("refuse resets the connections of matching calls only, until lifted", async () => {
    const fault = gateway.inject({ source: EAST, target: WEST, service: "sqs", kind: "refuse" });

    await expect(send(EAST, WEST)).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect(send(WEST, WEST)).resolves.toMatchObject({ status: 201 });
    await expect(send(EAST, EAST)).resolves.toMatchObject({ status: 201 });
    expect(gateway.calls()).toContainEqual({
      source: EAST,
      target: WEST,
      service: "sqs",
      operation: "SendMessage",
      calls: 0,
      faulted: 1,
    });
    expect(seen).toHaveLength(2);

    fault.lift();
    await expect(send(EAST, WEST)).resolves.toMatchObject({ status: 201 });
  });

  test("hang never answers, and lifting it resets what hangs", async () => {
    const fault = gateway.inject({ target: WEST, kind: "hang" });
    const hanging = send(EAST, WEST);
    const first = await Promise.race([hanging, send(EAST, EAST)]);
    expect(first).toMatchObject({ status: 201 });

    await waitFor(() => fault.met === 1);
    const outcome = expect(hanging).rejects.toMatchObject({ code: "ECONNRESET" });
    fault.lift();
    await outcome;
    expect(seen).toHaveLength(1);
    await expect(send(EAST, WEST)).resolves.toMatchObject({ status: 201 });
  });

  const slowCall = () => call(gateway.endpoint(EAST), { authorization: scope(WEST, "s3") }, "hello", "/slow");

  test("a fault leaves calls that are under way alone, unless it says otherwise", async () => {
    const [first, second] = [slowCall(), slowCall()];
    await waitFor(() => answerSlow.length === 2);
    gateway.inject({ target: WEST, kind: "refuse" });
    answerSlow[0]?.();
    await expect(Promise.race([first, second])).resolves.toMatchObject({ body: "at last" });

    gateway.inject({ target: WEST, kind: "refuse", underWay: true });
    await expect(Promise.all([first, second])).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test("a call under way that hangs gets nothing of its answer, and other regions get theirs", async () => {
    const hanging = slowCall();
    await waitFor(() => answerSlow.length === 1);
    const fault = gateway.inject({ target: WEST, kind: "hang", underWay: true });
    answerSlow[0]?.();
    await expect(Promise.race([hanging, send(EAST, EAST)])).resolves.toMatchObject({ status: 201 });
    const outcome = expect(hanging).rejects.toMatchObject({ code: "ECONNRESET" });
    fault.lift();
    await outcome;
  });

  test("closing the gateway releases calls that hang", async () => {
    const fault = gateway.inject({ kind: "hang" });
    const hanging = expect(send(EAST, WEST)).rejects.toThrow();
    await waitFor(() => fault.met === 1);
    await gateway.close();
    await hanging;
  });

  test("delay carries calls out later", async () => {
    gateway.inject({ target: WEST, kind: "delay", delayMs: 150 });
    const start = performance.now();
    await expect(send(EAST, WEST)).resolves.toMatchObject({ status: 201 });
    expect(performance.now() - start).toBeGreaterThanOrEqual(145);
  });

  test("several faults apply together, in the order of their injection", async () => {
    gateway.inject({ target: WEST, kind: "delay", delayMs: 100 });
    const cut = gateway.inject({ source: EAST, kind: "refuse" });
    const start = performance.now();

    await expect(send(EAST, WEST)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(performance.now() - start).toBeGreaterThanOrEqual(95);

    cut.lift();
    await expect(send(EAST, WEST)).resolves.toMatchObject({ status: 201 });
    gateway.liftAll();
    await expect(send(EAST, EAST)).resolves.toMatchObject({ status: 201 });
  });

  test("a reset call over plain HTTP is a reset too", async () => {
    gateway.inject({ kind: "refuse" });
    await expect(call(gateway.plainEndpoint(EAST), {})).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test("delay carries a send out though the caller did not wait for it", async () => {
    const fault = gateway.inject({ kind: "delay", delayMs: 60_000 });
    const headers = { authorization: scope(WEST, "sqs"), "x-amz-target": "AmazonSQS.SendMessage" };
    const url = new URL(gateway.endpoint(EAST));
    const request = https.request(url, { method: "POST", headers, ca: certificate.certificate });
    const gone = new Promise((resolve) => request.once("error", resolve));
    request.end("late");
    await waitFor(() => fault.met === 1);
    request.destroy(new Error("no patience"));
    await gone;
    expect(seen).toEqual([]);

    fault.lift();
    await waitFor(() => seen.length === 1);
    expect(seen[0]?.body).toBe("late");
  });

  test("throttle answers as SQS does and carries nothing out", async () => {
    gateway.inject({ kind: "throttle", target: WEST });
    const { status, result } = await sendBatch("orders", "ab");

    expect(status).toBe(400);
    expect(result).toMatchObject({ __type: "com.amazonaws.sqs#RequestThrottled" });
    expect(seen).toEqual([]);
    expect(gateway.calls()).toMatchObject([{ operation: "SendMessageBatch", calls: 0, faulted: 1 }]);
  });

  test("failAfter carries the call out and answers that it failed", async () => {
    gateway.inject({ kind: "failAfter" });
    const { status, result } = await sendBatch("orders", "ab");

    expect(status).toBe(500);
    expect(result).toMatchObject({ __type: "com.amazonaws.sqs#InternalError" });
    expect(seen).toHaveLength(1);
    expect(gateway.calls()).toMatchObject([{ operation: "SendMessageBatch", calls: 1, faulted: 0 }]);
  });

  /** A call to a table of the west, without telling it anything. */
  const write = (TableName: string, operation = "PutItem") =>
    call(
      gateway.endpoint(EAST),
      { authorization: scope(WEST, "dynamodb"), "x-amz-target": `DynamoDB_20120810.${operation}` },
      JSON.stringify({ TableName }),
    );

  test("throttle answers as DynamoDB does when told what to say", async () => {
    gateway.inject({ service: "dynamodb", kind: "throttle", code: "ThrottlingException" });
    const { status, body } = await write("ledger");
    expect(status).toBe(400);
    expect(JSON.parse(body).__type).toMatch(/#ThrottlingException$/);
    expect(seen).toEqual([]);
  });

  test("loseAnswer carries the call out and resets the connection", async () => {
    gateway.inject({ kind: "loseAnswer", limit: 1 });
    await expect(write("ledger")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(seen).toHaveLength(1);
    await expect(write("ledger")).resolves.toMatchObject({ status: 201 });
  });

  test("answerLate carries the call out at once and answers later, at once when lifted", async () => {
    const fault = gateway.inject({ operation: "PutItem", kind: "answerLate", delayMs: 60_000 });
    let settled = false;
    const late = write("ledger").finally(() => {
      settled = true;
    });
    await waitFor(() => seen.length === 1);
    await write("ledger", "GetItem");
    expect(settled).toBe(false);
    fault.lift();
    await expect(late).resolves.toMatchObject({ status: 201 });
  });

  test("dropEntries names the entries to drop to the emulator and leaves the signed body alone", async () => {
    gateway.inject({ kind: "dropEntries", probability: 0.5, seed: "1" });
    await sendBatch("orders", "abcdefghij");

    expect(idsOf(JSON.parse(seen[0]?.body ?? "{}").Entries)).toBe("abcdefghij");
    expect(seen[0]?.headers["x-gateway-drop-entries"]).toMatch(/^[a-j](,[a-j])*$/);
    expect(seen[0]?.headers["x-gateway-drop-entries"]).not.toBe("a,b,c,d,e,f,g,h,i,j");
  });

  test("nobody but the gateway names entries to drop", async () => {
    await call(gateway.endpoint(EAST), { "x-gateway-drop-entries": "a" });
    expect(seen[0]?.headers["x-gateway-drop-entries"]).toBeUndefined();
  });

  test("misreportEntries has every entry carried out and reports some as failed inside SQS", async () => {
    gateway.inject({ kind: "misreportEntries", probability: 0.5, seed: "1" });
    const { status, result } = await sendBatch("orders", "abcdefghij");

    expect(status).toBe(200);
    expect(seen[0]?.headers["x-gateway-drop-entries"]).toBeUndefined();
    expect(result.Successful.length).toBeGreaterThan(0);
    expect(result.Failed.length).toBeGreaterThan(0);
    expect(result.Failed[0]).toMatchObject({ Code: "InternalError", SenderFault: false });
    expect([...(idsOf(result.Successful) + idsOf(result.Failed))].sort().join("")).toBe("abcdefghij");
    expect(result.Successful[0]).toEqual({
      Id: result.Successful[0].Id,
      MessageId: `message ${result.Successful[0].Id}`,
    });
  });

  test("faults of one call change its answer together", async () => {
    gateway.inject({ kind: "misreportEntries" });
    gateway.inject({ kind: "dropEntries", probability: 0.5, seed: "1" });
    const dropped = await sendBatch("orders", "ab");
    expect(idsOf(dropped.result.Failed)).toBe("ab");
    expect(seen[0]?.headers["x-gateway-drop-entries"]).toBeDefined();

    gateway.inject({ kind: "throttle" });
    await expect(sendBatch("orders", "ab")).resolves.toMatchObject({ status: 400 });
  });
});

describe("choosing calls", () => {
  const statuses = async (count: number) => {
    const answers: number[] = [];
    for (let index = 0; index < count; index += 1) answers.push((await sendBatch("orders", "a")).status);
    return answers;
  };

  test("a probability concerns about so many calls, and the same ones for the same seed", async () => {
    const fault = gateway.inject({ kind: "failAfter", probability: 0.3, seed: "one" });
    const first = await statuses(60);
    expect(fault.met).toBe(first.filter((status) => status === 500).length);
    expect(fault.met).toBeGreaterThan(8);
    expect(fault.met).toBeLessThan(30);

    fault.lift();
    gateway.inject({ kind: "failAfter", probability: 0.3, seed: "one" });
    expect(await statuses(60)).toEqual(first);
    gateway.liftAll();
    gateway.inject({ kind: "failAfter", probability: 0.3, seed: "other" });
    expect(await statuses(60)).not.toEqual(first);
  });

  test("a limit ends a fault after so many calls", async () => {
    const fault = gateway.inject({ kind: "throttle", limit: 2 });
    expect(await statuses(4)).toEqual([400, 400, 200, 200]);
    expect(fault.met).toBe(2);
  });

  test("queues and caller of a call decide whether it matches", async () => {
    gateway.inject({ kind: "throttle", queues: ["orders", "orders-outbox"] });
    gateway.inject({ kind: "failAfter", caller: "ASIAREPLICATOR" });
    const status = async (...args: Parameters<typeof sendBatch>) => (await sendBatch(...args)).status;

    expect(await status("orders", "a")).toBe(400);
    expect(await status("orders-ingress", "a")).toBe(200);
    expect(await status("orders-ingress", "a", "ASIAREPLICATOR")).toBe(500);
    await expect(send(EAST, EAST)).resolves.toMatchObject({ status: 201 });
  });
});

describe("clocks of tables", () => {
  test("date the answers of their region and service, those of faults too", async () => {
    gateway.setTableClocks(new Map([[WEST, { stoppedAtMs: Date.UTC(2031, 0, 2) }]]));
    const date = async (region: string, service: string): Promise<string> => {
      let told: Observation | undefined;
      const stop = gateway.watch({}, (observation) => {
        told = observation;
      });
      const headers = { authorization: scope(region, service), "x-amz-target": "DynamoDB_20120810.GetItem" };
      await call(gateway.endpoint(EAST), headers, "{}");
      stop();
      const dates = told!.answer!.rawHeaders.flatMap((name, index, all) =>
        index % 2 === 0 && name.toLowerCase() === "date" ? [all[index + 1]!] : [],
      );
      return dates.join(" and ");
    };
    const wrong = "Thu, 02 Jan 2031 00:00:00 GMT";
    expect(await date(WEST, "dynamodb")).toBe(wrong);
    expect(await date(EAST, "dynamodb")).not.toBe(wrong);
    expect(await date(WEST, "sqs")).not.toBe(wrong);
    gateway.inject({ kind: "throttle", code: "ThrottlingException" });
    expect(await date(WEST, "dynamodb")).toBe(wrong);
  });
});

describe("watching calls", () => {
  test("a caller that does not wait is over with its call before the call is", async () => {
    const observations: Observation[] = [];
    gateway.watch({}, (each) => observations.push(each));
    const fault = gateway.inject({ kind: "delay", delayMs: 60_000 });
    const headers = { authorization: scope(WEST, "sqs"), "x-amz-target": "AmazonSQS.SendMessage" };
    const url = new URL(gateway.endpoint(EAST));
    const request = https.request(url, { method: "POST", headers, ca: certificate.certificate });
    request.on("error", () => {});
    request.end("late");
    await waitFor(() => fault.met === 1);
    request.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const lifted = Date.now();
    fault.lift();
    await waitFor(() => observations.length === 1);

    expect(seen).toHaveLength(1);
    expect(observations[0]?.answer).toBeUndefined();
    expect(observations[0]?.ended).toBeLessThan(lifted);
  });

  test("tells of each call that matches what its caller got", async () => {
    const seenCalls: Observation[] = [];
    const stop = gateway.watch({ operation: "SendMessageBatch" }, (each) => seenCalls.push(each));
    await sendBatch("orders", "ab", "ASIAPRODUCER");
    await send(EAST, WEST);
    gateway.inject({ kind: "misreportEntries" });
    await sendBatch("orders", "c");
    gateway.inject({ kind: "refuse" });
    await expect(sendBatch("orders", "d")).rejects.toThrow();
    await waitFor(() => seenCalls.length === 3);
    stop();
    gateway.liftAll();
    await sendBatch("orders", "e");

    expect(seenCalls.map(({ call: { queue, entries } }) => [queue, idsOf(entries)])).toEqual([
      ["orders", "ab"],
      ["orders", "c"],
      ["orders", "d"],
    ]);
    expect(seenCalls[0]?.call).toMatchObject({ source: EAST, target: WEST, caller: "ASIAPRODUCER" });
    const told = seenCalls.map(({ answer }) => answer && Object.fromEntries(readBatchResult(answer)));
    expect(told).toEqual([{ a: true, b: true }, { c: false }, undefined]);
  });
});
