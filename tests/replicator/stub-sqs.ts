import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface StubCall {
  readonly headers: IncomingHttpHeaders;
  readonly operation: string;
  readonly body: {
    readonly QueueUrl: string;
    readonly Entries: readonly {
      readonly Id: string;
      readonly MessageBody: string;
      readonly MessageAttributes?: Readonly<Record<string, object>>;
    }[];
  };
}

/** The wire of SQS on a port of this machine: takes everything, unless `respond` answers in its place. */
export async function stubSqs(respond?: (call: StubCall, response: ServerResponse) => boolean) {
  const calls: StubCall[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).replace("AmazonSQS.", "");
      const body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      const call: StubCall = { headers: request.headers, operation, body };
      calls.push(call);
      if (respond?.(call, response)) return;
      const Successful = call.body.Entries.map(({ Id, MessageBody = "" }) => ({
        Id,
        MessageId: `at ${Id}`,
        MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
      }));
      response.setHeader("content-type", "application/x-amz-json-1.0");
      response.end(JSON.stringify({ Successful, Failed: [] }));
    });
  });
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    /** Connections that were opened so far. */
    connections: () => connections,
    endpoint: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Environment of a Lambda function whose SQS is a stub. */
export function functionEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "token",
    AWS_REGION: "us-east-1",
    AWS_LAMBDA_FUNCTION_NAME: "orders-replicator",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    LAMBDA_TASK_ROOT: "/var/task",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
}
