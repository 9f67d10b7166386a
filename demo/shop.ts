import http from "node:http";
import type { AddressInfo } from "node:net";
import { onCleanup } from "../emulator/cleanup";

/** What a consumer asked of the shop's services for one message. */
export interface ServiceRequest {
  /** Logical queue that the message came by. */
  readonly queue: string;
  readonly order: string;
  /** Step of the processing, such as `payment`. */
  readonly step: string;
  /** Region that the consumer works in. */
  readonly region: string;
  /** Home of the message, by its origin. */
  readonly home: string;
  /** SHA-256 of the message's body, in hexadecimal. */
  readonly digest: string;
  /** The idempotency key that came along. */
  readonly key: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * The services behind the consumers: inventory, payment, mail. They stand outside of all regions, as a payment provider does, and note what
 * they are asked. A request whose idempotency key they know is answered as before and does nothing.
 */
export class Shop {
  readonly requests: ServiceRequest[] = [];
  private readonly server: http.Server;
  private readonly listeners = new Set<(request: ServiceRequest) => void>();
  private readonly refused = new Set<string>();
  readonly close: () => Promise<void>;

  private constructor() {
    this.server = http.createServer((request, response) => {
      this.serve(request).then(
        (status) => response.writeHead(status).end(),
        () => response.writeHead(400).end(),
      );
    });
    this.close = onCleanup("shop", async () => {
      const closed = new Promise((resolve) => this.server.close(resolve));
      this.server.closeAllConnections();
      await closed;
    });
  }

  static async open(): Promise<Shop> {
    const shop = new Shop();
    await new Promise<void>((resolve, reject) => {
      shop.server.once("error", reject);
      shop.server.listen(0, "127.0.0.1", resolve);
    });
    return shop;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Calls `listener` with every request from now on. @returns ends that */
  listen(listener: (request: ServiceRequest) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Refuses every request of consumers in a region: what they are given piles up. @returns ends that */
  refuse(region: string): () => void {
    this.refused.add(region);
    return () => this.refused.delete(region);
  }

  private async serve(request: http.IncomingMessage): Promise<number> {
    const key = request.headers["idempotency-key"];
    if (request.method !== "POST" || typeof key !== "string") return 400;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fields = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const asked = { ...fields, key, step: (request.url ?? "/").slice(1), at: Date.now() } as ServiceRequest;
    if (this.refused.has(asked.region)) return 503;
    this.requests.push(asked);
    for (const listener of this.listeners) listener(asked);
    return 204;
  }
}
