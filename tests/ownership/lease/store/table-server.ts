import http from "node:http";
import type { AddressInfo } from "node:net";

/** One request as DynamoDB gets it. */
export interface TableRequest {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What is answered. */
export interface TableResponse {
  /** @default 200 */
  readonly status?: number;
  /** Text is sent as it is. @default `{}` */
  readonly body?: unknown;
  /** Of the head. `null`: none is sent. @default the present */
  readonly date?: string | null;
  /** The body is begun and never ended. @default false */
  readonly isCut?: boolean;
}

/** An endpoint that gives the answers which no emulator gives: without `Date`, cut off, in pages. */
export interface TableServer {
  readonly endpoint: string;
  readonly requests: readonly TableRequest[];
  /** How many callers went away before they had their answer. */
  readonly abandoned: number;
  /** How requests are answered from now on. Undefined: never. */
  answer: (request: TableRequest) => TableResponse | undefined;
  close(): Promise<void>;
}

export async function openTableServer(): Promise<TableServer> {
  const requests: TableRequest[] = [];
  let abandoned = 0;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    response.once("close", () => {
      if (!response.writableFinished) abandoned += 1;
    });
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).replace(/^.*\./, "");
      const received = { operation, input: JSON.parse(Buffer.concat(chunks).toString()) };
      requests.push(received);
      const answer = opened.answer(received);
      if (answer === undefined) return;
      const { status = 200, body = {}, date, isCut = false } = answer;
      response.sendDate = date === undefined;
      if (typeof date === "string") response.setHeader("date", date);
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
      const text = typeof body === "string" ? body : JSON.stringify(body);
      if (isCut) response.write(text);
      else response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const opened: TableServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get abandoned() {
      return abandoned;
    },
    answer: () => ({}),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return opened;
}

/** An error as DynamoDB answers it. */
export function errorOf(code: string, more: object = {}): TableResponse {
  return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${code}`, ...more } };
}
