import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { LedgerTable } from "../../ledger/table";
import { callFailure, type Failure, nameOf } from "../../messages/failures";
import type { NotesStore } from "./notes-store";
import type { ControllerSettings } from "./settings";

/** What a controller works with; a test gives it others. The clients end their calls soon: nothing here watches over them. */
export interface Dependencies {
  readonly settings: ControllerSettings;
  readonly ssm: Pick<SSMClient, "send">;
  readonly sqs: Pick<SQSClient, "send">;
  readonly lambda: {
    /** For invocations that Lambda only has to take. */
    readonly start: Pick<LambdaClient, "send">;
    /** For those that are answered when the drainer ends. */
    readonly wait: Pick<LambdaClient, "send">;
  };
  readonly cloudWatch: Pick<CloudWatchClient, "send">;
  readonly notes: NotesStore;
  /** @default no ledger */
  readonly ledger?: Pick<LedgerTable, "probe" | "putWatermarks" | "watermarks">;
  /** The clock, in epoch milliseconds. */
  readonly now: () => number;
  /** Monotonic clock, milliseconds. */
  readonly clock: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Told of a part that failed, with the name of the error; the others go on. */
  readonly onFailure: (part: string, code: string) => void;
}

/** What a part gives, or undefined when it fails: no part of a run keeps the others from theirs. */
export async function attempt<T>(
  { onFailure }: Pick<Dependencies, "onFailure">,
  part: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    onFailure(part, nameOf(error));
    return undefined;
  }
}

/** The same of a part that may not hold up the others: it fails when it takes longer, and whatever comes of it then is passed over. */
export function attemptWithin<T>(
  parts: Pick<Dependencies, "onFailure" | "sleep">,
  milliseconds: number,
  part: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const tooLong = async (): Promise<never> => {
    await parts.sleep(milliseconds);
    throw Object.assign(new Error(part), { name: "TooLong" });
  };
  return attempt(parts, part, () => Promise.race([work(), tooLong()]));
}

/**
 * How a call failed; undefined when it succeeded. What takes longer than `milliseconds` has failed, whatever comes of it afterwards.
 */
export async function failureWithin(
  { sleep }: Pick<Dependencies, "sleep">,
  milliseconds: number,
  call: () => Promise<unknown>,
): Promise<Failure | undefined> {
  const tooLong = async (): Promise<Failure> => {
    await sleep(Math.max(0, milliseconds));
    return { class: "deadline", code: "TooLong" };
  };
  return Promise.race([call().then(() => undefined, callFailure), tooLong()]);
}
