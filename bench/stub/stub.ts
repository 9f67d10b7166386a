import { connect } from "node:net";
import { Child } from "../child";
import type { Counts, StubCondition, StubMessage, StubOrder } from "./protocol";
import { responseLength } from "./wire";

const ANSWER_TIMEOUT_MS = 10_000;

/** The stub endpoint, seen from the benchmark. */
export class Stub {
  private constructor(
    private readonly child: Child<StubOrder, StubMessage>,
    private readonly port: number,
  ) {}

  /** @param script the bundled server */
  static async start(script: string): Promise<Stub> {
    const child = new Child<StubOrder, StubMessage>({ script, env: {} });
    const { port } = await child.next("listening", ANSWER_TIMEOUT_MS);
    return new Stub(child, port);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Sets what is given and forgets everything that was set before: no latency, every region answers. */
  async set(condition: Partial<StubCondition>): Promise<void> {
    const whole: StubCondition = { latencyMs: 0, blackHoled: [], refused: [], ...condition };
    await this.child.ask({ kind: "set", condition: whole }, "done", ANSWER_TIMEOUT_MS);
  }

  /** What was counted since the last call of this. */
  async takeCounts(): Promise<Counts> {
    return (await this.child.ask({ kind: "take" }, "counts", ANSWER_TIMEOUT_MS)).counts;
  }

  /** Calls per second that the stub answers when the caller does next to nothing. */
  async capacity(body: string, durationMs: number): Promise<number> {
    const request = Buffer.from(
      [
        "POST / HTTP/1.1",
        "x-amz-target: AmazonSQS.SendMessageBatch",
        "authorization: AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/us-east-1/sqs/aws4_request",
        `content-length: ${Buffer.byteLength(body)}`,
        "",
        body,
      ].join("\r\n"),
    );
    const started = performance.now();
    const calls = await Promise.all(
      Array.from({ length: CAPACITY_CONNECTIONS }, () =>
        callAgainAndAgain(this.port, request, started + durationMs),
      ),
    );
    return calls.reduce((sum, count) => sum + count, 0) / ((performance.now() - started) / 1_000);
  }
}

/** As many calls at a time as ours make at most in two regions. */
const CAPACITY_CONNECTIONS = 20;

function callAgainAndAgain(port: number, request: Buffer, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let calls = 0;
    let bytes: Buffer = Buffer.alloc(0);
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => socket.write(request));
    socket.on("error", reject);
    socket.on("data", (chunk: Buffer) => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const length = responseLength(bytes);
      if (length === undefined) return;
      bytes = bytes.subarray(length);
      calls += 1;
      if (performance.now() < until) socket.write(request);
      else {
        socket.destroy();
        resolve(calls);
      }
    });
  });
}
