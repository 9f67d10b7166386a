import { ledgerClient } from "../../ledger/client";
import { identifier } from "../../ledger/key";
import { LedgerTable } from "../../ledger/table";
import { passOf } from "../../ownership/lease/pass-reader";
import { drainHandler } from "../drain/handler";
import { drainerSettings } from "../drain/settings";
import { IMPATIENT, sqsClient } from "../sqs/client";

const settings = drainerSettings(process.env);
const { logicalQueue, region, homeRegion, ledgerTable, ledgerKey, ownership } = settings;
const identify = identifier({
  queue: logicalQueue,
  ...(ledgerKey === undefined ? {} : { businessKey: ledgerKey }),
});

/** The function on a standby queue: prunes processed copies, and moves the others while this region owns their home. */
export const handler = drainHandler({
  settings,
  clients: { own: sqsClient(region), home: sqsClient(homeRegion, IMPATIENT) },
  passes: passOf(region, ownership.tables),
  homePasses: passOf(homeRegion, ownership.tables),
  ledgerIdOf: (message) => identify(message)?.id,
  ...(ledgerTable === undefined
    ? {}
    : { ledger: new LedgerTable({ tableName: ledgerTable, client: ledgerClient(region) }) }),
});
