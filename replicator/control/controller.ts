import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { CONTROLLER_PERIOD_SECONDS, DRAIN_TASK_SECONDS, HEARTBEATS_PER_RUN } from "../../core/limits";
import { decide } from "../../ownership/decide";
import type { Heartbeat } from "../../ownership/heartbeat";
import { parameterNames } from "../../ownership/parameters";
import { type RegionParameters, readParameters } from "../../ownership/read-parameters";
import { encodeRoles, initialRoles, mergeRoles, type Roles, roleOf } from "../../ownership/roles";
import type { Draining, Peer, Rules } from "../../ownership/situation";
import { encodeStates, initialStates, processedBeforeOf, type States, stateOf } from "../../ownership/states";
import { DRAIN_TASK_VERSION, type DrainTask } from "../drain/task";
import { type Ages, readAges } from "./ages";
import { sendHeartbeats, takeHeartbeats } from "./canary";
import { Drainers } from "./drainers";
import { nextWatermarks } from "./home-watermarks";
import { attempt, type Parts } from "./parts";
import { ControlledQueues } from "./queues";
import type { ControlledQueue } from "./settings";
import { type Errand, errandsOf } from "./tasks";
import { oldest, processedBefore } from "./watermark";

/** A run looks again this often while a hand-over is under way. */
const LOOK_AGAIN_MS = 5_000;
/** The last look of a run begins so early that the next run has nothing to wait for. */
const RUN_MS = (CONTROLLER_PERIOD_SECONDS - 10) * 1_000;
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

/** One look at everything. */
interface Look {
  readonly roles: Roles;
  readonly states: States;
  readonly fit: boolean;
}

/**
 * The controller of one region. It keeps in memory what only makes it quicker; what it must not forget is in the region's parameter,
 * so that any worker goes on where the last one was stopped. Two at once do no harm: they decide the same.
 */
export class Controller {
  private readonly names: ReturnType<typeof parameterNames>;
  private readonly rules: Rules;
  private readonly peers: readonly string[];
  private readonly queues: ControlledQueues;
  private readonly drainers: Drainers;
  /** By region, the newest heartbeat that arrived, its own included. */
  private readonly heard: Record<string, Heartbeat> = {};
  private ledgerSeen: Readonly<Record<string, number>> = {};
  /** By errand: that everything was moved or taken back, for the order that it was for. */
  private readonly done = new Set<string>();

  constructor(private readonly parts: Parts) {
    const { settings, ssm } = parts;
    const { region, regions, ledgerTable } = settings;
    this.names = parameterNames(settings.failoverGroup);
    this.rules = { ...settings, hasLedger: ledgerTable !== undefined };
    this.peers = regions.filter((peer) => peer !== region);
    this.queues = new ControlledQueues(ssm(region), this.names.queues);
    this.drainers = new Drainers(parts);
  }

  /**
   * Looks, decides and acts; again every few seconds while a hand-over is under way. Throws when the own parameters cannot be read or
   * written: nothing can be decided then, and no heartbeat says that all is well.
   */
  async run(): Promise<RunReport> {
    const { now, sleep } = this.parts;
    const began = now();
    const awaited: Promise<void>[] = [];
    let last: Look | undefined;
    let looks = 0;
    do {
      if (looks > 0) await sleep(LOOK_AGAIN_MS);
      last = await this.look(looks === 0, awaited);
      looks++;
    } while (this.isMoving(last) && now() - began < RUN_MS);
    await Promise.all(awaited);
    const { roles, states, fit } = last;
    return { roles, states, fit, looks, ledgerLagMs: this.ledgerLag(), canaryAgeMs: this.canaryAge() };
  }

