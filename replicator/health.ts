import { setTimeout as sleep } from "node:timers/promises";
import { ledgerClient } from "../ledger/client";
import { LedgerTable } from "../ledger/table";
import { ssmClient } from "../ownership/client";
import { type Patience, sqsClient } from "./client";
import { healthHandler } from "./health/handler";
import { healthSettings } from "./health/settings";

/**
 * A verdict takes a second at most. The second attempt is for the connection that was closed while the worker was frozen:
 * https://github.com/aws/aws-sdk-js-v3/issues/1196
 */
const QUICK: Patience = { connectionTimeoutMs: 300, requestTimeoutMs: 600, attempts: 2 };

const settings = healthSettings(process.env);
const { region, ledgerTable } = settings;

/** The function of a failover group in one region, behind a public URL: answers whether the home can do its work. */
export const handler = healthHandler({
  settings,
  ssm: ssmClient(region, region),
  sqs: sqsClient(region, QUICK),
  ...(ledgerTable === undefined
    ? {}
    : { ledger: new LedgerTable({ tableName: ledgerTable, client: ledgerClient(region) }) }),
  now: Date.now,
  sleep,
});
