import http from "node:http";
import https from "node:https";
import net, { type AddressInfo, type Socket } from "node:net";
import {
  type CallCount,
  CallCounter,
  type CallFilter,
  type Mark,
  matchesFilter,
  sumCalls,
} from "./call-counter";
import { type Clock, shownBy } from "./clock";
import { Constraints, type Verdict } from "./constraints/constraints";
import { ITEM_WRITES } from "./dynamodb-wire";
import { type FaultChanges, type FaultHandle, type FaultSpec, Faults, matches } from "./faults";
import { type Call, describeCall, INTERNET, isToldByBody } from "./gateway-call";
import { resetConnection, trackConnections } from "./reset-connection";
import type { SqsAnswer } from "./sqs-wire";

export interface GatewayOptions {
  /** Regions that callers can be in; each gets a port with TLS and one without, and so does the internet. */
  readonly regions: readonly string[];
  /** Port of the emulator on 127.0.0.1. */
  readonly upstreamPort: number;
  readonly certificate: string;
  readonly privateKey: string;
  /** Tells the emulator that what the gateway says about a call is true. */
  readonly token: string;
  /** Constraints of AWS that do not hold, as `type.attribute` of the table in `core/quotas`. @default all hold */
  readonly liftedConstraints?: readonly string[];
}

/** A call that is over, and what its caller got. */
export interface Observation {
  readonly call: Call;
  /** When the call reached the gateway and when it was over for its caller, in epoch milliseconds. */
  readonly began: number;
  readonly ended: number;
  /** What the caller got; `undefined` when its connection was cut or it did not wait for an answer. */
  readonly answer: SqsAnswer | undefined;
}

interface Watcher {
  readonly filter: CallFilter;
  readonly observe: (observation: Observation) => void;
}

/** A request with the connection that it came on. */
interface Visit {
  readonly secure: boolean;
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  /** The body, if it was read. */
  readonly body: Buffer | undefined;
  /** Whether nothing of an answer may reach the caller any more. */
  mute: boolean;
}

/** A call that AWS is carrying out. */
interface UnderWay {
  readonly call: Call;
  readonly visit: Visit;
}

interface Door {
  readonly secure: string;
  readonly plain: string;
}

const HOST = "127.0.0.1";
/** Longer than any client keeps an idle connection: the one who closes first must be the client, or its next call is lost. */
const KEEP_ALIVE_MILLISECONDS = 600_000;
/** Headers of one connection only, and those that only the gateway may set. */
const NOT_FORWARDED = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "x-forwarded-proto",
  "x-gateway-token",
  "x-gateway-drop-entries",
]);
/** Once such a call is on its way it arrives, whether its caller waits for the answer or not. */
const ARRIVES = new Set(["SendMessage", "SendMessageBatch", ...ITEM_WRITES]);

/**
 * Stands between every caller and the emulator, as the network between regions does. The port tells the region that a call comes from, and
 * the signature the region that it is for. The gateway counts the calls and lets them suffer faults. Requests are passed on byte for byte,
 * Host header included, because they are signed; so are answers that no fault and no wrong clock changes.
 */
export class Gateway {
  private readonly faults = new Faults();
  private readonly counter = new CallCounter();
  private readonly agent = new http.Agent({ keepAlive: true, scheduling: "lifo" });
  private readonly servers: { readonly server: http.Server; readonly open: ReadonlySet<Socket> }[] = [];
  private readonly doors = new Map<string, Door>();
  private readonly watchers = new Set<Watcher>();
  private readonly underWay = new Set<UnderWay>();
  private readonly constraints: Constraints;
  private tableClocks: ReadonlyMap<string, Clock> = new Map();

  private constructor(private readonly options: GatewayOptions) {
    this.constraints = new Constraints(options.liftedConstraints);
  }

  /** Opens the ports. */
  static async open(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    for (const region of [...options.regions, INTERNET]) {
      const tls = { cert: options.certificate, key: options.privateKey };
      const secure = https.createServer(tls, (request, response) =>
        gateway.serve(region, true, request, response),
      );
      const plain = http.createServer((request, response) => gateway.serve(region, false, request, response));
      gateway.doors.set(region, {
        secure: `https://${HOST}:${await gateway.listen(secure)}`,
        plain: `http://${HOST}:${await gateway.listen(plain)}`,
      });
    }
    return gateway;
  }

  /** Endpoint, with TLS, for callers in a region, or on the internet. @throws Error for a region that the gateway was not opened for */
  endpoint(region: string): string {
    return this.door(region).secure;
  }

  /** Endpoint without TLS for callers in a region, to prove that such calls are refused. @throws Error for an unknown region */
  plainEndpoint(region: string): string {
    return this.door(region).plain;
  }