  private async look(isFirst: boolean, awaited: Promise<void>[]): Promise<Look> {
    const { settings, ssm, now } = this.parts;
    const { region } = settings;
    const [own, peers, isLedgerUsable, queues] = await Promise.all([
      readParameters(ssm(region), this.names),
      this.readPeers(),
      this.readLedger(),
      attempt(this.parts, "queues", () => this.queues.read(now()), []),
      this.hear(),
    ]);
    const before = own.states ?? initialStates(region, settings.regions);
    const known = [...Object.values(peers), ...Object.values(this.heard)].flatMap(({ roles }) => roles ?? []);
    const roles = mergeRoles(initialRoles(settings.regions), own.roles ?? initialRoles([]), ...known);
    if (!own.roles || !isSame(own.roles, roles)) await this.write(this.names.roles, encodeRoles(roles));

    const ages = await this.readAges(queues, before);
    const draining = this.draining(before, roles, queues, ages);
    const decision = decide(this.rules, {
      now: now(),
      roles,
      states: before,
      peers: Object.fromEntries(this.peers.map((peer) => [peer, this.reportOf(peer, peers[peer])])),
      draining,
      unreclaimed: this.unreclaimed(before, roles, queues, peers).map(({ queue }) => queue),
    });
    if (!isSame(decision.roles, roles)) await this.write(this.names.roles, encodeRoles(decision.roles));

    const watermarks = nextWatermarks({
      region,
      regions: settings.regions,
      roles: decision.roles,
      states: decision.states,
      heard: this.heard,
      own: this.ownWatermarks(queues, ages),
      queues,
      completed: this.completed(before, decision.states, draining, queues),
    });
    const states: States = { ...decision.states, watermarks };
    const isChanged = !isSame(before.homes, states.homes);
    if (isFirst || isChanged) await this.write(this.names.states, encodeStates(states));

    const fit = isLedgerUsable !== false;
    if (isFirst || isChanged) await this.beat(decision.roles, states, fit, isFirst, queues, ages);
    else await this.markLedger();
    const errands = [
      ...errandsOf({ ...settings, queues, roles: decision.roles, states, now: now() }),
      ...(decision.mayReclaim ? this.reclaims(states, decision.roles, queues, peers) : []),
    ];
    // What is seen empty before the home has sent its last copy is filled again.
    const last = new Set(errands.filter((errand) => this.isLast(errand)));
    awaited.push(
      ...(await this.drainers.send(errands, (errand, { drained }) => {
        if (drained && last.has(errand)) {
          this.done.add(keyOf(errand.queue, errand.task.home, decision.roles));
        }
      })),
    );
    return { roles: decision.roles, states, fit };
  }

  /** Whether a hand-over is under way that another look may bring on. */
  private isMoving({ roles, states }: Look): boolean {
    const { region, regions } = this.parts.settings;
    return regions.some((home) => {
      const { phase, epoch } = stateOf(states, home);
      const role = roleOf(roles, home);
      const rests = role.owner === region ? "owner" : "standing-by";
      return phase !== rests || epoch !== role.epoch;
    });
  }

  private async readPeers(): Promise<Readonly<Record<string, RegionParameters>>> {
    const answers = await Promise.all(
      this.peers.map(async (peer) => {
        const read = () => readParameters(this.parts.ssm(peer), this.names);
        return [peer, await attempt(this.parts, `parameters of ${peer}`, read, undefined)] as const;
      }),
    );
    return Object.fromEntries(answers.filter((answer): answer is [string, RegionParameters] => !!answer[1]));
  }

  /** Takes what arrived by the canary, from the peers and from this region itself. */
  private async hear(): Promise<void> {
    const { settings, sqs } = this.parts;
    const { workQueueUrl, standbyQueueUrls } = settings.canary;
    const queues = { ...standbyQueueUrls, [settings.region]: workQueueUrl };
    await Promise.all(
      Object.entries(queues).map(async ([from, url]) => {
        const heard = await attempt(
          this.parts,
          `canary of ${from}`,
          () => takeHeartbeats(sqs, url, from),
          undefined,
        );
        if (heard === undefined) return;
        if (heard.strange > 0) this.parts.onFailure(`canary of ${from}`, "NoHeartbeat");
        const { newest } = heard;
        if (newest !== undefined && newest.at > (this.heard[from]?.at ?? 0)) this.heard[from] = newest;
      }),
    );
  }

  /** @returns whether the ledger is usable; undefined without one */
  private async readLedger(): Promise<boolean | undefined> {
    const { ledger, settings } = this.parts;
    if (ledger === undefined) return undefined;
    const seen = await attempt(
      this.parts,
      "ledger",
      async () => {
        await ledger.probe(settings.region);
        return ledger.watermarks(this.peers);
      },
      undefined,
    );
    if (seen !== undefined) this.ledgerSeen = seen;
    return seen !== undefined;
  }

  /**
   * Ages of the queues whose watermark is needed: those without a ledger, and all of them where moved messages have to be processed.
   * Of those that are rescued by hand, whether the last copy has left this region.
   */
  private async readAges(queues: readonly ControlledQueue[], states: States): Promise<Ages | undefined> {
    const { settings, cloudWatch, now } = this.parts;
    const handsBack = settings.regions.some(
      (home) => home !== settings.region && stateOf(states, home).phase === "handing-back",
    );
    const isFenced = stateOf(states, settings.region).phase !== "owner";
    const names = queues.flatMap(({ rescue, ingress, work, outboxes }) =>
      rescue === "watermark"
        ? [ingress, work, ...outboxes]
        : [...(handsBack ? [work] : []), ...(isFenced && rescue === "manual" ? outboxes : [])],
    );
    if (names.length === 0) return {};
    return attempt(this.parts, "ages", () => readAges(cloudWatch, names, now()), undefined);
  }

