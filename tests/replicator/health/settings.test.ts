import { healthSettings } from "../../../replicator/health/settings";
import { SETTINGS_VARIABLE, toEnvironment } from "../../../replicator/settings";
import { SETTINGS } from "./world";

test("are read as they were written", () => {
  expect(healthSettings(toEnvironment(SETTINGS))).toEqual(SETTINGS);
  const { ledgerTable: _, ...without } = SETTINGS;
  expect(healthSettings(toEnvironment(without))).toEqual(without);
});

test.each([
  ["failoverGroup", { failoverGroup: "" }, ".failoverGroup: must be a string that is not empty"],
  ["regions", { regions: "us-east-1" }, ".regions: must be a list of strings"],
  ["account", { account: 1 }, ".account: must be a string that is not empty"],
  ["canary", { canary: undefined }, ".canary: must be an object, but it is missing"],
  [
    "a queue of the canary",
    { canary: { ...SETTINGS.canary, workQueueUrl: "shop" } },
    '.canary.workQueueUrl: must be a URL, but it is "shop"',
  ],
] as const)("an error names a wrong %s", (_, wrong, message) => {
  const env = { [SETTINGS_VARIABLE]: JSON.stringify({ ...SETTINGS, ...wrong }) };
  expect(() => healthSettings(env)).toThrow(message);
});
