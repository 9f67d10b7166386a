import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { AttributeValue, DynamoDBClient, GetItemCommandInput } from "@aws-sdk/client-dynamodb";
import type { PassEntry } from "../../../ownership/lease/items";
import { tableClient } from "../../../ownership/lease/store/client";

type Item = Readonly<Record<string, AttributeValue>>;

/**
 * A voter's table as far as readers see one: an HTTP server that answers GetItem, with a clock of its own. The SDK's client and the
 * connections are real.
 */
export class PassTable {
  /** What the table holds about any region that {@link items} does not name; none: no item. */
  item: Item | undefined;
  /** What it holds about single regions. */
  readonly items = new Map<string, Item>();
  /** `hangs`: takes the call and never answers. Any other text is the code of an error. */
  fault: "none" | "hangs" | "no date" | (string & {}) = "none";
  /** By how much the table's clock differs from this machine's. */
  aheadMs = 0;
  /** Called between request and answer. */
  meanwhile: () => void = () => {};
  readonly requests: GetItemCommandInput[] = [];
  readonly client: DynamoDBClient;
  readonly endpoint: string;

  private constructor(
    private readonly server: http.Server,
    region: string,
  ) {
    const { port } = server.address() as AddressInfo;
    this.endpoint = `http://127.0.0.1:${port}`;
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const input: GetItemCommandInput = JSON.parse(Buffer.concat(chunks).toString());
        this.requests.push(input);
        this.answer(input, response);
      });
    });
    this.client = tableClient(region, {
      endpoint: this.endpoint,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
  }

  static async open(region: string): Promise<PassTable> {
    const server = http.createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new PassTable(server, region);
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.stop();
  }

  /** Refuses connections from now on. */
  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  /** The table's own time, epoch milliseconds. */
  now(): number {
    return Date.now() + this.aheadMs;
  }

  /** Writes the pass as an owner does. @param of the owner. @default whoever is asked for */
  put(homes: Readonly<Record<string, PassEntry>>, of?: string): void {
    const attributes = Object.entries(homes).map(([home, { epoch, until }]) => [
      home,
      { M: { epoch: { N: String(epoch) }, until: { N: String(until) } } },
    ]);
    const item = {
      kind: { S: "pass" },
      of: { S: of ?? "any" },
      v: { N: "1" },
      ...Object.fromEntries(attributes),
    };
    if (of === undefined) this.item = item;
    else this.items.set(of, item);
  }

  private answer({ Key }: GetItemCommandInput, response: http.ServerResponse): void {
    this.meanwhile();
    if (this.fault === "hangs") return;
    response.sendDate = false;
    if (this.fault !== "no date") response.setHeader("date", new Date(this.now()).toUTCString());
    response.setHeader("content-type", "application/x-amz-json-1.0");
    const isError = this.fault !== "none" && this.fault !== "no date";
    response.statusCode = isError ? 400 : 200;
    response.end(
      JSON.stringify(
        isError
          ? { __type: `com.amazonaws.dynamodb.v20120810#${this.fault}` }
          : { Item: this.items.get(Key?.of?.S ?? "") ?? this.item },
      ),
    );
  }
}