  /** Makes the calls that match suffer a fault from now on; calls that are under way only if it says so. */
  inject(spec: FaultSpec): FaultHandle {
    const fault = this.faults.inject(spec);
    if (spec.underWay) {
      for (const { call, visit } of this.underWay) if (matches(spec, call)) interrupt(visit, spec, fault);
    }
    return fault;
  }

  /** Ends every fault. */
  liftAll(): void {
    this.faults.liftAll();
  }

  /** Has the tables of regions answer with the time that these clocks show, and all others with the right time. */
  setTableClocks(clocks: ReadonlyMap<string, Clock>): void {
    this.tableClocks = clocks;
  }

  /** The present moment, to count calls from. */
  mark(): Mark {
    return this.counter.mark();
  }

  /** Calls by source, target, service and operation since `mark` (default: since the gateway was opened). */
  calls(mark?: Mark): readonly CallCount[] {
    return this.counter.since(mark);
  }

  /** How many calls that match reached AWS since `mark`. */
  countCalls(filter: CallFilter, mark?: Mark): number {
    return sumCalls(this.calls(mark), filter);
  }

  /** Tells `observe` of every call that matches, when it is over. @returns what ends that */
  watch(filter: CallFilter, observe: (observation: Observation) => void): () => void {
    const watcher = { filter, observe };
    this.watchers.add(watcher);
    return () => {
      this.watchers.delete(watcher);
    };
  }

  /** Ends every fault and connection and closes the ports. */
  async close(): Promise<void> {
    this.faults.liftAll();
    await Promise.all(this.servers.map(({ server, open }) => closeServer(server, open)));
    this.agent.destroy();
  }

  private door(region: string): Door {
    const door = this.doors.get(region);
    if (door === undefined) {
      throw new Error(
        `the emulator has no region "${region}"; it was started for ${this.options.regions.join(", ")}`,
      );
    }
    return door;
  }

