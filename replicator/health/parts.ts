import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { LedgerTable } from "../../ledger/table";
import { callFailure, type Failure } from "../message/failures";
import type { HealthSettings } from "./settings";

/** What a verdict is made with; a test gives it others. All clients are of the home's region: no peer takes part. */
export interface HealthParts {
  readonly settings: Pick<HealthSettings, "failoverGroup" | "region" | "account" | "canary">;
  readonly ssm: Pick<SSMClient, "send">;
  readonly sqs: Pick<SQSClient, "send">;
  /** @default no ledger */
  readonly ledger?: Pick<LedgerTable, "probe">;
  /** The clock, in epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Told of a part that failed without being a reason by itself, with the name of the error. */
  readonly onFailure: (part: string, code: string) => void;
}

/**
 * How a call failed; undefined when it succeeded. What takes longer than `milliseconds` has failed, whatever comes of it afterwards.
 */
export async function failureWithin(
  { sleep }: Pick<HealthParts, "sleep">,
  milliseconds: number,
  call: () => Promise<unknown>,
): Promise<Failure | undefined> {
  const tooLong = async (): Promise<Failure> => {
    await sleep(Math.max(0, milliseconds));
    return { class: "deadline", code: "TooLong" };
  };
  return Promise.race([call().then(() => undefined, callFailure), tooLong()]);
}
