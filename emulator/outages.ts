import { type ClockFault, clockOf } from "./clock";
import type { ThrottlingCode } from "./dynamodb-wire";
import type { FaultSpec } from "./faults";
import type { Gateway } from "./gateway";
import { INTERNET } from "./gateway-call";
import type { Disorder } from "./server";

/** How a call fails: its connection is reset, or nothing is answered until everything is restored. */
export type Manner = "refuse" | "hang";

export interface OutageOptions {
  /** @default "refuse" */
  readonly manner?: Manner;
}

/**
 * How calls to a table fail.
 *
 * | manner | the call is carried out | the caller gets |
 * |---|---|---|
 * | `refuse` | no | a connection reset |
 * | `hang` | no | nothing until the table is restored, then a connection reset |
 * | code of an exception | no | 400 with that code |
 * | `loseAnswers` | yes | a connection reset |
 * | `answersLateSeconds` | yes | the answer that much later, if it waited |
 * | `callsLateSeconds` | that much later, writes also when the caller did not wait | the answer, if it waited |
 */
export type TableManner =
  | Manner
  | ThrottlingCode
  | "loseAnswers"
  | { readonly answersLateSeconds: number }
  | { readonly callsLateSeconds: number };

export interface TableOutageOptions {
  /** Name of the table. @default all tables of the region */
  readonly table?: string;
  /** Region whose callers the table fails. @default it fails for everybody */
  readonly from?: string;
  /** @default "refuse" */
  readonly manner?: TableManner;
}

/** Something that is out of order. */
export interface Outage {
  /** Brings it back in order. Calls that hang because of it are reset. A second call does nothing. */
  restore(): Promise<void>;
}

export interface OutagesOptions {
  readonly gateway: Pick<Gateway, "inject" | "setTableClocks">;
  /** Regions that there are. */
  readonly regions: readonly string[];
  /** Tells the emulator what is out of order inside of it. */
  readonly order: (disorder: Disorder) => Promise<void>;
}

/** Which calls fail. */
type Failing = Pick<FaultSpec, "source" | "target" | "service" | "exceptOperations" | "tables">;

/** How they fail. */
type Failure = Pick<FaultSpec, "kind" | "code" | "delayMs">;

/** Region in which the control planes of global services are. */
const GLOBAL_REGION = "us-east-1";
const GLOBAL_SERVICES = ["iam", "route53"] as const;
/** What Lambda does besides its control plane. */
const INVOCATIONS = ["Invoke", "InvokeFunctionUrl"] as const;

