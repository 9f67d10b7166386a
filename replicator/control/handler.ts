import type { Context } from "aws-lambda";
import { verdictOf } from "../health/verdict";
import { Controller, type RunReport } from "./controller";
import { nameOf, type Parts } from "./parts";
import { ControlTelemetry } from "./telemetry";

export type ControlHandler = (event: unknown, context: Context) => Promise<void>;

/** A Lambda handler that runs the controller once, whatever it is invoked with. */
export function controlHandler(given: Omit<Parts, "onFailure" | "verdict">): ControlHandler {
  const telemetry = new ControlTelemetry(given.settings);
  let failures: Record<string, string> = {};
  const parts: Parts = {
    ...given,
    onFailure: (part, code) => {
      failures[part] = code;
    },
  };
  const controller = new Controller({ ...parts, verdict: verdictOf(parts) });
  return async (_event, context) => {
    const began = parts.now();
    failures = {};
    let report: RunReport | undefined;
    try {
      report = await controller.run();
    } catch (error) {
      // Nothing was decided. The next run tries again; an alarm tells when heartbeats stay away.
      failures.run = nameOf(error);
    }
    try {
      telemetry.record(report, failures, parts.now() - began, context);
    } catch (error) {
      // What was decided holds, whether or not it could be counted.
      console.error("telemetry failed", error);
    }
  };
}
