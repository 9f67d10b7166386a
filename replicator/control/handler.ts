import type { Context } from "aws-lambda";
import { verdictOf } from "../health/verdict";
import { Controller, type RunReport } from "./controller";
import { holdLeases } from "./leases";
import { nameOf, type Parts } from "./parts";
import { ControlTelemetry } from "./telemetry";

export type ControlHandler = (event: unknown, context: Context) => Promise<void>;

/** By then a run knows whether another lives. */
const KNOWN_MS = 6_000;

/**
 * A Lambda handler that runs the controller once, and takes part in the leases of all homes until another run of this region does. The rule's
 * event stands in for a schedule that fails: while a run lives, nothing comes of the event.
 */
export function controlHandler(
  given: Omit<Parts, "onFailure" | "verdict">,
  leases: typeof holdLeases = holdLeases,
): ControlHandler {
  const telemetry = new ControlTelemetry(given.settings);
  let failures: Record<string, string> = {};
  const parts: Parts = {
    ...given,
    onFailure: (part, code) => {
      failures[part] = code;
    },
  };
  const controller = new Controller({ ...parts, verdict: verdictOf(parts) });

  const runOnce = async (context: Context): Promise<void> => {
    const began = parts.now();
    failures = {};
    let report: RunReport | undefined;
    try {
      report = await controller.run();
    } catch (error) {
      // Nothing was decided. The next run tries again; an alarm tells when heartbeats stay away.
      failures.run = nameOf(error);
    }
    counted(() => telemetry.record(report, failures, parts.now() - began, context));
  };

  return async (event, context) => {
    const isByRule = triggerOf(event) === "rule";
    let isOver = false;
    const held = leases(
      {
        settings: given.settings,
        isFit: () => controller.isFit,
        onFailure: (part, code) => counted(() => telemetry.trouble(part, code)),
        onHeld: (homes) => counted(() => telemetry.held(homes)),
      },
      context.getRemainingTimeInMillis(),
    ).then(() => {
      isOver = true;
    });
    if (isByRule) await Promise.race([held, parts.sleep(KNOWN_MS)]);
    if (!(isByRule && isOver)) await runOnce(context);
    await held;
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

/** Whoever may invoke the function may send anything. */
function triggerOf(event: unknown): unknown {
  return (event as { readonly trigger?: unknown } | null | undefined)?.trigger;
}
