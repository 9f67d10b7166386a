import fc from "fast-check";
import type { Fault } from "./model-sqs";

/** Errors that pass. */
const passing = fc.constantFrom(
  "TimeoutError",
  "InternalError",
  "RequestThrottled",
  "AccessDenied",
  "Novelty",
);
const entryFault = fc.option(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ code: passing, executed: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ executed: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant({ code: "InvalidMessageContents", executed: false }) },
  ),
  { nil: undefined, freq: 2 },
);
const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fault>({ kind: "none" }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("call" as const), error: passing, executed: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Fault>({ kind: "call", error: "BatchRequestTooLong", executed: false }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("slow" as const), ms: fc.integer({ min: 100, max: 6_000 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("entries" as const),
      entries: fc.array(entryFault, { minLength: 10, maxLength: 10 }),
    }),
  },
);
/** Faults of calls, one after the other. */
export const anyPlan = (fault: fc.Arbitrary<Fault> = anyFault) => fc.array(fault, { maxLength: 60 });
/** A fault, or the end of the worker. */
export const killing = fc.oneof(
  { weight: 6, arbitrary: anyFault },
  { weight: 1, arbitrary: fc.constant<Fault>({ kind: "kill" }) },
);
