import { controllerSettings as read } from "../../../replicator/control/settings";
import { SETTINGS_VARIABLE } from "../../../replicator/environment";
import { controllerSettings, HOME, PEER } from "./group";

const settings = controllerSettings(PEER);
const voters = { [HOME]: [HOME], [PEER]: [PEER] };
const tables = { [HOME]: "shop-ownership", [PEER]: "shop-ownership" };
/** A table in another account votes about every home. */
const WITNESSED = {
  tables: { ...tables, "us-east-2": "arn:aws:dynamodb:us-east-2:444455556666:table/shop-ownership" },
  voters: { [HOME]: [HOME, "us-east-2", PEER], [PEER]: [HOME, "us-east-2", PEER] },
};
const env = (value: unknown) => ({ [SETTINGS_VARIABLE]: JSON.stringify(value) });

test.each([
  ["without a ledger", settings],
  ["with a ledger", { ...settings, ledgerTable: "shop-ledger" }],
  ["that decides for itself", { ...settings, failback: "automatic" }],
  ["that publishes its health", { ...settings, publishesHealth: true }],
  ["with a witness", { ...settings, ownership: WITNESSED }],
])("reads what the stack writes %s", (_, written) => {
  expect(read(env(written))).toEqual(written);
});

test.each([
  ["no environment", {}, `environment variable ${SETTINGS_VARIABLE} is not set`],
  ["no regions", env({ ...settings, regions: [] }), undefined],
  ["no group", env({ ...settings, failoverGroup: "" }), "failoverGroup"],
  ["an order without a home", env({ ...settings, takeoverOrder: { [HOME]: [PEER] } }), "takeoverOrder"],
  ["another takeover", env({ ...settings, takeover: "pigeons" }), "takeover"],
  ["another failback", env({ ...settings, failback: "never" }), "failback"],
  ["health that is no flag", env({ ...settings, publishesHealth: "yes" }), "publishesHealth"],
  ["a time that is none", env({ ...settings, inFlightSeconds: "long" }), "inFlightSeconds"],
  ["no ownership", env({ ...settings, ownership: undefined }), "ownership"],
  [
    "a home without voters",
    env({ ...settings, ownership: { tables, voters: { [HOME]: [HOME] } } }),
    `ownership.voters.${PEER}`,
  ],
  [
    "a region without a table",
    env({ ...settings, ownership: { tables: { [PEER]: "shop-ownership" }, voters } }),
    `ownership.tables.${HOME}`,
  ],
  [
    "a voter without a table",
    env({ ...settings, ownership: { tables, voters: WITNESSED.voters } }),
    "ownership.tables.us-east-2",
  ],
  ["no canary", env({ ...settings, canary: undefined }), "canary"],
  [
    "a canary without queues",
    env({ ...settings, canary: { ...settings.canary, workQueueUrl: "x" } }),
    "workQueueUrl",
  ],
])("fails with %s, and names the field", (_, given, named) => {
  if (named === undefined) expect(() => read(given)).not.toThrow();
  else expect(() => read(given)).toThrow(named);
});
