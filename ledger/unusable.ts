import { callFailure } from "../messages/failures";

/** The ledger did not do what it was asked for: no answer, no permission, no capacity. Nothing is known of what was asked. */
export class LedgerUnusable extends Error {
  override readonly name = "LedgerUnusable";

  /** @param code error code of what happened, such as `ProvisionedThroughputExceededException`; never contents of messages */
  constructor(readonly code: string) {
    super(`the ledger cannot be used: ${code}`);
  }
}

/** The error of a failed call, without its text. */
export function unusable(error: unknown): LedgerUnusable {
  return error instanceof LedgerUnusable ? error : new LedgerUnusable(callFailure(error).code);
}
