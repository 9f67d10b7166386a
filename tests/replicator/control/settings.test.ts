import { controllerSettings as read } from "../../../replicator/control/settings";
import { SETTINGS_VARIABLE } from "../../../replicator/environment";
import { controllerSettings, HOME, PEER } from "./group";

const settings = controllerSettings(PEER);
const env = (value: unknown) => ({ [SETTINGS_VARIABLE]: JSON.stringify(value) });

test.each([
  ["without a ledger", settings],
  ["with a ledger", { ...settings, ledgerTable: "shop-ledger" }],
  ["that decides for itself", { ...settings, failback: "automatic", onIsolation: "fence" }],
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
  ["another answer to isolation", env({ ...settings, onIsolation: "panic" }), "onIsolation"],
  ["a time that is none", env({ ...settings, inFlightSeconds: "long" }), "inFlightSeconds"],
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
