import { CONTROLLER_PERIOD_SECONDS, HEARTBEATS_PER_RUN } from "../../core/limits";
import { decide } from "../../ownership/decide";
import { HEARTBEAT_VERSION } from "../../ownership/heartbeat";
import { parameterNames } from "../../ownership/parameters";
import { type Roles, roleOf } from "../../ownership/roles";
import type { Rules } from "../../ownership/situation";
import type { HomeWatermark, States } from "../../ownership/states";
import { sendHeartbeats } from "./canary";
import { Drainers } from "./drainers";
import { isMoving, unprocessedOf } from "./hand-over";
import { nextWatermarks } from "./home-watermarks";
import {
  automaticIn,
  isFit,
  lastHeard,
  ledgerLag,
  type Observation,
  ownWatermarks,
  peerIn,
  rolesIn,
  wordsIn,
} from "./observation";
import { Observer } from "./observer";
import { isSame, OwnParameters } from "./own-parameters";
import { attempt, attemptWithin, nameOf, type Parts } from "./parts";
import { isTakenBack, type Reclaim, reclaimOf } from "./reclaim";
import { Signals, signalOf } from "./signals";
import { errandsOf } from "./tasks";

/** A run looks again this often while a hand-over is under way. */
const LOOK_AGAIN_MS = 5_000;
/** The last look of a run begins so early that the next run has nothing to wait for. */
const RUN_MS = (CONTROLLER_PERIOD_SECONDS - 10) * 1_000;
/** Heartbeats do not wait for longer until the watermark items are in the ledger. */
const MARKING_MS = 3_000;
/** Metrics do not wait for longer until it is known whether the home can do its work. */
const VERDICT_MS = 5_000;
/** Time for an answer on its way. */
const SETTLING_MS = 3_000;
const HEARTBEAT_DELAYS = Array.from(
  { length: HEARTBEATS_PER_RUN },
  (_, index) => (index * CONTROLLER_PERIOD_SECONDS) / HEARTBEATS_PER_RUN,
);

/** How a run ended, for log and metrics. */
export interface RunReport {
  readonly states: States;
  readonly roles: Roles;
  readonly fit: boolean;
  readonly looks: number;
  /** By peer: by how much its watermark items as seen here are behind those that it told of, in milliseconds. */
  readonly ledgerLagMs: Readonly<Record<string, number>>;
  /** By region, its own included: age of the newest heartbeat that arrived, in milliseconds. */
  readonly canaryAgeMs: Readonly<Record<string, number>>;
}

/** One look at everything, and what followed from it. */
interface Look {
  readonly seen: Observation;
  readonly roles: Roles;
  readonly states: States;
  /** Peers' homes whose messages may be moved here. */
  readonly moves: readonly string[];
}

/**
 * The controller of one region. It keeps in memory what only makes it quicker; what it must not forget is in the region's parameter,
 * so that any worker goes on where the last one was stopped. Two at once do no harm: they decide the same.
 */
export class Controller {
  private readonly rules: Rules;
  private readonly peers: readonly string[];
  private readonly observer: Observer;
  private readonly own: OwnParameters;
  private readonly drainers: Drainers;
  private readonly signals: Signals;
  private last: Look | undefined;
  /** What this run has told Route 53, and the verdict on the own home. */
  private told: { readonly signal: string } | undefined;
  private verdict: Promise<boolean | undefined> | undefined;
  private seen: Observation | undefined;
  /** Queues that were taken back, with the epoch of the order. */
  private readonly takenBack = new Set<string>();

  constructor(private readonly parts: Parts) {
    const { settings, ssm } = parts;
    const { failoverGroup, region, regions, ledgerTable } = settings;
    const names = parameterNames(failoverGroup);
    this.rules = { ...settings, hasLedger: ledgerTable !== undefined };
    this.peers = regions.filter((peer) => peer !== region);
    this.observer = new Observer(parts, names, this.peers);
    this.own = new OwnParameters(ssm(region), names, region, regions);
    this.drainers = new Drainers(parts);
    this.signals = new Signals(parts);
  }

  /** Whether the own home could do its work when this worker last looked. Undefined: it has not looked yet. */
  get isFit(): boolean | undefined {
    return this.seen && isFit(this.seen);
  }

  /**
   * Looks, decides and acts; again every few seconds while a hand-over is under way, or while the own parameters cannot be read or
   * written: nothing can be decided then, and no heartbeat says that all is well. Throws when that was so for the whole run.
   */
  async run(): Promise<RunReport> {
    const { now, sleep, onFailure, settings } = this.parts;
    const began = now();
    let last: Look | undefined;
    let failure: unknown;
    let looks = 0;
    this.told = undefined;
    this.verdict = undefined;
    for (;;) {
      looks++;
      let isLast = false;
      try {
        last = await this.look(last === undefined, began + RUN_MS);
        isLast = !isMoving(settings, last.roles, last.states);
      } catch (error) {
        failure = error;
        onFailure("own parameters", nameOf(error));
        // What could not be written does not hold; what was read does.
        await this.tell(this.own.known);
      }
      if (isLast || now() - began + LOOK_AGAIN_MS > RUN_MS) break;
      await sleep(LOOK_AGAIN_MS);
    }
    await this.drainers.settle(began + RUN_MS + SETTLING_MS);
    if (last === undefined) throw failure;
    return { ...this.report(last), looks };
  }

