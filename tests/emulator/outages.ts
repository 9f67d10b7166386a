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

/** Something that is out of order. */
export interface Outage {
  /** Brings it back in order. Calls that hang because of it are reset. A second call does nothing. */
  restore(): Promise<void>;
}

export interface OutagesOptions {
  readonly gateway: Pick<Gateway, "inject">;
  /** Regions that there are. */
  readonly regions: readonly string[];
  /** Tells the emulator what is out of order inside of it. */
  readonly order: (disorder: Disorder) => Promise<void>;
}

/** Which calls fail. */
type Failing = Pick<FaultSpec, "source" | "target" | "service" | "exceptOperations">;

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
    return this.begin({ lost: [region] }, failing, manner);
  }

  async cut(region: string, other: string, { manner = "refuse" }: OutageOptions = {}): Promise<Outage> {
    this.check(region);
    this.check(other);
    if (region === other) throw new Error(`region ${region}: there is no link from a region to itself`);
    return this.begin({ cut: [[region, other]] }, linkBetween(region, other), manner);
  }

  async isolate(region: string, { manner = "refuse" }: OutageOptions = {}): Promise<Outage> {
    this.check(region);
    const places = new Set([...this.options.regions, GLOBAL_REGION, INTERNET]);
    const others = [...places].filter((other) => other !== region);
    const cut = others.map((other): [string, string] => [region, other]);
    return this.begin(
      { cut },
      others.flatMap((other) => linkBetween(region, other)),
      manner,
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
    return this.begin({}, [...this.globalControlPlanes(), lambda], manner);
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
    kind: Manner = "refuse",
  ): Promise<Outage> {
    const key = {};
    const faults = failing.map((calls) => this.options.gateway.inject({ ...calls, kind, underWay: true }));
    this.disorders.set(key, disorder);
    const restore = async (): Promise<void> => {
      if (!this.active.delete(key)) return;
      // Calls first: what resumes inside of AWS makes some.
      for (const fault of faults) fault.lift();
      this.disorders.delete(key);
      await this.giveOrder();
    };
    this.active.set(key, restore);
    await this.giveOrder();
    return { restore };
  }

  private giveOrder(): Promise<void> {
    const turn = this.turn.then(() => this.options.order(joined([...this.disorders.values()])));
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

function joined(disorders: readonly Partial<Disorder>[]): Disorder {
  return {
    lost: disorders.flatMap(({ lost = [] }) => lost),
    stalled: disorders.flatMap(({ stalled = [] }) => stalled),
    cut: disorders.flatMap(({ cut = [] }) => cut),
    replicationDelaySeconds: Math.max(0, ...disorders.map((each) => each.replicationDelaySeconds ?? 0)),
  };
}
