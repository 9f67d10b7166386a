import type { Effect } from "../../../ownership/lease/effects";
import { compareNumbers, type Order, type PassEntry } from "../../../ownership/lease/items";
import type { Report } from "./judge";
import type { ClaimJudge } from "./judge-claims";
import type { LivenessJudge } from "./judge-liveness";
import type { OrderJudge } from "./judge-orders";
import type { Gate } from "./reader";
import type { World } from "./world";

/** Each run of a region learns for itself that a home is to go: for so long after the first fence, another may still write a pass. */
const LEARN_MS = 15_000;

/** A region has closed the gate of a home that it owns, in order to hand the home over. */
interface HandOver {
  readonly at: number;
  readonly epoch: number;
  /** What it is done for: an order, or the region's being unfit. @default nothing that the judge can be sure of */
  readonly reason: Order | "unfit" | undefined;
  /** Regions that could have taken the home all the time. */
  readonly peers: ReadonlySet<string>;
}

/** Judges hand-overs: a gate that was closed for one is not opened again before it is over. */
export class FenceJudge {
  /** By region and home. */
  private readonly handOvers = new Map<string, HandOver>();
  /** By home: since when hand-overs are under way, and from which regions. */
  private readonly underWay = new Map<string, { readonly at: number; readonly from: ReadonlySet<string> }>();
  private readonly writtenAt = new WeakMap<PassEntry, number>();

  constructor(
    private readonly world: World,
    private readonly report: Report,
    private readonly claims: ClaimJudge,
    private readonly liveness: LivenessJudge,
    private readonly orders: OrderJudge,
  ) {}

  /** How many regions have closed their gate of the home for a hand-over, one after the other, and none has opened since. */
  underWayOf(home: string): number {
    return this.underWay.get(home)?.from.size ?? 0;
  }

  yielded(region: string, effect: Effect): void {
    if (effect.kind !== "round") return;
    for (const write of effect.writes)
      if (write.kind === "pass")
        for (const [home, entry] of Object.entries(write.homes)) {
          if (entry === null) this.fenced(region, home);
          else this.writtenAt.set(entry, this.world.now);
        }
  }

  opened({ region, home, kind }: Gate, entry: PassEntry): void {
    const writtenAt = this.writtenAt.get(entry) ?? 0;
    const since = this.underWay.get(home)?.at ?? Number.POSITIVE_INFINITY;
    if (kind === "prompt" && writtenAt > since + LEARN_MS) this.underWay.delete(home);
    const key = `${region} ${home}`;
    const handOver = this.handOvers.get(key);
    if (handOver?.reason === undefined || handOver.epoch !== entry.epoch) return;
    if (writtenAt < handOver.at + LEARN_MS) return;
    this.handOvers.delete(key);
    this.report.violation(
      "I13",
      `${kind} gate of ${region} opens again for ${home}, closed for a hand-over since ${handOver.at / 1000} s`,
      home,
    );
  }

  /** Forgets hand-overs of which the reason is gone, or which nobody could have ended. */
  tick(): void {
    for (const [key, handOver] of this.handOvers) {
      const [region, home] = key.split(" ") as [string, string];
      const peers = this.peersOf(region, home, handOver);
      if (peers.size === 0) this.handOvers.delete(key);
      else this.handOvers.set(key, { ...handOver, peers });
    }
  }

  private fenced(region: string, home: string): void {
    const at = this.world.now;
    const { from } = this.underWay.get(home) ?? { from: new Set<string>() };
    if (!from.has(region)) this.underWay.set(home, { at, from: new Set([...from, region]) });
    const key = `${region} ${home}`;
    const last = this.claims.last.get(home);
    const epoch = last?.claim.epoch.number ?? 0;
    if (last?.region !== region || this.handOvers.get(key)?.epoch === epoch) return;
    const order = this.orderAway(region, home);
    const reason: HandOver["reason"] = order ?? (this.world.region(region).isFit ? undefined : "unfit");
    const handOver = { at, epoch, reason, peers: new Set(this.world.members) };
    const peers = this.peersOf(region, home, handOver);
    if (peers.size > 0) this.handOvers.set(key, { ...handOver, peers });
  }

  /** Of the regions that could have taken the home up to now, those that still can. */
  private peersOf(region: string, home: string, { reason, peers }: HandOver): ReadonlySet<string> {
    const { world, liveness } = this;
    if (reason === undefined || !liveness.isConnected(region)) return new Set();
    const order = this.orderAway(region, home);
    if (reason === "unfit" && (world.region(region).isFit || order !== undefined)) return new Set();
    if (reason !== "unfit" && order?.id !== reason.id) return new Set();
    const named =
      reason === "unfit" ? [home, ...(world.settingsOf(region).takeoverOrder[home] ?? [])] : [reason.to];
    return new Set(
      named.filter(
        (peer) =>
          peer !== region && peers.has(peer) && liveness.isWell(peer) && !this.orders.isOrderedAway(peer),
      ),
    );
  }

  /** The highest order about a home, if it is to leave this region by it. */
  private orderAway(region: string, home: string): Order | undefined {
    const orders = [...this.world.tables.values()].flatMap(({ items }) => items.orders[home] ?? []);
    const highest = orders.reduce<Order | undefined>(
      (best, each) => (best === undefined || compareNumbers(each, best) > 0 ? each : best),
      undefined,
    );
    const isDone = (this.claims.last.get(home)?.claim.order ?? 0) >= (highest?.number ?? 0);
    return highest === undefined || highest.to === region || isDone ? undefined : highest;
  }
}
