import http from "node:http";
import net from "node:net";
import tls from "node:tls";
import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { LIMITS, type Reply, SEARCHED_BYTES } from "./engine/reply";

/** What a stopped request is to be known by. */
class TooLateError extends Error {}

/**
 * Sends the request of a health checker. Certificates are not validated.
 *
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 *
 * @param port of the endpoint on 127.0.0.1
 * @param signal gives the request up
 * @returns what came within the time that there is
 */
export async function probe(config: HealthCheckConfig, port: number, signal: AbortSignal): Promise<Reply> {
  const socket = net.connect({ host: "127.0.0.1", port });
  socket.on("error", () => {});
  const giveUp = (): void => void socket.destroy(new TooLateError());
  signal.addEventListener("abort", giveUp, { once: true });
  let reply: Reply = {};
  try {
    const connectedAfterMs = await timed(
      config.Type === "TCP" ? LIMITS.tcpConnectMs : LIMITS.connectMs,
      giveUp,
      () => once(socket, "connect"),
    );
    reply = { connectedAfterMs };
    if (config.Type === "TCP") return reply;
    let response: http.IncomingMessage | undefined;
    const statusAfterMs = await timed(LIMITS.statusMs, giveUp, async () => {
      response = await respond(config, socket);
    });
    if (response === undefined) return reply;
    reply = { connectedAfterMs, status: response.statusCode ?? 0, statusAfterMs };
    if (!config.Type?.endsWith("_STR_MATCH")) return reply;
    let body: Uint8Array | undefined;
    const bodyAfterMs = await timed(LIMITS.bodyMs, giveUp, async () => {
      body = await beginningOf(response!);
    });
    return { ...reply, body: body ?? new Uint8Array(), bodyAfterMs };
  } catch {
    return reply;
  } finally {
    signal.removeEventListener("abort", giveUp);
    socket.destroy();
  }
}

/** How long `work` takes, in milliseconds. Gives it up after `limitMs`. */
async function timed(limitMs: number, giveUp: () => void, work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  const timer = setTimeout(giveUp, limitMs);
  try {
    await work();
    return Math.min(limitMs, performance.now() - began);
  } finally {
    clearTimeout(timer);
  }
}

function once(socket: net.Socket, event: "connect"): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once("close", () => reject(new TooLateError()));
  });
}

/**
 * The port is named with the host only if it is not the one that the protocol has anyway.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html (FullyQualifiedDomainName, EnableSNI)
 */
function respond(config: HealthCheckConfig, socket: net.Socket): Promise<http.IncomingMessage> {
  const { FullyQualifiedDomainName: name, IPAddress: address, ResourcePath: path = "/" } = config;
  const secure = config.Type?.startsWith("HTTPS") ?? false;
  const host = name ?? address ?? "";
  const port = config.Port ?? (secure ? 443 : 80);
  return new Promise((resolve, reject) => {
    const connection = secure
      ? tls.connect({
          socket,
          rejectUnauthorized: false,
          ...(config.EnableSNI && name !== undefined ? { servername: name } : {}),
        })
      : socket;
    connection.on("error", reject);
    connection.once("close", () => reject(new TooLateError()));
    const request = http.request({
      createConnection: () => connection,
      path: path.startsWith("/") ? path : `/${path}`,
      headers: {
        host: port === (secure ? 443 : 80) ? host : `${host}:${port}`,
        "user-agent": "Amazon-Route53-Health-Check-Service",
        connection: "close",
      },
    });
    request.once("response", resolve);
    request.on("error", reject);
    request.end();
  });
}

async function beginningOf(response: http.IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes >= SEARCHED_BYTES) break;
  }
  return Buffer.concat(chunks);
}