  private ownWatermarks(
    queues: readonly ControlledQueue[],
    ages: Ages | undefined,
  ): Readonly<Record<string, number>> {
    return Object.fromEntries(
      queues.flatMap(({ queue, ingress, work, rescue }) => {
        const before =
          rescue === "watermark" ? processedBefore(ages?.[ingress] ?? [], ages?.[work] ?? []) : undefined;
        return before === undefined ? [] : [[queue, before]];
      }),
    );
  }

  private reportOf(peer: string, parameters: RegionParameters | undefined): Peer {
    const heartbeat = this.heard[peer];
    const { roles, states } = parameters ?? {};
    const ledgerSeenUntil = this.ledgerSeen[peer];
    return {
      reports: [
        ...(heartbeat ? [heartbeat] : []),
        ...(roles && states ? [{ roles, homes: states.homes }] : []),
      ],
      reached: parameters !== undefined,
      ...(states && { checkedAt: states.checkedAt }),
      ...(heartbeat && { heard: { at: heartbeat.at, fit: heartbeat.fit } }),
      ...(ledgerSeenUntil === undefined ? {} : { ledgerSeenUntil }),
    };
  }

  /** What keeps this region from releasing the homes that it hands back. */
  private draining(
    states: States,
    roles: Roles,
    queues: readonly ControlledQueue[],
    ages: Ages | undefined,
  ): Readonly<Record<string, Draining>> {
    const { region, regions } = this.parts.settings;
    const handedBack = regions.filter(
      (home) => home !== region && stateOf(states, home).phase === "handing-back",
    );
    return Object.fromEntries(
      handedBack.map((home) => {
        const movedUntil = stateOf(states, home).since + DRAIN_TASK_SECONDS * 1_000;
        const drained = queues.filter(({ drainers }) => drainers[home] !== undefined);
        return [
          home,
          {
            undrained: drained
              .filter((queue) => movesTheRest(queue, home, states))
              .filter(({ queue }) => !this.done.has(keyOf(queue, home, roles)))
              .map(({ queue }) => queue),
            unprocessed: drained
              // Without an answer nothing is known of any queue.
              .filter(
                ({ work }) => ages === undefined || (oldest(ages[work] ?? []) ?? Infinity) <= movedUntil,
              )
              .map(({ queue }) => queue),
          },
        ];
      }),
    );
  }

  /** Whether nothing comes after what an errand finds: no copy from before the home was fenced is under way in the home any more. */
  private isLast({ queue, task: { action, home } }: Errand): boolean {
    if (action === "reclaim") return true;
    const heartbeat = this.heard[home];
    const releasedAt = heartbeat?.homes[home]?.releasedAt;
    const forwarded = heartbeat?.queues?.[queue]?.forwardedBefore ?? 0;
    return releasedAt !== undefined && forwarded >= releasedAt;
  }

  /** Homes that are released by this decision with nothing left to move, and when they were fenced. */
  private completed(
    before: States,
    after: States,
    draining: Readonly<Record<string, Draining>>,
    queues: readonly ControlledQueue[],
  ): ReadonlyMap<string, number> {
    if (queues.length === 0) return new Map();
    return new Map(
      Object.entries(draining)
        .filter(
          ([home, { undrained }]) =>
            stateOf(before, home).phase === "handing-back" &&
            stateOf(after, home).phase === "standing-by" &&
            undrained.length === 0,
        )
        .flatMap(([home]) => {
          const fencedAt = this.heard[home]?.homes[home]?.releasedAt;
          return fencedAt === undefined ? [] : [[home, fencedAt] as const];
        }),
    );
  }

  /** Queues of the own home that hold what another region has rescued and said so. */
  private unreclaimed(
    states: States,
    roles: Roles,
    queues: readonly ControlledQueue[],
    peers: Readonly<Record<string, RegionParameters>>,
  ): readonly ControlledQueue[] {
    const { region } = this.parts.settings;
    const { phase, releasedAt } = stateOf(states, region);
    if (phase !== "taking-over" || releasedAt === undefined) return [];
    return queues.filter(
      (queue) =>
        this.rescued(queue, releasedAt, roles, peers) !== undefined &&
        Object.keys(queue.drainers).length > 0 &&
        !this.done.has(keyOf(queue.queue, region, roles)),
    );
  }

