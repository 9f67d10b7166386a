import type { Message } from "@aws-sdk/client-sqs";
import { queueUrl } from "../../../core/names";
import { encodeHeartbeat, type Heartbeat, parseHeartbeat } from "../../../ownership/heartbeat";
import { parameterNames } from "../../../ownership/parameters";
import { encodeRoles, initialRoles } from "../../../ownership/roles";
import { encodeStates, initialStates, type States } from "../../../ownership/states";
import type { ControlledQueue } from "../../../replicator/control/settings";
import type { HealthParts } from "../../../replicator/health/parts";
import type { HealthSettings } from "../../../replicator/health/settings";
import { clientOf, controlledQueue, HOME, heartbeatOf, NOW, REGIONS } from "../control/group";
import { VirtualTime } from "../virtual-time";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const ACCOUNT = "111122223333";
export const NAMES = parameterNames("shop");
export const url = (name: string): string => queueUrl(HOME, ACCOUNT, name);

export const SETTINGS: HealthSettings = {
  failoverGroup: "shop",
  region: HOME,
  regions: REGIONS,
  account: ACCOUNT,
  ledgerTable: "ledger",
  canary: { ingressQueueUrl: url("shop-canary-ingress"), workQueueUrl: url("shop-canary") },
};

export type Service = "ssm" | "sqs" | "ledger";

export interface Call {
  readonly service: Service;
  /** Such as `SendMessageBatchCommand`, or `probe`. */
  readonly name: string;
  /** Name of the queue, for SQS. */
  readonly queue?: string;
}

/** What happens to a call: an error, or no answer at all. */
export type Fault = Error | "hangs" | undefined;

interface Beat {
  readonly id: string;
  readonly visibleAt: number;
  readonly body: string;
}

/** A home as the health function sees it, with a clock of its own. */
export class World {
  readonly time = new VirtualTime(NOW);
  queues: readonly ControlledQueue[] = [controlledQueue()];
  /** Queues that were removed. */
  readonly missing = new Set<string>();
  states: States = this.noted(NOW);
  fault: (call: Call) => Fault = () => undefined;
  callMs = 10;
  /** From the canary's ingress queue to its work queue. */
  passageMs = 200;
  hasPollers = true;
  readonly calls: Call[] = [];
  /** Most calls of a service that were under way at once. */
  readonly atOnce: Record<Service, number> = { ssm: 0, sqs: 0, ledger: 0 };
  /** Heartbeats that were sent, and those that peers got, with the time of their arrival. */
  readonly sent: Heartbeat[] = [];
  readonly passed: number[] = [];
  private ingress: Beat[] = [];
  private work: Beat[] = [];
  private beats = 0;
  private readonly underWay: Record<Service, number> = { ssm: 0, sqs: 0, ledger: 0 };

  readonly now = (): number => this.time.now();

  /** States that a controller wrote at a moment, which had heard the canary then. */
  noted(at: number, heardAt: number = at): States {
    return {
      ...initialStates(HOME, REGIONS),
      checkedAt: at,
      heard: { [HOME]: { at: heardAt, fit: true } },
    };
  }

  /** Parts of a worker. @param aheadMs by how much its clock is ahead */
  parts(over: Partial<HealthParts> = {}, aheadMs = 0): HealthParts {
    return {
      settings: SETTINGS,
      ssm: this.client("ssm", (name, input) =>
        name === "GetParametersByPathCommand"
          ? this.list(input as { NextToken?: string })
          : this.parameters(),
      ),
      sqs: this.client("sqs", (name, input) => this.sqs(name, input as never)),
      ledger: { probe: () => this.call({ service: "ledger", name: "probe" }, () => undefined) },
      now: () => this.now() + aheadMs,
      sleep: (ms) => this.time.sleep(ms),
      onFailure: () => {},
      ...over,
    };
  }

  /** What a controller does in a run: it takes what arrived, notes it, and sends heartbeats until the next. */
  control(): void {
    this.arrive();
    const heard = this.work
      .filter(({ visibleAt }) => visibleAt <= this.now())
      .map(({ body }) => parseHeartbeat(body, this.now()).at);
    this.work = this.work.filter(({ visibleAt }) => visibleAt > this.now());
    this.states = this.noted(this.now(), Math.max(...heard, this.states.heard![HOME]!.at));
    for (const delay of [0, 15, 30, 45]) this.send(heartbeatOf(HOME, { at: this.now() + delay * SECOND }));
  }

