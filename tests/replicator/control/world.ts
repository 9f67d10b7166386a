import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from "@aws-sdk/client-sqs";
import { GetParametersByPathCommand, GetParametersCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import { type Heartbeat, parseHeartbeat } from "../../../ownership/heartbeat";
import { parameterNames } from "../../../ownership/parameters";
import {
  encodeRoles,
  initialRoles,
  type Order,
  ordered,
  parseRoles,
  type Roles,
} from "../../../ownership/roles";
import {
  encodeStates,
  type HomeState,
  initialStates,
  parseStates,
  type States,
  stateOf,
} from "../../../ownership/states";
import { Controller, type RunReport } from "../../../replicator/control/controller";
import type { Parts } from "../../../replicator/control/parts";
import type { ControlledQueue } from "../../../replicator/control/settings";
import type { DrainResult, DrainTask } from "../../../replicator/drain/task";
import { controlledQueue, controllerSettings, HOME, NOW, PEER } from "./group";

export const NAMES = parameterNames("shop");
const REGIONS = [HOME, PEER];

export const DRAINED: DrainResult = {
  pruned: 0,
  moved: 0,
  movedUnmarked: 0,
  expired: 0,
  deadLettered: 0,
  fromAfar: 0,
  reclaimed: 0,
  drained: true,
  failures: 0,
};

interface Beat {
  readonly id: string;
  readonly visibleAt: number;
  readonly body: string;
}

export interface Invocation {
  readonly region: string;
  readonly task: DrainTask;
  readonly awaited: boolean;
}

/** A failover group of two regions with what controllers call: parameters, canary queues, metrics, a ledger, drainers. */
export class World {
  now = NOW;
  /** Regions, or `<caller>><region>` for one way, that do not answer calls of SSM. */
  readonly silent = new Set<string>();
  readonly parameters: Record<string, Map<string, string>> = {};
  /** Heartbeats that a region's canary queues hold, by home. */
  readonly canary: Record<string, Record<string, Beat[]>> = {};
  readonly invocations: Invocation[] = [];
  /** Calls that were made, by name. */
  readonly failures: [region: string, part: string, code: string][] = [];
  /** Since when the oldest message stands on a queue, by region and queue name; a queue that is missing is empty. */
  readonly oldestSince: Record<string, number> = {};
  /** What a drainer answers. */
  answer: (invocation: Invocation) => DrainResult = () => DRAINED;
  ledgerFails = new Set<string>();
  private readonly ledger: Record<string, number> = {};
  private readonly controllers: Record<string, Controller> = {};
  private receipts = 0;

  constructor(
    queue: Partial<ControlledQueue> = {},
    private readonly hasLedger = (queue.rescue ?? "ledger") === "ledger",
  ) {
    for (const region of REGIONS) {
      const [other] = REGIONS.filter((one) => one !== region);
      this.parameters[region] = new Map([
        [NAMES.roles, encodeRoles(initialRoles(REGIONS))],
        [NAMES.states, encodeStates(initialStates(region, REGIONS))],
        [`${NAMES.queues}/orders`, JSON.stringify(controlledQueue(queue, other!))],
      ]);
      this.canary[region] = {};
      this.startWorker(region);
    }
  }

  /** Lets a region's next run begin without memory. */
  startWorker(region: string): void {
    this.controllers[region] = new Controller(this.partsOf(region));
  }

  /** One run of a region's controller. */
  run(region: string): Promise<RunReport> {
    return this.controllers[region]!.run();
  }

  /** Runs both controllers, a minute apart, until a region is in a phase. @returns its state */
  async until(region: string, home: string, phase: HomeState["phase"], runs = 30): Promise<HomeState> {
    for (let count = 0; count < runs; count += 1) {
      for (const each of REGIONS) await this.run(each);
      if (this.state(region, home).phase === phase) return this.state(region, home);
      this.now += 15_000;
    }
    throw new Error(`${region} is ${JSON.stringify(this.state(region, home))} for ${home}`);
  }

  order(order: Omit<Order, "at">, regions: readonly string[] = REGIONS): void {
    const roles = ordered(this.roles(regions[0]!), { ...order, at: this.now });
    for (const region of regions) this.parameters[region]!.set(NAMES.roles, encodeRoles(roles));
  }

  roles(region: string): Roles {
    return parseRoles(this.parameters[region]!.get(NAMES.roles)!);
  }

  states(region: string): States {
    return parseStates(this.parameters[region]!.get(NAMES.states)!);
  }

  setStates(region: string, states: States): void {
    this.parameters[region]!.set(NAMES.states, encodeStates(states));
  }

  state(region: string, home: string): HomeState {
    return stateOf(this.states(region), home);
  }

  /** Heartbeats that a region has sent and nobody has read, by their moments. */
  sent(region: string, to: string): readonly Heartbeat[] {
    return (this.canary[to]?.[region] ?? []).map(({ body }) => parseHeartbeat(body));
  }

  tasks(region: string, action: DrainTask["action"]): readonly Invocation[] {
    return this.invocations.filter((one) => one.region === region && one.task.action === action);
  }

  private partsOf(region: string): Parts {
    const client = <T>(send: (command: unknown) => T) =>
      ({ send: async (command: unknown) => send(command) }) as never;
    return {
      settings: { ...controllerSettings(region), ...(this.hasLedger ? { ledgerTable: "shop-ledger" } : {}) },
      ssm: (target) => client((command) => this.ssm(region, target, command)),
      sqs: client((command) => this.sqs(region, command)),
      lambda: client((command) => this.lambda(region, command)),
      cloudWatch: client((command) => this.cloudWatch(region, command)),
      ...(this.hasLedger ? { ledger: this.ledgerOf(region) } : {}),
      now: () => this.now,
      sleep: async (milliseconds) => {
        this.now += milliseconds;
        await new Promise((resolve) => setImmediate(resolve));
      },
      onFailure: (part, code) => this.failures.push([region, part, code]),
    };
  }

  private ssm(caller: string, region: string, command: unknown) {
    if (this.silent.has(region) || this.silent.has(`${caller}>${region}`)) {
      throw Object.assign(new Error("no answer"), { name: "TimeoutError" });
    }
    const parameters = this.parameters[region]!;
    if (command instanceof GetParametersCommand) {
      const found = (command.input.Names ?? []).filter((name) => parameters.has(name));
      return { Parameters: found.map((Name) => ({ Name, Value: parameters.get(Name) })) };
    }
    if (command instanceof GetParametersByPathCommand) {
      const found = [...parameters].filter(([name]) => name.startsWith(`${command.input.Path}/`));
      return { Parameters: found.map(([Name, Value]) => ({ Name, Value })) };
    }
    if (!(command instanceof PutParameterCommand)) throw new Error("unexpected call of SSM");
    parameters.set(command.input.Name!, command.input.Value!);
    return {};
  }

  /** What is put into a canary's ingress queue is on its own work queue and on the peers' standby queues at once. */
  private sqs(region: string, command: unknown) {
    if (command instanceof SendMessageBatchCommand) {
      for (const { MessageBody, DelaySeconds = 0 } of command.input.Entries ?? []) {
        for (const to of REGIONS) {
          const beat = {
            id: String(++this.receipts),
            visibleAt: this.now + DelaySeconds * 1_000,
            body: MessageBody!,
          };
          this.canary[to]![region] = [...(this.canary[to]![region] ?? []), beat];
        }
      }
      return { Successful: [], Failed: [] };
    }
    const { QueueUrl = "" } = (command as ReceiveMessageCommand).input;
    const [, from = region] = /standby-(.*)$/.exec(QueueUrl) ?? [];
    const beats = this.canary[region]![from] ?? [];
    if (command instanceof ReceiveMessageCommand) {
      const due = beats.filter(({ visibleAt }) => visibleAt <= this.now).slice(0, 10);
      return { Messages: due.map(({ id, body }) => ({ ReceiptHandle: id, Body: body })) };
    }
    if (!(command instanceof DeleteMessageBatchCommand)) throw new Error("unexpected call of SQS");
    const gone = new Set(command.input.Entries?.map(({ ReceiptHandle }) => ReceiptHandle));
    this.canary[region]![from] = beats.filter(({ id }) => !gone.has(id));
    return { Successful: [], Failed: [] };
  }

  private lambda(region: string, command: unknown) {
    if (!(command instanceof InvokeCommand)) throw new Error("unexpected call of Lambda");
    const { Payload, InvocationType } = command.input;
    const invocation = {
      region,
      task: JSON.parse(String(Payload)) as DrainTask,
      awaited: InvocationType === "RequestResponse",
    };
    this.invocations.push(invocation);
    return invocation.awaited
      ? { Payload: Buffer.from(JSON.stringify(this.answer(invocation))) }
      : { StatusCode: 202 };
  }

  /** One point for each of the last fifteen minutes, as if each queue had held its oldest message all the time. */
  private cloudWatch(region: string, command: unknown) {
    if (!(command instanceof GetMetricDataCommand)) throw new Error("unexpected call of CloudWatch");
    const minutes = Array.from(
      { length: 15 },
      (_, index) => (Math.floor(this.now / 60_000) - 14 + index) * 60_000,
    );
    return {
      MetricDataResults: command.input.MetricDataQueries?.map(({ Id, MetricStat }) => {
        const queue = MetricStat?.Metric?.Dimensions?.[0]?.Value;
        const since = this.oldestSince[`${region} ${queue}`];
        return {
          Id,
          Timestamps: minutes.map((at) => new Date(at)),
          Values: minutes.map((at) => (since === undefined ? 0 : Math.max(0, at - since) / 1_000)),
        };
      }),
    };
  }

  private ledgerOf(region: string): NonNullable<Parts["ledger"]> {
    const check = () => {
      if (this.ledgerFails.has(region)) throw Object.assign(new Error("down"), { name: "LedgerUnusable" });
    };
    return {
      probe: async () => check(),
      putWatermarks: async (_, at) => {
        check();
        this.ledger[region] = at;
      },
      watermarks: async (regions) => {
        check();
        return Object.fromEntries(
          [...regions].flatMap((one) => (this.ledger[one] ? [[one, this.ledger[one]]] : [])),
        );
      },
    };
  }
}
