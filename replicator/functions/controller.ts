import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SSMClient } from "@aws-sdk/client-ssm";
import { DRAINER_TIMEOUT_SECONDS } from "../../core/limits";
import { ledgerClient } from "../../ledger/client";
import { LedgerTable } from "../../ledger/table";
import { tableClient } from "../../ownership/lease/store/client";
import { controlHandler } from "../control/handler";
import { tableOf } from "../control/leases";
import { notesStore } from "../control/notes-store";
import { controllerSettings } from "../control/settings";
import { sqsClient } from "../sqs/client";

/** More than a group has logical queues. */
const AWAITED_MAX = 1_000;

const settings = controllerSettings(process.env);
const { region, regions, ledgerTable } = settings;

/** The function of a failover group in one region: decides with the others who owns which home, and tells the drainers what to do. */
export const handler = controlHandler(
  {
    settings,
    ssm: new SSMClient({
      region,
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
    }),
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
    now: Date.now,
    clock: () => performance.now(),
    sleep,
  },
  (onFailure) => {
    const clients = new Map(regions.map((each) => [each, tableClient(each)]));
    const tables = [...clients].map(([of, client]) => [of, { client, name: tableOf(settings, of) }] as const);
    return {
      notes: notesStore(region, Object.fromEntries(tables), (table, code) =>
        onFailure(`notes in ${table}`, code),
      ),
      close: () => {
        for (const client of clients.values()) client.destroy();
      },
    };
  },
);