/** What is out of order, put together from the faults of calls and from what stands still inside of AWS. */
export class Outages {
  private readonly active = new Map<object, () => Promise<void>>();
  private readonly disorders = new Map<object, Partial<Disorder>>();
  /** Orders are given one after the other, each with what is out of order by then. */
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: OutagesOptions) {}

  async loseRegion(region: string, { manner = "refuse" }: OutageOptions = {}): Promise<Outage> {
    this.check(region);
    const failing = [{ target: region }, { source: region }, ...this.globalControlPlanes()];
    return this.begin({ lost: [region] }, failing, { kind: manner });
  }

  async cut(region: string, other: string, { manner = "refuse" }: OutageOptions = {}): Promise<Outage> {
    this.check(region);
    this.check(other);
    if (region === other) throw new Error(`region ${region}: there is no link from a region to itself`);
    return this.begin({ cut: [[region, other]] }, linkBetween(region, other), { kind: manner });
  }

  async isolate(region: string, { manner = "refuse" }: OutageOptions = {}): Promise<Outage> {
    this.check(region);
    const places = new Set([...this.options.regions, GLOBAL_REGION, INTERNET]);
    const others = [...places].filter((other) => other !== region);
    const cut = others.map((other): [string, string] => [region, other]);
    return this.begin(
      { cut },
      others.flatMap((other) => linkBetween(region, other)),
      { kind: manner },
    );
  }

  async stallPollers(region: string): Promise<Outage> {
    this.check(region);
    return this.begin({ stalled: [region] });
  }

  async delayReplication(seconds: number): Promise<Outage> {
    if (!(seconds >= 0)) throw new Error(`replication cannot be delayed by ${seconds} seconds`);
    return this.begin({ replicationDelaySeconds: seconds });
  }

  async loseControlPlanes({ manner = "refuse" }: OutageOptions = {}): Promise<Outage> {
    const lambda = { service: "lambda", exceptOperations: INVOCATIONS };
    return this.begin({}, [...this.globalControlPlanes(), lambda], { kind: manner });
  }

  async loseTable(region: string, options: TableOutageOptions = {}): Promise<Outage> {
    const { table, from, manner = "refuse" } = options;
    this.check(region);
    if (from !== undefined) this.check(from);
    const calls = { target: region, service: "dynamodb" };
    const failing = { ...calls, ...(from && { source: from }), ...(table && { tables: [table] }) };
    // What fails only for some callers is between them and the table; what is carried out is replicated.
    const stands = from === undefined && !isCarriedOut(manner);
    return this.begin(stands ? { lostTables: [[region, table ?? null]] } : {}, [failing], failureOf(manner));
  }

  async setTableClock(region: string, fault: ClockFault): Promise<Outage> {
    this.check(region);
    return this.begin({ tableClocks: { [region]: clockOf(fault, Date.now()) } });
  }

  async setWorkerClock(region: string, fault: ClockFault): Promise<Outage> {
    this.check(region);
    return this.begin({ workerClocks: { [region]: clockOf(fault, Date.now()) } });
  }

  /** Has `undo` done once, by the outage that is returned or by `restoreAll`. */
  keep(undo: () => Promise<void>): Outage {
    const key = {};
    const restore = async (): Promise<void> => {
      if (this.active.delete(key)) await undo();
    };
    this.active.set(key, restore);
    return { restore };
  }

  async restoreAll(): Promise<void> {
    await Promise.all([...this.active.values()].map((restore) => restore()));
  }

  /** Whether calls get from one region, or the internet, to another. */
  areLinked(one: string, other: string): boolean {
    const { lost, cut } = joined([...this.disorders.values()]);
    const isCut = cut.some((pair) => pair.includes(one) && pair.includes(other));
    return !lost.includes(one) && !lost.includes(other) && (one === other || !isCut);
  }

  private async begin(
    disorder: Partial<Disorder>,
    failing: readonly Failing[] = [],
    failure: Failure = { kind: "refuse" },
  ): Promise<Outage> {
    const key = {};
    const underWay = failure.kind === "refuse" || failure.kind === "hang";
    const faults = failing.map((calls) => this.options.gateway.inject({ ...calls, ...failure, underWay }));
    this.disorders.set(key, disorder);
    const outage = this.keep(async () => {
      // Calls first: what resumes inside of AWS makes some.
      for (const fault of faults) fault.lift();
      this.disorders.delete(key);
      await this.giveOrder();
    });
    await this.giveOrder();
    return outage;
  }

  private giveOrder(): Promise<void> {
    const turn = this.turn.then(() => {
      const disorder = joined([...this.disorders.values()]);
      this.options.gateway.setTableClocks(new Map(Object.entries(disorder.tableClocks)));
      return this.options.order(disorder);
    });
    this.turn = turn.catch(() => {});
    return turn;
  }

  /** Global services, and STS at its global endpoint: to be told from the regional one of that region by who calls. */
  private globalControlPlanes(): readonly Failing[] {
    const elsewhere = this.options.regions.filter((region) => region !== GLOBAL_REGION);
    return [
      ...GLOBAL_SERVICES.map((service) => ({ service })),
      ...elsewhere.map((source) => ({ source, target: GLOBAL_REGION, service: "sts" })),
    ];
  }

  private check(region: string): void {
    const { regions } = this.options;
    if (regions.includes(region)) return;
    throw new Error(`the emulator has no region "${region}"; it was started for ${regions.join(", ")}`);
  }
}

function linkBetween(region: string, other: string): readonly Failing[] {
  return [
    { source: region, target: other },
    { source: other, target: region },
  ];
}

/** Whether a table carries out the calls that it fails in this manner, sooner or later. */
function isCarriedOut(manner: TableManner): boolean {
  return typeof manner === "object" || manner === "loseAnswers";
}

function failureOf(manner: TableManner): Failure {
  if (manner === "loseAnswers") return { kind: "loseAnswer" };
  if (manner === "refuse" || manner === "hang") return { kind: manner };
  if (typeof manner === "string") return { kind: "throttle", code: manner };
  return "answersLateSeconds" in manner
    ? { kind: "answerLate", delayMs: milliseconds(manner.answersLateSeconds) }
    : { kind: "delay", delayMs: milliseconds(manner.callsLateSeconds) };
}

function milliseconds(seconds: number): number {
  if (!(seconds >= 0)) throw new Error(`a table cannot be late by ${seconds} seconds`);
  return seconds * 1_000;
}

/** Of several clocks of one region the one that was set last holds. */
function joined(disorders: readonly Partial<Disorder>[]): Disorder {
  return {
    lost: disorders.flatMap(({ lost = [] }) => lost),
    stalled: disorders.flatMap(({ stalled = [] }) => stalled),
    cut: disorders.flatMap(({ cut = [] }) => cut),
    replicationDelaySeconds: Math.max(0, ...disorders.map((each) => each.replicationDelaySeconds ?? 0)),
    lostTables: disorders.flatMap(({ lostTables = [] }) => lostTables),
    tableClocks: Object.assign({}, ...disorders.map(({ tableClocks }) => tableClocks)),
    workerClocks: Object.assign({}, ...disorders.map(({ workerClocks }) => workerClocks)),
  };
}
