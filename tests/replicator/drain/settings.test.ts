import { drainerSettings } from "../../../replicator/drain/settings";
import { toEnvironment } from "../../../replicator/settings";
import { HERE, drainerSettings as settingsOf } from "./world";

describe("drainerSettings", () => {
  test.each([
    settingsOf(),
    settingsOf({
      fifo: true,
      maxRate: 50,
      ledgerKey: "powertools_json(body).order",
      onMissingIdentity: "dlq",
    }),
    settingsOf({ rescue: "watermark" }),
    settingsOf({ rescue: "manual" }),
  ])("are read as they were written", (settings) => {
    expect(drainerSettings(toEnvironment(settings))).toEqual(settings);
  });

  test("pass over fields that they do not know", () => {
    expect(drainerSettings(toEnvironment({ ...settingsOf(), newer: true } as never))).toEqual(settingsOf());
  });

  test.each(Object.keys(settingsOf()).filter((field) => field !== "homeOutboxQueueUrl"))(
    "fail without %s, and name it",
    (field) => {
      const env = toEnvironment({ ...settingsOf(), [field]: undefined } as never);
      expect(() => drainerSettings(env)).toThrow(new RegExp(`\\.${field}: .* it is missing`));
    },
  );

  test.each([
    [{ rescue: "magic" }, '.rescue: must be one of ledger, watermark, manual, but it is "magic"'],
    [{ fifo: true }, ".standbyQueueUrl: must be a URL that ends in .fifo, but it is"],
    [{ maxRate: 0 }, ".maxRate: must be at least 1, but it is 0"],
    [{ maxRate: 1.5 }, ".maxRate: must be a whole number, but it is 1.5"],
    [{ ownership: {} }, ".ownership.tables: must be an object, but it is missing"],
    [
      { ownership: { tables: {} } },
      ".ownership.tables: must be at least one string that is not empty, by name",
    ],
    [{ ownership: { tables: { [HERE]: "" } } }, ".ownership.tables: must be at least one string"],
    [{ onMissingIdentity: "drop" }, '.onMissingIdentity: must be one of forward, dlq, but it is "drop"'],
  ])("fail on %p", (change, message) => {
    expect(() => drainerSettings(toEnvironment({ ...settingsOf(), ...change } as never))).toThrow(message);
  });
});
