import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { LedgerTable } from "../../ledger/table";
import type { ControllerSettings } from "./settings";

/** What a controller works with; a test gives it others. */
export interface Parts {
  readonly settings: ControllerSettings;
  readonly ssm: (region: string) => Pick<SSMClient, "send">;
  readonly sqs: Pick<SQSClient, "send">;
  readonly lambda: Pick<LambdaClient, "send">;
  readonly cloudWatch: Pick<CloudWatchClient, "send">;
  /** @default no ledger */
  readonly ledger?: Pick<LedgerTable, "probe" | "putWatermarks" | "watermarks">;
  /** The clock, in epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Told of a part that failed, with the name of the error; the others go on. */
  readonly onFailure: (part: string, code: string) => void;
}

/** What a part gives, or `fallback` when it fails: no part of a run keeps the others from theirs. */
export async function attempt<T, F>(
  { onFailure }: Pick<Parts, "onFailure">,
  part: string,
  work: () => Promise<T>,
  fallback: F,
): Promise<T | F> {
  try {
    return await work();
  } catch (error) {
    onFailure(part, error instanceof Error ? error.name : String(error));
    return fallback;
  }
}
