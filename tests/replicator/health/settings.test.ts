import { type HealthSettings, healthSettings } from "../../../replicator/health/settings";
import { SETTINGS_VARIABLE, toEnvironment } from "../../../replicator/settings";

const SETTINGS: HealthSettings = {
  failoverGroup: "shop",
  region: "us-east-1",
  ownershipTable: "dev-shop-ownership",
};

test("are read as they were written", () => {
  expect(healthSettings(toEnvironment(SETTINGS))).toEqual(SETTINGS);
});

test.each(["failoverGroup", "region", "ownershipTable"])("an error names a wrong %s", (field) => {
  for (const wrong of ["", 1, undefined]) {
    const env = { [SETTINGS_VARIABLE]: JSON.stringify({ ...SETTINGS, [field]: wrong }) };
    expect(() => healthSettings(env)).toThrow(`.${field}: must be a string that is not empty`);
  }
});
