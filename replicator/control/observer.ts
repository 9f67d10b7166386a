import { aboutHomes, type Heartbeat } from "../../ownership/heartbeat";
import type { ParameterNames } from "../../ownership/parameters";
import { type RegionParameters, readParameters } from "../../ownership/read-parameters";
import type { States } from "../../ownership/states";
import { type Ages, readAges } from "./ages";
import { takeHeartbeats } from "./canary";
import { agesWanted } from "./hand-over";
import { Lookups } from "./lookups";
import type { LedgerSight, Observation } from "./observation";
import { attempt, attemptWithin, type Parts } from "./parts";
import { ControlledQueues } from "./queues";
import type { ControlledQueue } from "./settings";

/** Heartbeats of a region are news for this long: what it said meanwhile may be overtaken by a delayed one from before. */
const NEWS_MS = 120_000;
/** A ledger that takes longer is of no use to consumers either. */
const LEDGER_MS = 5_000;
/** CloudWatch gets a new age once a minute. */
const AGES_KEPT_MS = 20_000;

/** Looks at everything at once. No part keeps the others from theirs, and none throws. */
export class Observer {
  private readonly queues: ControlledQueues;
  private readonly lookups: Lookups | undefined;
  private readonly heard = new Map<string, readonly Heartbeat[]>();
  private seenUntil: Readonly<Record<string, number>> = {};
  private ages: { readonly ages: Ages; readonly wanted: string; readonly at: number } | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly names: ParameterNames,
    private readonly peers: readonly string[],
  ) {
    const { settings, ssm, onFailure } = parts;
    this.queues = new ControlledQueues(ssm(settings.region), names.queues, onFailure);
    this.lookups = Lookups.of(parts);
  }

  /** @param states as they were last seen: some ages are of use in a hand-over only */
  async look(states: States | undefined): Promise<Observation> {
    const queuesAndAges = async () => {
      const queues = await this.queues.read(this.parts.now());
      return { queues, ages: queues && (await this.agesOf(queues, states)) };
    };
    const [peers, ledger, known, records] = await Promise.all([
      this.readPeers(),
      this.readLedger(),
      queuesAndAges(),
      this.lookups?.look(),
      this.hear(),
    ]);
    return {
      peers,
      heard: Object.fromEntries(this.heard),
      ...(ledger === undefined ? {} : { ledger }),
      ...known,
      ...(records && { records }),
    };
  }

  private async readPeers(): Promise<Readonly<Record<string, RegionParameters>>> {
    const answers = await Promise.all(
      this.peers.map(async (peer) => {
        const read = () => readParameters(this.parts.ssm(peer), this.names);
        return [peer, await attempt(this.parts, `parameters of ${peer}`, read)] as const;
      }),
    );
    return Object.fromEntries(
      answers.flatMap(([peer, parameters]) => (parameters === undefined ? [] : [[peer, parameters]])),
    );
  }

  /** Takes what arrived by the canary, from the peers and from this region itself. */
  private async hear(): Promise<void> {
    const { settings, sqs, onFailure, now } = this.parts;
    const { workQueueUrl, standbyQueueUrls } = settings.canary;
    const queues = { ...standbyQueueUrls, [settings.region]: workQueueUrl };
    await Promise.all(
      Object.entries(queues).map(async ([from, url]) => {
        const { heartbeats, failures } = await takeHeartbeats(sqs, url, from, now());
        for (const code of failures) onFailure(`canary of ${from}`, code);
        // Nothing arrives before it is sent: a clock that is ahead must not make a region seem alive later on.
        const arrived = heartbeats.map((heartbeat) => ({
          ...aboutHomes(heartbeat, [settings.region, ...this.peers]),
          at: Math.min(heartbeat.at, now()),
        }));
        const all = [...(this.heard.get(from) ?? []), ...arrived].sort((one, other) => one.at - other.at);
        const news = all.filter(({ at }, index) => now() - at <= NEWS_MS || index === all.length - 1);
        if (news.length > 0) this.heard.set(from, news);
      }),
    );
  }

  private async readLedger(): Promise<LedgerSight | undefined> {
    const { ledger, settings } = this.parts;
    if (ledger === undefined) return undefined;
    const seen = await attemptWithin(this.parts, LEDGER_MS, "ledger", async () => {
      await ledger.probe(settings.region);
      return ledger.watermarks(this.peers);
    });
    // What was visible once stays so.
    this.seenUntil = { ...this.seenUntil, ...seen };
    return { isUsable: seen !== undefined, seenUntil: this.seenUntil };
  }

  private async agesOf(
    queues: readonly ControlledQueue[],
    states: States | undefined,
  ): Promise<Ages | undefined> {
    const { settings, cloudWatch, now } = this.parts;
    const questions = agesWanted(settings, states, queues);
    if (questions.length === 0) return {};
    const wanted = JSON.stringify(questions);
    if (this.ages?.wanted === wanted && now() - this.ages.at < AGES_KEPT_MS) return this.ages.ages;
    const ages = await attempt(this.parts, "ages", () => readAges(cloudWatch, questions, now()));
    this.ages = ages && { ages, wanted, at: now() };
    return ages;
  }
}
