import { LEASE_SECONDS } from "../../core/limits";
import { HEARTBEAT_VERSION, type Heartbeat } from "../../ownership/heartbeat";
import { parameterNames } from "../../ownership/parameters";
import { type RegionParameters, readParameters } from "../../ownership/read-parameters";
import { initialRoles } from "../../ownership/roles";
import { attempt, type Parts } from "../control/parts";
import { OwnCanary } from "./canary";
import { failureWithin, type HealthParts } from "./parts";
import { HomeQueues } from "./queues";
import { isFresh, judge, type Verdict } from "./sight";

/** A run of the controller has time. */
const CONTROLLER_LIMIT_MS = 5_000;

/**
 * The verdict on a home, by what its region alone can tell: no peer, and no cut from the peers, makes it unhealthy.
 *
 * That the canary passes, the controller notes in its region's states. Only when it is not there to do so, or its note is old, heartbeats
 * are sent and taken here. SSM decides about nothing: without it, the last list of queues holds, and the note grows old.
 */
export class HomeHealth {
  private readonly queues: HomeQueues;
  private readonly canary: OwnCanary;
  private known: { readonly parameters: RegionParameters; readonly at: number } | undefined;

  constructor(private readonly parts: HealthParts) {
    this.queues = new HomeQueues(parts);
    this.canary = new OwnCanary(parts);
  }

  /** Looks at everything at once, for `limitMs` at most; what has not answered by then has failed. Never throws. */
  async look(limitMs: number): Promise<Verdict> {
    const { now } = this.parts;
    const endsAt = now() + limitMs;
    const [silent, ledger] = await Promise.all([
      this.queues.look(endsAt),
      this.ledgerAndCanary(limitMs, endsAt),
    ]);
    const heardAt = this.heardAt();
    return judge({ silent, heardAt, ledger }, now());
  }

  /** A heartbeat tells whether the ledger is usable: that has to be known while there is time left to send one. */
  private async ledgerAndCanary(limitMs: number, endsAt: number): Promise<string | undefined> {
    const [ledger] = await Promise.all([this.probe(limitMs / 2), this.readParameters(limitMs / 2)]);
    if (!this.isNoted()) await this.canary.hear(this.heartbeat(ledger === undefined), endsAt);
    return ledger;
  }

  private async probe(limitMs: number): Promise<string | undefined> {
    const { ledger, settings } = this.parts;
    if (ledger === undefined) return undefined;
    return (await failureWithin(this.parts, limitMs, () => ledger.probe(settings.region)))?.code;
  }

  private async readParameters(limitMs: number): Promise<void> {
    const { settings, ssm, now, sleep } = this.parts;
    const at = now();
    const read = async () => {
      const names = parameterNames(settings.failoverGroup);
      const parameters = await attempt(this.parts, "parameters", () => readParameters(ssm, names));
      if (parameters !== undefined) this.known = { parameters, at };
    };
    await Promise.race([read(), sleep(limitMs)]);
  }

  /** Whether the controller is there, and has heard the canary lately: then it alone reads the canary's queue. */
  private isNoted(): boolean {
    const now = this.parts.now();
    return isFresh(this.states?.checkedAt, now, LEASE_SECONDS) && isFresh(this.noted, now);
  }

  private heardAt(): number | undefined {
    const known = [this.noted, this.canary.heardAt];
    return known.find((at) => isFresh(at, this.parts.now())) ?? known.find((at) => at !== undefined);
  }

  private get noted(): number | undefined {
    return this.states?.heard?.[this.parts.settings.region]?.at;
  }

  private get states(): RegionParameters["states"] {
    return this.known?.parameters.states;
  }

  /** What is not known of late is left out: an old word about ownership could be taken for a new one. */
  private heartbeat(fit: boolean): Omit<Heartbeat, "at"> {
    const { settings, now } = this.parts;
    const { roles, states } = isFresh(this.known?.at, now()) ? this.known!.parameters : {};
    return {
      v: HEARTBEAT_VERSION,
      region: settings.region,
      fit,
      roles: roles ?? initialRoles([]),
      homes: states?.homes ?? {},
    };
  }
}

/**
 * The same verdict for the controller, which publishes it as a metric: `isHealthy = verdictOf(parts)` once per worker, and
 * `await isHealthy()` once per run, after the states were written, which say when the canary was heard last. It takes five seconds at
 * most and never throws. Reasons, and parts that could not be asked, are told to `onFailure`, as part `health`.
 */
export function verdictOf(
  parts: Pick<Parts, "settings" | "ssm" | "sqs" | "ledger" | "now" | "sleep" | "onFailure">,
): () => Promise<boolean> {
  const { settings, ssm, sqs, ledger, now, sleep, onFailure } = parts;
  const { failoverGroup, region, canary } = settings;
  const health = new HomeHealth({
    settings: { failoverGroup, region, canary, account: accountOf(canary.workQueueUrl) },
    ssm: ssm(region),
    sqs,
    ...(ledger === undefined ? {} : { ledger }),
    now,
    sleep,
    onFailure: (part, code) => onFailure(`health: ${part}`, code),
  });
  return async () => {
    const { healthy, reasons } = await health.look(CONTROLLER_LIMIT_MS);
    if (!healthy) onFailure("health", reasons.join(", "));
    return healthy;
  };
}

function accountOf(queueUrl: string): string {
  return new URL(queueUrl).pathname.split("/")[1]!;
}