  private async look(isFirst: boolean, endsAt: number): Promise<Look> {
    const { settings, now } = this.parts;
    const { region, regions } = settings;
    const seen = await this.observer.look(this.last?.states);
    this.seen = seen;
    // Last of all, and then at once decided upon: what another worker or the operator writes meanwhile would be overwritten.
    const { roles, states: before } = await this.own.read(rolesIn(seen));
    await this.own.writeRoles(roles);

    const reclaim = this.reclaim(seen, roles, before, endsAt);
    const heardSelf = lastHeard(seen, region);
    const decision = decide(this.rules, {
      now: now(),
      roles,
      states: before,
      peers: Object.fromEntries(this.peers.map((peer) => [peer, peerIn(seen, peer)])),
      ...(heardSelf && { heardSelf }),
      unprocessed: unprocessedOf(settings, before, seen.queues, seen.ages),
      unreclaimed: reclaim.open,
      disowned: this.signals.disownedAt,
      ...automaticIn(seen, settings.takeover),
    });
    await this.own.writeRoles(decision.roles);
    const kept = nextWatermarks({
      region,
      regions,
      roles: decision.roles,
      states: decision.states,
      words: wordsIn(seen),
      queues: seen.queues,
    });
    const isNews = !isSame(marksOf(before, before.watermarks), marksOf(decision.states, kept));
    const states = await this.written(isFirst || isNews, before, { ...decision.states, watermarks: kept });
    const look = { seen, roles: decision.roles, states, moves: decision.moves };
    this.last = look;
    await Promise.all([
      this.beat(look, isFirst ? HEARTBEAT_DELAYS : isNews ? [0] : []),
      this.send(look, decision.mayReclaim ? reclaim : undefined),
      this.tell(states),
    ]);
    return look;
  }

  /** What holds from now on: what was written, so that nobody acts on what the next worker does not know. */
  private async written(isDue: boolean, { watermarks }: States, next: States): Promise<States> {
    if (!isDue) {
      const { watermarks: _, ...states } = next;
      return { ...states, ...(watermarks === undefined ? {} : { watermarks }) };
    }
    const { states, isComplete } = await this.own.writeStates(next);
    if (!isComplete) this.parts.onFailure("watermarks", "NoRoom");
    return states;
  }

  /** Once in a run, and at once when something has changed. Nothing is told before the own parameters, the peers and the records were read. */
  private async tell(states: States | undefined): Promise<void> {
    const { settings, now, verdict } = this.parts;
    const { seen } = this;
    if (settings.records === undefined || states === undefined || seen === undefined) return;
    this.verdict ??= attemptWithin(this.parts, VERDICT_MS, "verdict", verdict ?? (async () => isFit(seen)));
    const signal = signalOf(settings.region, settings.regions, states, await this.verdict, now());
    const told = JSON.stringify(signal);
    if (this.told?.signal === told) return;
    if (await this.signals.publish(signal)) this.told = { signal: told };
  }

  private reclaim(seen: Observation, roles: Roles, states: States, endsAt: number): Reclaim {
    const { settings, now } = this.parts;
    return reclaimOf({
      region: settings.region,
      roles,
      states,
      queues: seen.queues,
      peers: seen.peers,
      isDone: (queue) => this.takenBack.has(keyOf(queue, roles, settings.region)),
      now: now(),
      endsAt,
    });
  }

  private async send({ seen, roles, states, moves }: Look, reclaim: Reclaim | undefined): Promise<void> {
    const { settings, now } = this.parts;
    const { queues = [] } = seen;
    const errands = [
      ...(reclaim?.errands ?? []),
      ...errandsOf({ ...settings, queues, roles, states, moves, now: now() }),
    ];
    await this.drainers.send(errands, (errand, result) => {
      if (isTakenBack(errand, result, now())) {
        this.takenBack.add(keyOf(errand.queue, roles, settings.region));
      }
    });
  }

  /** The ledger first: a heartbeat tells of what was written before it. */
  private async beat(look: Look, delaysSeconds: readonly number[]): Promise<void> {
    const { settings, sqs, now } = this.parts;
    const ledgerAt = await this.markLedger();
    if (delaysSeconds.length === 0) return;
    const { roles, states, seen } = look;
    const queues = ownWatermarks(seen);
    const heartbeat = {
      v: HEARTBEAT_VERSION,
      region: settings.region,
      fit: isFit(seen),
      roles,
      homes: states.homes,
      ...(ledgerAt === undefined ? {} : { ledgerAt }),
      ...(Object.keys(queues).length > 0 && { queues }),
    } as const;
    await attempt(this.parts, "heartbeats", () =>
      sendHeartbeats(sqs, settings.canary.ingressQueueUrl, heartbeat, delaysSeconds, now()),
    );
  }

  /** Writes the watermark items. @returns their moment, if that went well */
  private async markLedger(): Promise<number | undefined> {
    const { ledger, settings, now } = this.parts;
    if (ledger === undefined) return undefined;
    const at = now();
    return attemptWithin(this.parts, MARKING_MS, "ledger", async () => {
      await ledger.putWatermarks(settings.region, at);
      return at;
    });
  }

  private report({ seen, roles, states }: Look): Omit<RunReport, "looks"> {
    const { now } = this.parts;
    return {
      roles,
      states,
      fit: isFit(seen),
      ledgerLagMs: ledgerLag(seen, this.peers),
      canaryAgeMs: Object.fromEntries(
        Object.entries(states.heard ?? {}).map(([region, { at }]) => [region, Math.max(0, now() - at)]),
      ),
    };
  }
}

function keyOf(queue: string, roles: Roles, region: string): string {
  return `${queue} ${roleOf(roles, region).epoch}`;
}

/** What has to be written and told at once when it changes. */
function marksOf(
  { homes, recorded }: States,
  watermarks: Readonly<Record<string, HomeWatermark>> = {},
): readonly unknown[] {
  const marks = Object.entries(watermarks).map(([home, { frozen, completeUntil, spans }]) => [
    home,
    frozen,
    completeUntil,
    spans,
  ]);
  return [homes, marks, recorded];
}
