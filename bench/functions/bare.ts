import type { SQSBatchResponse } from "aws-lambda";

/** Nothing but Node itself and what runs a function: no function starts faster. */
export const handler = async (): Promise<SQSBatchResponse> => ({ batchItemFailures: [] });
