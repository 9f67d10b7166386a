import { Seeded } from "../../../emulator/seeded";

/** Queues that a fault can stand in front of, by the word that each is named after. */
export type Hop = "ingress" | "outbox" | "work" | "standby";

/**
 * What goes wrong.
 *
 * | kind | what |
 * |---|---|
 * | `refuse` | connections of sends to a queue are reset |
 * | `delay` | sends to a queue are slow |
 * | `late` | sends to a queue are carried out after their sender has given up |
 * | `throttle` | sends to a queue are throttled |
 * | `failAfter` | sends to a queue are carried out and answered with an error |
 * | `dropEntries` | single entries of a batch are not taken, and reported |
 * | `misreportEntries` | single entries of a batch are taken, and reported as not taken |
 * | `blackHole` | sends to the peer hang |
 * | `kill` | all workers of a function are killed while one of them waits for a send to a queue |
 * | `pause` | a mapping is disabled for a time |
 * | `denyBackOff` | a function cannot back off what failed, while the queue that it sends to is throttled |
 */
export const STEP_KINDS = [
  "refuse",
  "delay",
  "late",
  "throttle",
  "failAfter",
  "dropEntries",
  "misreportEntries",
  "blackHole",
  "kill",
  "pause",
  "denyBackOff",
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** One thing that goes wrong. */
export interface Step {
  readonly kind: StepKind;
  /** Part of the messages, from 0 to 1, that the producer has sent when it begins. */
  readonly after: number;
  /** Queue that is concerned: the one that is sent to. */
  readonly hop: Hop;
  /** How many calls it concerns; it ends afterwards. @default all, for `ms` */
  readonly calls?: number;
  /** How long it lasts, for what does not end after some calls. */
  readonly ms: number;
  /** How likely a call, or an entry of it, is concerned. @default 1 */
  readonly probability?: number;
  readonly delayMs?: number;
  /** Decides which calls are concerned. */
  readonly seed: string;
}

/** How much goes wrong. */
export interface Severity {
  /** Steps of each kind that can be repeated without making the run longer. */
  readonly rounds: number;
  /** Calls that a step concerns, from and to. */
  readonly calls: readonly [number, number];
  readonly blackHoleMs: number;
  readonly pauseMs: number;
}

/** Hops of a scenario. */
export interface Hops {
  /** Those that every message passes. */
  readonly always: readonly Hop[];
  /** In front of these a function is killed: with what went before done, and this not. */
  readonly kill: readonly Hop[];
}

/** Longer than a function waits for an answer, so that it has given up when the send is carried out. */
const LATE_MS = 4_500;
/** Whatever a killed worker or a back-off that was denied held comes back when its visibility ends, so they come early. */
const EARLY_KINDS: ReadonlySet<StepKind> = new Set(["kill", "denyBackOff", "blackHole"]);
const EARLY_UNTIL = 0.15;
/** A step needs calls to meet, so none begins among the last messages. */
const LAST_START = 0.6;

/** Draws what goes wrong: the same seed always gives the same plan. */
export function planOf(
  seed: string,
  kinds: readonly StepKind[],
  { always, kill }: Hops,
  severity: Severity,
): readonly Step[] {
  const draw = new Seeded(seed);
  const between = ([least, most]: readonly [number, number]) => draw.whole(least, most);
  const steps: Step[] = [];
  for (const kind of kinds) {
    for (const hop of hopsOf(kind, { always, kill }, severity.rounds, draw)) {
      const after = EARLY_KINDS.has(kind) ? draw.between(0.02, EARLY_UNTIL) : draw.between(0.02, LAST_START);
      const stepSeed = `${seed} ${steps.length}`;
      const calls = between(severity.calls);
      const common = { kind, hop, after, seed: stepSeed, ms: 0 };
      switch (kind) {
        case "blackHole":
          steps.push({ ...common, ms: severity.blackHoleMs });
          break;
        case "pause":
          steps.push({ ...common, ms: Math.round(severity.pauseMs * draw.between(0.5, 1)) });
          break;
        case "kill":
          steps.push({ ...common, calls: 1 });
          break;
        case "denyBackOff":
          steps.push({ ...common, calls: 1 });
          break;
        case "late":
          steps.push({ ...common, calls: Math.ceil(calls / 2), probability: 0.5, delayMs: LATE_MS });
          break;
        case "delay":
          steps.push({ ...common, calls: 2 * calls, delayMs: Math.round(draw.between(200, 1_500)) });
          break;
        case "dropEntries":
        case "misreportEntries":
          steps.push({ ...common, calls, probability: draw.between(0.1, 0.5) });
          break;
        default:
          steps.push({ ...common, calls, probability: draw.between(0.4, 1) });
      }
    }
  }
  return steps.sort((one, other) => one.after - other.after);
}

/** The hops that steps of a kind concern, by turns; the first one is a function's own, since a single round is about functions. */
function hopsOf(kind: StepKind, { always, kill }: Hops, rounds: number, draw: Seeded): readonly Hop[] {
  const ofFunctions = always.filter((hop) => hop !== "ingress");
  if (kind === "blackHole") return always.filter((hop) => hop === "standby");
  if (kind === "kill") return kill;
  if (kind === "denyBackOff") return [draw.pick(ofFunctions)];
  const first = draw.pick(ofFunctions);
  // A producer has its own mind about waiting.
  const choices = kind === "pause" || kind === "late" ? ofFunctions : always;
  const turns = [first, ...draw.shuffled(choices.filter((hop) => hop !== first))];
  return Array.from({ length: rounds }, (_, round) => turns[round % turns.length]!);
}
