import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { type Certificate, createCertificate } from "./certificate";
import { Gateway } from "./gateway";
import { waitFor } from "./wait";

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

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "gateway-test-"));
  certificate = await createCertificate(directory);
  upstream = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
      response.writeHead(201, { "x-answer": "yes" }).end(`echo ${body}`);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
});

beforeEach(async () => {
  seen = [];
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

function scope(region: string, service: string): string {
  return `AWS4-HMAC-SHA256 Credential=111111111111/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
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

describe("passing calls on", () => {
  test("passes method, path, body, answer and Host header unchanged", async () => {
    const endpoint = gateway.endpoint(EAST);
    const answer = await call(
      endpoint,
      { authorization: scope(WEST, "sqs"), "x-custom": "a b" },
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
});
