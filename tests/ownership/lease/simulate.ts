import { Seeded } from "../../../emulator/seeded";
import type { Statistics } from "./judge-claims";
import { type Profile, planOf } from "./profiles";
import type { Program } from "./program";
import type { Violation } from "./violation";
import { World } from "./world";

export interface Outcome {
  readonly seed: number;
  readonly profile: string;
  readonly violations: readonly Violation[];
  readonly statistics: Statistics & {
    readonly events: number;
    readonly opens: number;
    /** Longest times for which something was missing that was due, milliseconds: see I6 and I5. */
    readonly longestGapMs: number;
    readonly longestWorkGapMs: number;
    readonly longestOwnGapMs: number;
    readonly longestOverlapMs: number;
  };
}

/** Orders that were given so long before the end have been carried out, besides what controllers do first. */
const ORDER_MS = 170_000;

/** One random run. A run with violations is repeated, with a trace of what happened before each. */
export function simulate(seed: number, profile: Profile, program: Program): Outcome {
  const outcome = runOnce(seed, profile, program, false);
  return outcome.violations.length === 0 ? outcome : runOnce(seed, profile, program, true);
}

function runOnce(seed: number, profile: Profile, program: Program, traces: boolean): Outcome {
  const plan = planOf(profile, seed);
  const { regions, witness, settings, initially, network, schedule, workMs, noticesAfterMs } = plan;
  const { bounds, durationMs, settleMs } = plan;
  const world = new World({
    seed,
    regions,
    witness,
    program,
    settings,
    initially,
    faults: network,
    schedule,
    workMs,
    noticesAfterMs,
    tablesDrift: plan.tablesDrift,
    restlessReaders: plan.restlessReaders,
    judge: bounds,
    traces,
  });
  for (const [index, fault] of plan.faults.entries())
    fault(world, new Seeded(`fault ${seed} ${index} ${profile.name}`), durationMs);
  world.runUntil(durationMs);
  world.healAll();
  world.runUntil(durationMs + settleMs);
  world.judge.end(ORDER_MS + workMs);
  const { gates, claims, liveness, violations } = world.judge;
  return {
    seed,
    profile: profile.name,
    violations,
    statistics: {
      ...claims.statistics,
      events: world.events,
      opens: gates.opens,
      longestGapMs: liveness.longestGapMs,
      longestWorkGapMs: liveness.longestWorkGapMs,
      longestOwnGapMs: liveness.longestOwnGapMs,
      longestOverlapMs: gates.longestOverlapMs,
    },
  };
}

/** What a person needs to see of a violation. */
export function report({ seed, profile, violations }: Outcome): string {
  return violations
    .slice(0, 3)
    .map(({ invariant, at, detail, trace }) =>
      [`${invariant} at ${at / 1000} s, seed ${seed}, profile ${profile}: ${detail}`, ...trace].join("\n"),
    )
    .join("\n\n");
}
