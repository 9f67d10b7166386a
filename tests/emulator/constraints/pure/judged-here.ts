import type { IncomingMessage } from "node:http";
import { Constraints } from "../../../../emulator/constraints/constraints";
import { describeCall } from "../../../../emulator/gateway-call";
import type { SqsAnswer } from "../../../../emulator/sqs-wire";
import { ACCOUNT, REGION } from "../cases";
import type { RawAnswer, Wire } from "../send";

/** Access key of every session. */
export const SESSION_KEY = "ASIASESSION";

export interface JudgedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What an SDK hands to the handler of its requests, as far as it is read. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** The constraints without a gateway and an emulator: what they let through is carried out by nobody. */
export class JudgedHere implements Wire {
  private made = 0;
  /** Status of the answers in place of AWS; `undefined` when there is none. */
  upstream: number | undefined = 200;

  constructor(readonly constraints = new Constraints()) {}

  configuration(region: string, accessKeyId = ACCOUNT): object {
    return {
      region,
      // With an endpoint of its own a client signs for its own region, also with services that are global.
      endpoint: "https://127.0.0.1",
      credentials: { accessKeyId, secretAccessKey: "test" },
      requestHandler: {
        handle: async ({ method, path, query = {}, headers, body = "" }: SdkRequest) => {
          const search = new URLSearchParams(
            Object.entries(query).flatMap(([name, values]) =>
              [values].flat().map((value): [string, string] => [name, String(value)]),
            ),
          ).toString();
          const url = search === "" ? path : `${path}?${search}`;
          const {
            status,
            headers: answered,
            body: text,
          } = this.judge({
            method,
            url,
            headers: lowerCased(headers),
            body: typeof body === "string" ? Buffer.from(body) : Buffer.from(new Uint8Array(body)),
          });
          return {
            response: { statusCode: status, headers: answered, body: new TextEncoder().encode(text) },
          };
        },
      },
    };
  }

  async send({ path: url, body, ...request }: Parameters<Wire["send"]>[0]): Promise<RawAnswer> {
    return this.judge({ ...request, url, body: Buffer.from(body) });
  }

  judge({ method, url, headers, body }: JudgedRequest): RawAnswer {
    const request = { method, url, headers } as unknown as IncomingMessage;
    const call = describeCall(request, REGION, true, body.toString("utf8"));
    const concern = this.constraints.concerns(call, request);
    if (concern === undefined) return raw(this.answer(200, headers));
    const verdict = this.constraints.judge(call, concern, body);
    if (verdict.refusal !== undefined) return raw(verdict.refusal);
    const answer = this.upstream === undefined ? undefined : this.answer(this.upstream, headers);
    verdict.settle(answer);
    return raw(answer ?? this.answer(500, headers));
  }

  /** An answer that names what was made. */
  private answer(status: number, { "content-type": type = "" }: JudgedRequest["headers"]): SqsAnswer {
    const id = `id-${++this.made}`;
    const isXml = type.includes("xml") || type.includes("form");
    const text = isXml
      ? `<A><HealthCheck><Id>${id}</Id></HealthCheck><AccessKeyId>${SESSION_KEY}</AccessKeyId></A>`
      : JSON.stringify({ UUID: id });
    return { status, rawHeaders: [], body: Buffer.from(text) };
  }
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function raw({ status, rawHeaders, body }: SqsAnswer): RawAnswer {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    headers[rawHeaders[index]!] = rawHeaders[index + 1]!;
  return { status, headers, body: body.toString("latin1") };
}