  /** From now on nothing passes. */
  stall(): void {
    this.arrive();
    this.hasPollers = false;
  }

  async pass(ms: number): Promise<void> {
    await this.time.run(this.time.sleep(ms));
  }

  /** Puts a message on the canary's ingress queue. */
  send(heartbeat: Heartbeat): void {
    this.sent.push(heartbeat);
    this.beats += 1;
    const visibleAt = Math.max(heartbeat.at, this.now());
    this.ingress.push({ id: `${this.beats}`, visibleAt, body: encodeHeartbeat(heartbeat) });
  }

  /** Puts a message on the canary's work queue that was on its way for long. */
  late(heartbeat: Heartbeat): void {
    this.beats += 1;
    this.work.push({ id: `${this.beats}`, visibleAt: this.now(), body: encodeHeartbeat(heartbeat) });
  }

  /** Messages on the canary's work queue. */
  left(): number {
    return this.work.length;
  }

  /** Number of calls of a command so far. */
  count(name: string): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  private client<Client>(service: Service, answer: (name: string, input: object) => unknown): Client {
    return clientOf<Client>(({ constructor: { name }, input }) => {
      const { QueueUrl } = input as { readonly QueueUrl?: string };
      const queue = QueueUrl?.split("/").at(-1);
      return this.call({ service, name, ...(queue === undefined ? {} : { queue }) }, () =>
        answer(name, input),
      );
    });
  }

  private async call<T>(call: Call, answer: () => T): Promise<T> {
    this.calls.push(call);
    this.underWay[call.service] += 1;
    this.atOnce[call.service] = Math.max(this.atOnce[call.service], this.underWay[call.service]);
    const fault = this.fault(call);
    if (fault === "hangs") await new Promise(() => {});
    await this.time.sleep(this.callMs);
    this.underWay[call.service] -= 1;
    if (fault instanceof Error) throw fault;
    return answer();
  }

  private sqs(name: string, { QueueUrl, Entries = [], ReceiptHandle }: SqsInput): unknown {
    const queue = QueueUrl.split("/").at(-1)!;
    if (QueueUrl !== url(queue)) throw new Error(`unexpected URL ${QueueUrl}`);
    if (this.missing.has(queue)) throw refused("QueueDoesNotExist");
    if (name === "SendMessageBatchCommand") {
      for (const { MessageBody } of Entries) this.send(parseHeartbeat(MessageBody!, this.now()));
      return {};
    }
    if (name === "ReceiveMessageCommand") return { Messages: this.receive() };
    if (name === "DeleteMessageCommand") this.work = this.work.filter(({ id }) => id !== ReceiptHandle);
    return {};
  }

  private receive(): readonly Message[] {
    this.arrive();
    const found = this.work.filter(({ visibleAt }) => visibleAt <= this.now()).slice(0, 1);
    this.work = this.work.map((beat) =>
      found.includes(beat) ? { ...beat, visibleAt: this.now() + 30 * SECOND } : beat,
    );
    return found.map(({ id, body }) => ({ ReceiptHandle: id, Body: body }));
  }

  /** Moves what the replicator has taken. */
  private arrive(): void {
    if (!this.hasPollers) return;
    const arrived = this.ingress.filter(({ visibleAt }) => visibleAt + this.passageMs <= this.now());
    this.ingress = this.ingress.filter((beat) => !arrived.includes(beat));
    for (const beat of arrived) {
      const at = beat.visibleAt + this.passageMs;
      this.work.push({ ...beat, visibleAt: at });
      this.passed.push(at);
    }
  }

  private parameters(): unknown {
    return {
      Parameters: [
        { Name: NAMES.roles, Value: encodeRoles(initialRoles(REGIONS)) },
        { Name: NAMES.states, Value: encodeStates(this.states) },
      ],
    };
  }

  private list({ NextToken = "0" }: { readonly NextToken?: string }): unknown {
    const first = Number(NextToken);
    const next = first + 10;
    return {
      Parameters: this.queues.slice(first, next).map((queue) => ({
        Name: `${NAMES.queues}/${queue.queue}`,
        Value: JSON.stringify(queue),
      })),
      ...(next < this.queues.length && { NextToken: String(next) }),
    };
  }
}

interface SqsInput {
  readonly QueueUrl: string;
  readonly Entries?: readonly { readonly MessageBody?: string }[];
  readonly ReceiptHandle?: string;
}

/** An error of a service, whose text may quote a message. */
export function refused(name: string): Error {
  return Object.assign(new Error("s3cr3t"), { name });
}
