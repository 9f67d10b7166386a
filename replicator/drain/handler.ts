import { setTimeout as sleep } from "node:timers/promises";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Context } from "aws-lambda";
import { drainDeadlinesOf } from "../sqs/deadline";
import { dimensionsOf } from "../telemetry/metrics";
import { traced } from "../telemetry/tracing";
import { drain } from "./drain";
import type { Drainage } from "./run";
import { Tally } from "./tally";
import type { DrainResult } from "./task";
import { taskOf } from "./task-of";
import { DrainTelemetry } from "./telemetry";

export interface DrainFunction extends Drainage {
  readonly clients: { readonly own: SQSClient; readonly home: SQSClient };
}

export type DrainHandler = (payload: unknown, context: Context) => Promise<DrainResult>;

/** A Lambda handler that does the task in its payload, or nothing if that is none for it. */
export function drainHandler(drainage: DrainFunction): DrainHandler {
  const { settings, clients } = drainage;
  const telemetry = new DrainTelemetry(settings);
  return (payload, context) =>
    traced("drainer", dimensionsOf(settings), [clients.own, clients.home], async () => {
      const start = Date.now();
      const task = taskOf(payload, settings, start);
      if ("refused" in task) {
        telemetry.refuse(task, context);
        return new Tally().result(false);
      }
      const leftMs = () => Math.min(context.getRemainingTimeInMillis(), task.until - Date.now());
      const drained = await drain(task, drainage, {
        deadlines: drainDeadlinesOf(leftMs),
        now: Date.now,
        random: Math.random,
        sleep: (milliseconds) => sleep(milliseconds),
      });
      try {
        telemetry.record(task, drained, Date.now() - start, context);
      } catch (error) {
        // What was done is what the controller waits to hear.
        console.error("telemetry failed", error);
      }
      return drained.result;
    });
}