  private listen(server: http.Server): Promise<number> {
    server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
    server.headersTimeout = 0;
    server.requestTimeout = 0;
    this.servers.push({ server, open: trackConnections(server) });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, HOST, () => resolve((server.address() as AddressInfo).port));
    });
  }

  private serve(
    source: string,
    secure: boolean,
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): void {
    const reset = (): void => resetConnection(request.socket);
    this.carry(source, secure, request, response, reset).catch(reset);
  }

  private async carry(
    source: string,
    secure: boolean,
    request: http.IncomingMessage,
    response: http.ServerResponse,
    reset: () => void,
  ): Promise<void> {
    const told = isToldByBody(request) ? await readBody(request) : undefined;
    const call = describeCall(request, source, secure, told?.toString("utf8") ?? "");
    const concern = this.constraints.concerns(call, request);
    const body = told ?? (concern && (await readBody(request)));
    const visit: Visit = { secure, request, response, body, mute: false };
    const watchers = [...this.watchers].filter(({ filter }) => matchesFilter(filter, call));
    const began = Date.now();
    let reachedAws = false;
    let given: SqsAnswer | undefined;
    let left: number | undefined;
    response.once("close", () => {
      left = Date.now();
    });
    try {
      await this.faults.treat({
        call,
        reset,
        forward: async (changes) => {
          reachedAws = true;
          this.counter.add(call, "calls");
          const { answer, beforeAnswer, drop } = changes;
          const changed = answer !== undefined || beforeAnswer !== undefined || drop.length > 0;
          const underWay = { call, visit };
          this.underWay.add(underWay);
          try {
            if (changed || concern || watchers.length > 0 || ARRIVES.has(call.operation)) {
              const verdict = concern && this.constraints.judge(call, concern, body ?? Buffer.alloc(0));
              given = await this.forwardWhole(visit, call, changes, verdict);
            } else await this.stream(visit, call);
          } finally {
            this.underWay.delete(underWay);
          }
        },
        answer: async (answer) => {
          const dated = { ...answer, rawHeaders: this.dated(call, answer.rawHeaders) };
          if (await give(visit, dated)) given = dated;
        },
      });
    } finally {
      if (!reachedAws) this.counter.add(call, "faulted");
      const ended = left ?? Date.now();
      for (const { observe } of watchers) observe({ call, began, ended, answer: given });
    }
  }

  /** Passes a request on and its answer back as it comes. Rejects when the emulator cannot be reached or breaks off. */
  private stream(visit: Visit, call: Call): Promise<void> {
    const { request, response } = visit;
    return new Promise((resolve, reject) => {
      if (request.socket.destroyed) return resolve();
      const upstream = this.request(visit, []);
      upstream.once("response", (answer) => {
        if (visit.mute) return void answer.resume();
        const headers = this.dated(call, forwardedHeaders(answer.rawHeaders));
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
        answer.once("error", reject);
        answer.pipe(response);
      });
      upstream.once("error", reject);
      response.once("close", () => {
        if (!response.writableFinished) upstream.destroy();
        resolve();
      });
    });
  }

  /**
   * As `stream`, with the answer read and changed first. What a constraint of AWS refuses is answered here. Resolves to the answer if the
   * caller got it.
   */
  private async forwardWhole(
    visit: Visit,
    call: Call,
    changes: FaultChanges,
    verdict?: Verdict,
  ): Promise<SqsAnswer | undefined> {
    const answer = verdict?.refusal ?? (await this.answerOf(visit, call, changes, verdict));
    if (answer === undefined) return undefined;
    await changes.beforeAnswer?.();
    const told = changes.answer?.(answer) ?? answer;
    return (await give(visit, told)) ? told : undefined;
  }

  /** What the emulator answers; `undefined` when the caller went before the call was on its way. */
  private async answerOf(
    visit: Visit,
    call: Call,
    changes: FaultChanges,
    verdict?: Verdict,
  ): Promise<SqsAnswer | undefined> {
    let answer: SqsAnswer | undefined;
    try {
      if (visit.request.socket.destroyed && !ARRIVES.has(call.operation)) return undefined;
      answer = await this.forwarded(visit, call, changes);
      return answer;
    } finally {
      verdict?.settle(answer);
    }
  }

  private forwarded(visit: Visit, call: Call, changes: FaultChanges): Promise<SqsAnswer> {
    return new Promise((resolve, reject) => {
      const upstream = this.request(visit, changes.drop);
      upstream.once("error", reject);
      upstream.once("response", (response) => {
        const { statusCode: status = 502, rawHeaders } = response;
        readBody(response).then(
          (body) => resolve({ status, rawHeaders: this.dated(call, forwardedHeaders(rawHeaders)), body }),
          reject,
        );
      });
      visit.response.once("close", () => {
        if (!ARRIVES.has(call.operation)) upstream.destroy(new Error("the caller has gone"));
      });
    });
  }

  /** Headers of an answer, with the time that the clock of the tables shows which answer. */
  private dated(call: Call, headers: readonly string[]): string[] {
    const clock = call.service === "dynamodb" ? this.tableClocks.get(call.target) : undefined;
    if (clock === undefined) return [...headers];
    const shown = new Date(shownBy(clock, Date.now())).toUTCString();
    return [...withoutHeaders(headers, new Set(["date"])), "date", shown];
  }

  private request({ secure, request, body }: Visit, drop: readonly string[]): http.ClientRequest {
    const headers = forwardedHeaders(request.rawHeaders);
    headers.push("x-forwarded-proto", secure ? "https" : "http", "x-gateway-token", this.options.token);
    if (drop.length > 0) headers.push("x-gateway-drop-entries", drop.join(","));
    const upstream = http.request({
      agent: this.agent,
      host: HOST,
      port: this.options.upstreamPort,
      method: request.method,
      path: request.url,
      headers,
    });
    if (body === undefined) request.pipe(upstream);
    else upstream.end(body);
    return upstream;
  }
}

/** Has a call that is under way meet a fault: AWS may carry it out, its caller gets nothing of the answer. */
function interrupt(visit: Visit, { kind }: FaultSpec, { lifted }: FaultHandle): void {
  visit.mute = true;
  const reset = (): void => {
    if (!visit.response.writableFinished) resetConnection(visit.request.socket);
  };
  if (kind === "hang") void lifted.then(reset);
  else reset();
}

/** Gives a caller a whole answer. Resolves to whether it was still there to take it. */
function give({ response, mute }: Visit, { status, rawHeaders, body }: SqsAnswer): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve(false);
    response.once("close", () => resolve(response.writableFinished));
    if (mute) return;
    response.writeHead(status, [...rawHeaders]).end(body);
  });
}

/**
 * Closes a server with its connections. The close of HTTP servers looks at idle connections first and fails over those that
 * were reset, so the one of TCP servers does it: https://github.com/nodejs/node/blob/v20.x/lib/_http_server.js
 */
function closeServer(server: http.Server, open: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    net.Server.prototype.close.call(server, () => resolve());
    for (const socket of open) socket.destroy();
  });
}

function forwardedHeaders(raw: readonly string[]): string[] {
  return withoutHeaders(raw, NOT_FORWARDED);
}

function withoutHeaders(raw: readonly string[], left: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? "";
    if (!left.has(name.toLowerCase())) kept.push(name, raw[index + 1] ?? "");
  }
  return kept;
}

async function readBody(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
