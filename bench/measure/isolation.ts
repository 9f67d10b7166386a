import { type Bench, workerOptions } from "../bench-context";
import { FUNCTION_CASES } from "../cases";
import { FAULTS, type PeerFault } from "../plan";
import type { StubCondition } from "../stub/protocol";
import { PEER } from "../worker/events";
import type { WorkDone, WorkerOrder } from "../worker/protocol";
import { BenchWorker } from "../worker/worker";

/** What a peer that is away does to the home's throughput. */
export interface IsolationFigure {
  readonly case: "async" | "semi-sync";
  readonly fault: PeerFault;
  readonly records: number;
  readonly latencyMs: number;
  /** Home throughput, messages per second. Means, because what costs time is rare: a median would not show it. */
  readonly healthy: number;
  /** Right after the fault began, its first time-outs included. */
  readonly onset: number;
  /** Afterwards, probes included. */
  readonly faulty: number;
  /** Seconds for which `faulty` was measured. */
  readonly faultySeconds: number;
}

const RECORDS = 10;
const CASES = ["async", "semi-sync"] as const;

export async function measureIsolation(bench: Bench): Promise<readonly IsolationFigure[]> {
  const figures: IsolationFigure[] = [];
  for (const name of CASES.filter((one) => bench.plan.modes.includes(one))) {
    for (const fault of FAULTS.filter((one) => bench.plan.isolation.rounds[one] > 0)) {
      bench.say(`isolation: ${name}, peer ${fault}`);
      figures.push(await isolationOf(bench, name, fault));
    }
  }
  return figures;
}

/**
 * Two homes in turn, one whose peer is healthy and one whose peer is always away when it runs, so that neither carries over what it
 * learnt about its peer. In `async` the forwarder of each home works at the same time, as it does on AWS.
 */
async function isolationOf(
  bench: Bench,
  name: (typeof CASES)[number],
  fault: PeerFault,
): Promise<IsolationFigure> {
  const { stub, plan } = bench;
  const { latencyMs, healthyMs, faultyMs } = plan.isolation;
  const away: Partial<StubCondition> = fault === "refused" ? { refused: [PEER] } : { blackHoled: [PEER] };
  const [healthyHome, faultyHome] = [await Home.start(bench, name), await Home.start(bench, name)];
  try {
    await stub.set({ latencyMs });
    for (const home of [healthyHome, faultyHome]) await home.work(plan.warmUpMs);
    await stub.set({ latencyMs, ...away });
    const onset = await faultyHome.work(faultyMs);
    const healthy: WorkDone[] = [];
    const faulty: WorkDone[] = [];
    for (let round = 0; round < plan.isolation.rounds[fault]; round += 1) {
      await stub.set({ latencyMs });
      healthy.push(await healthyHome.work(healthyMs));
      await stub.set({ latencyMs, ...away });
      faulty.push(await faultyHome.work(faultyMs));
    }
    return {
      case: name,
      fault,
      records: RECORDS,
      latencyMs,
      healthy: perSecond(healthy),
      onset: perSecond([onset]),
      faulty: perSecond(faulty),
      faultySeconds: total(faulty, "elapsedMs") / 1_000,
    };
  } finally {
    await Promise.all([healthyHome.stop(), faultyHome.stop()]);
    await stub.set({});
  }
}

function perSecond(work: readonly WorkDone[]): number {
  return (total(work, "messages") / total(work, "elapsedMs")) * 1_000;
}

function total(work: readonly WorkDone[], key: "messages" | "elapsedMs"): number {
  return work.reduce((sum, done) => sum + done[key], 0);
}

class Home {
  private isForwarding = false;

  private constructor(
    private readonly replicator: BenchWorker,
    private readonly forwarder: BenchWorker | undefined,
  ) {}

  static async start(bench: Bench, name: (typeof CASES)[number]): Promise<Home> {
    const worker = (bundle: "replicator" | "forwarder") => {
      const one = FUNCTION_CASES.find((candidate) => candidate.case === name && candidate.bundle === bundle);
      return one === undefined ? undefined : BenchWorker.start(workerOptions(bench, one));
    };
    const replicator = await worker("replicator");
    if (replicator === undefined) throw new Error(`${name} has no replicator`);
    return new Home(replicator, await worker("forwarder"));
  }

  /**
   * What the home does. Its forwarder works meanwhile; what it does is not counted, nor whether it fails, and nobody waits for it: with a
   * peer that swallows its calls it takes seconds longer.
   */
  async work(forMs: number): Promise<WorkDone> {
    const order: WorkerOrder = {
      kind: "events",
      shape: { records: RECORDS, bodyBytes: 1_000, hasAttributes: true },
      forMs,
      atLeast: 1,
    };
    if (!this.isForwarding && this.forwarder !== undefined) {
      this.isForwarding = true;
      const forwarding = this.forwarder.run({ ...order, shape: { ...order.shape, hasOrigin: true } });
      const end = () => {
        this.isForwarding = false;
      };
      forwarding.then(end, end);
    }
    const done = await this.replicator.run(order);
    if (done.failed > 0) throw new Error(`the home left ${done.failed} of ${done.messages} messages behind`);
    return done;
  }

  async stop(): Promise<void> {
    await this.replicator.stop();
    await this.forwarder?.stop();
  }
}