  /** What another region has moved of a logical queue, all of it; undefined when none says so. */
  private rescued(
    { queue, rescue }: ControlledQueue,
    releasedAt: number,
    roles: Roles,
    peers: Readonly<Record<string, RegionParameters>>,
  ): DrainTask["rescued"] {
    const { region } = this.parts.settings;
    for (const owner of roleOf(roles, region).from) {
      const watermark = peers[owner]?.states?.watermarks?.[region];
      if (watermark?.completeUntil === undefined) continue;
      const from = processedBeforeOf(watermark, queue);
      // By hand and without a moment: nothing was moved.
      if (rescue === "ledger" || (rescue === "manual" && from === 0)) continue;
      // The region may have been fenced twice, and only what is from before the first time was moved.
      return { from, putBefore: Math.min(releasedAt, watermark.completeUntil) };
    }
    return undefined;
  }

  private reclaims(
    states: States,
    roles: Roles,
    queues: readonly ControlledQueue[],
    peers: Readonly<Record<string, RegionParameters>>,
  ): readonly Errand[] {
    const { settings, now } = this.parts;
    const { region } = settings;
    const { releasedAt } = stateOf(states, region);
    return this.unreclaimed(states, roles, queues, peers).flatMap((queue) => {
      const [functionName] = Object.values(queue.drainers);
      const rescued = this.rescued(queue, releasedAt ?? 0, roles, peers);
      if (functionName === undefined || rescued === undefined) return [];
      return [
        {
          queue: queue.queue,
          functionName,
          isAwaited: true,
          task: {
            v: DRAIN_TASK_VERSION,
            home: region,
            action: "reclaim",
            until: now() + DRAIN_TASK_SECONDS * 1_000,
            marked: false,
            rescued,
          },
        },
      ];
    });
  }

  private async beat(
    roles: Roles,
    states: States,
    fit: boolean,
    isFirst: boolean,
    queues: readonly ControlledQueue[],
    ages: Ages | undefined,
  ): Promise<void> {
    const { settings, sqs, now } = this.parts;
    const ledgerAt = await this.markLedger();
    const watermark = states.watermarks?.[settings.region];
    const told = queues
      .filter(({ rescue }) => rescue !== "ledger")
      .map(({ queue, outboxes }) => [
        queue,
        {
          processedBefore: processedBeforeOf(watermark, queue),
          forwardedBefore:
            ages === undefined ? 0 : Math.min(now(), ...outboxes.map((name) => oldestIn(ages, name))),
        },
      ]);
    const heartbeat = {
      v: 1 as const,
      region: settings.region,
      fit,
      roles,
      homes: states.homes,
      ...(ledgerAt === undefined ? {} : { ledgerAt }),
      ...(told.length > 0 && { queues: Object.fromEntries(told) }),
    };
    const delays = isFirst ? HEARTBEAT_DELAYS : [0];
    await attempt(
      this.parts,
      "heartbeats",
      () => sendHeartbeats(sqs, settings.canary.ingressQueueUrl, heartbeat, delays, now()),
      undefined,
    );
  }

  /** Writes the watermark items. @returns their moment, if that went well */
  private async markLedger(): Promise<number | undefined> {
    const { ledger, settings, now } = this.parts;
    if (ledger === undefined) return undefined;
    const at = now();
    return attempt(
      this.parts,
      "ledger",
      async () => {
        await ledger.putWatermarks(settings.region, at);
        return at;
      },
      undefined,
    );
  }

  private ledgerLag(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.peers.flatMap((peer) => {
        const told = this.heard[peer]?.ledgerAt;
        const seen = this.ledgerSeen[peer];
        return told === undefined || seen === undefined ? [] : [[peer, Math.max(0, told - seen)]];
      }),
    );
  }

  private canaryAge(): Readonly<Record<string, number>> {
    const now = this.parts.now();
    return Object.fromEntries(
      Object.entries(this.heard).map(([region, { at }]) => [region, Math.max(0, now - at)]),
    );
  }

  private async write(Name: string, Value: string): Promise<void> {
    const { ssm, settings } = this.parts;
    await ssm(settings.region).send(
      new PutParameterCommand({ Name, Value, Type: "String", Overwrite: true }),
    );
  }
}

/** The moment before which nothing was put there that a queue holds. One without data holds nothing: it was not used for hours. */
function oldestIn(ages: Ages, queueName: string): number {
  return oldest(ages[queueName] ?? []) ?? Number.POSITIVE_INFINITY;
}

/** Whether a region that hands a home back goes on with its copies, to the last that the home had before it was fenced. */
function movesTheRest({ queue, rescue }: ControlledQueue, home: string, states: States): boolean {
  if (rescue === "ledger") return false;
  return rescue === "watermark" || processedBeforeOf(states.watermarks?.[home], queue) > 0;
}

/** Names what was done of a queue for a home, by which order. */
function keyOf(queue: string, home: string, roles: Roles): string {
  return `${queue} ${home} ${roleOf(roles, home).epoch}`;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
