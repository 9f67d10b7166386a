import type { Context } from "aws-lambda";
import { parameterNames } from "../../ownership/parameters";
import { Controller, type LeaseHooks } from "./controller";
import type { Dependencies } from "./dependencies";
import { publishHealth } from "./health-metric";
import { holdLeases } from "./leases";
import { ControlledQueues } from "./queues";
import { ControlTelemetry } from "./telemetry";

export type ControlHandler = (event: unknown, context: Context) => Promise<void>;

/** What is made for one run. */
export interface RunDependencies extends Pick<Dependencies, "notes"> {
  /** Ends the connections. */
  readonly close: () => void;
}

/** A run tells so long after its beginning what it has found out, and once a minute from then on. */
const FIRST_TOLD_MS = 20_000;
const TOLD_MS = 60_000;

/**
 * A Lambda handler that takes part in the leases of all homes, and beside them does what a controller does. It ends when another run of
 * this region has been doing so for long enough, or when Lambda's time is over. Whatever started it, nothing comes of it while another run
 * lives and is young.
 *
 * @param forRun made anew for each run: connections of a worker that was frozen are dead, and nothing tells
 */
export function controlHandler(
  given: Omit<Dependencies, "onFailure" | "notes">,
  forRun: (onFailure: Dependencies["onFailure"]) => RunDependencies,
  leases: typeof holdLeases = holdLeases,
): ControlHandler {
  const telemetry = new ControlTelemetry(given.settings);
  let failures: Record<string, string> = {};
  const onFailure: Dependencies["onFailure"] = (part, code) => {
    failures[part] = code;
  };
  const queues = new ControlledQueues(
    given.ssm,
    parameterNames(given.settings.failoverGroup).queues,
    onFailure,
  );

  return async (_event, context) => {
    failures = {};
    const { notes, close } = forRun(onFailure);
    const parts: Dependencies = { ...given, notes, onFailure };
    const controller = new Controller(parts, queues);
    const run = { isOver: false };
    const ended = leases(
      {
        settings: given.settings,
        clock: given.clock,
        hooks: told(controller.hooks, telemetry),
        onFailure: (part, code) => counted(() => telemetry.trouble(part, code)),
      },
      context.getRemainingTimeInMillis(),
    ).then(() => {
      run.isOver = true;
    });
    const tell = async (): Promise<void> => {
      const report = controller.report();
      await publishHealth(parts, report);
      counted(() => telemetry.record(report, failures, context));
      failures = {};
    };
    const tellAgainAndAgain = async (): Promise<void> => {
      await Promise.race([ended, given.sleep(FIRST_TOLD_MS)]);
      while (!run.isOver) {
        await Promise.race([ended, tell()]);
        await Promise.race([ended, given.sleep(TOLD_MS)]);
      }
    };
    await Promise.all([ended, controller.run(ended), tellAgainAndAgain()]);
    close();
  };
}

/** Homes that a run holds are told when they change. */
function told(hooks: LeaseHooks, telemetry: ControlTelemetry): LeaseHooks {
  let last = "{}";
  return {
    ...hooks,
    onLook: (homes) => {
      const held = Object.fromEntries(
        Object.entries(homes).flatMap(([home, now]) => (now.held ? [[home, now.epoch ?? 0]] : [])),
      );
      const text = JSON.stringify(held);
      if (text !== last) counted(() => telemetry.held(held));
      last = text;
      hooks.onLook(homes);
    },
  };
}

/** What was decided holds, whether or not it could be counted. */
function counted(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    console.error("telemetry failed", error);
  }
}
