import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { LambdaClient } from "@aws-sdk/client-lambda";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { DRAINER_TIMEOUT_SECONDS } from "../core/limits";
import { ledgerClient } from "../ledger/client";
import { LedgerTable } from "../ledger/table";
import { ssmClient } from "../ownership/client";
import { recordResolver } from "../ownership/resolver";
import { sqsClient } from "./client";
import { controlHandler } from "./control/handler";
import { controllerSettings } from "./control/settings";

/** More than a group has logical queues. */
const AWAITED_MAX = 1_000;

const settings = controllerSettings(process.env);
const { region, ledgerTable, records } = settings;
const parameters = new Map<string, SSMClient>(
  settings.regions.map((each) => [each, ssmClient(each, region)]),
);

/** The function of a failover group in one region: decides who owns which home, and tells the drainers what to do. */
export const handler = controlHandler({
  settings,
  ssm: (each) => parameters.get(each)!,
  sqs: sqsClient(region),
  lambda: {
    start: new LambdaClient({
      region,
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
    }),
    // An awaited drainer answers when its task ends, and every logical queue may have one.
    wait: new LambdaClient({
      region,
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: 1_000,
        requestTimeout: DRAINER_TIMEOUT_SECONDS * 1_000,
        throwOnRequestTimeout: true,
        httpsAgent: { maxSockets: AWAITED_MAX },
      },
    }),
  },
  cloudWatch: new CloudWatchClient({
    region,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  }),
  ...(ledgerTable === undefined
    ? {}
    : { ledger: new LedgerTable({ tableName: ledgerTable, client: ledgerClient(region) }) }),
  ...(records && { resolver: recordResolver(records) }),
  now: Date.now,
  sleep,
});
