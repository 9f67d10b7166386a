import http from "node:http";
import https from "node:https";
import net, { type AddressInfo, type Server } from "node:net";
import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { generate } from "selfsigned";
import { trackConnections } from "../../../emulator/reset-connection";
import { passes } from "../../../emulator/route53/engine/reply";
import { probe } from "../../../emulator/route53/probe";

const servers: Server[] = [];
const open = new Map<Server, ReadonlySet<net.Socket>>();
const never = new AbortController();

afterEach(async () => {
  for (const server of servers.splice(0)) {
    for (const socket of open.get(server) ?? []) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  open.set(server, trackConnections(server));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const HTTP: HealthCheckConfig = {
  Type: "HTTP",
  FullyQualifiedDomainName: "example.com",
  ResourcePath: "/health",
};

async function passed(config: HealthCheckConfig, port: number): Promise<boolean> {
  return passes(config, await probe(config, port, never.signal));
}

test("asks for the path of the host and tells the status", async () => {
  let asked: unknown;
  const port = await listen(
    http.createServer((request, response) => {
      asked = [request.method, request.url, request.headers.host];
      response.writeHead(204).end();
    }),
  );
  expect(await probe(HTTP, port, never.signal)).toMatchObject({ status: 204 });
  expect(asked).toEqual(["GET", "/health", "example.com"]);
  await probe({ ...HTTP, Port: 8080, ResourcePath: "ready" }, port, never.signal);
  expect(asked).toEqual(["GET", "/ready", "example.com:8080"]);
});

test("HTTPS: any certificate will do, and the host is named in the handshake only with EnableSNI", async () => {
  const { cert, private: key } = await generate([{ name: "commonName", value: "other.example.org" }]);
  const names: unknown[] = [];
  const server = https.createServer({ cert, key }, (_, response) => response.end("ok"));
  server.on("secureConnection", ({ servername }) => names.push(servername));
  const port = await listen(server);
  const config = { ...HTTP, Type: "HTTPS" } as const;
  expect(await passed({ ...config, EnableSNI: true }, port)).toBe(true);
  expect(await passed({ ...config, EnableSNI: false }, port)).toBe(true);
  expect(names).toEqual(["example.com", false]);
});

test("string matching reads the body, also one that comes in pieces", async () => {
  const port = await listen(
    http.createServer((_, response) => {
      response.write("Heal");
      setImmediate(() => response.end("thy"));
    }),
  );
  const config = { ...HTTP, Type: "HTTP_STR_MATCH" } as const;
  expect(await passed({ ...config, SearchString: "Healthy" }, port)).toBe(true);
  expect(await passed({ ...config, SearchString: "Sick" }, port)).toBe(false);
});

test("an endpoint that is not there, or hangs up, fails", async () => {
  const port = await listen(net.createServer((socket) => socket.destroy()));
  expect(await passed(HTTP, port)).toBe(false);
  expect(await passed({ ...HTTP, Type: "HTTPS" }, port)).toBe(false);
  expect(await passed({ Type: "TCP" }, port)).toBe(true);
  const [server] = servers.splice(0);
  await new Promise((resolve) => server!.close(resolve));
  expect(await probe(HTTP, port, never.signal)).toEqual({});
  expect(await passed({ Type: "TCP" }, port)).toBe(false);
});

test("an endpoint that says nothing within the time fails, as does one whose body does not come", async () => {
  const silent = await listen(net.createServer((socket) => socket.on("error", () => {})));
  const bodiless = await listen(http.createServer((_, response) => void response.flushHeaders()));
  const config: HealthCheckConfig = { ...HTTP, Type: "HTTP_STR_MATCH", SearchString: "Healthy" };
  const [first, second] = await Promise.all([
    probe(config, silent, never.signal),
    probe(config, bodiless, never.signal),
  ]);
  expect(first).toEqual({ connectedAfterMs: expect.any(Number) });
  expect(second).toEqual({
    connectedAfterMs: expect.any(Number),
    status: 200,
    statusAfterMs: expect.any(Number),
  });
});

test("can be given up", async () => {
  const port = await listen(net.createServer((socket) => socket.on("error", () => {})));
  const given = new AbortController();
  const reply = probe(HTTP, port, given.signal);
  given.abort();
  expect(passes(HTTP, await reply)).toBe(false);
});
