import {
  forwarderSettings,
  replicatorSettings,
  SETTINGS_VARIABLE,
  toEnvironment,
} from "../../replicator/settings";
import { FORWARDER_SETTINGS, REPLICATOR_SETTINGS } from "./records";

describe("settings", () => {
  test("are read as they were written", () => {
    expect(replicatorSettings(toEnvironment(REPLICATOR_SETTINGS))).toEqual(REPLICATOR_SETTINGS);
    expect(forwarderSettings(toEnvironment(FORWARDER_SETTINGS))).toEqual(FORWARDER_SETTINGS);
  });

  test("may name no outbox at all", () => {
    const alone = { ...REPLICATOR_SETTINGS, outboxQueueUrls: {} };
    expect(replicatorSettings(toEnvironment(alone))).toEqual(alone);
  });

  test("pass over fields that they do not know", () => {
    const newer = { ...REPLICATOR_SETTINGS, mode: "sync" };
    expect(replicatorSettings(toEnvironment(newer))).toEqual(REPLICATOR_SETTINGS);
  });

  test.each(Object.keys(REPLICATOR_SETTINGS))("fails without %s, and names it", (field) => {
    const env = toEnvironment({ ...REPLICATOR_SETTINGS, [field]: undefined });
    expect(() => replicatorSettings(env)).toThrow(
      new RegExp(`${SETTINGS_VARIABLE}\\.${field}: .* it is missing`),
    );
  });

  test.each(Object.keys(FORWARDER_SETTINGS))("fails without %s, and names it", (field) => {
    const env = toEnvironment({ ...FORWARDER_SETTINGS, [field]: undefined });
    expect(() => forwarderSettings(env)).toThrow(
      new RegExp(`${SETTINGS_VARIABLE}\\.${field}: .* it is missing`),
    );
  });

  test.each([
    [{ failoverGroup: "" }, '.failoverGroup: must be a string that is not empty, but it is ""'],
    [{ workQueueUrl: "orders" }, '.workQueueUrl: must be a URL, but it is "orders"'],
    [{ outboxQueueUrls: ["x"] }, '.outboxQueueUrls: must be an object, but it is ["x"]'],
    [{ outboxQueueUrls: { "us-west-2": 7 } }, ".outboxQueueUrls.us-west-2: must be a URL, but it is 7"],
  ])("fails on %p", (change, message) => {
    const env = toEnvironment({ ...REPLICATOR_SETTINGS, ...change } as never);
    expect(() => replicatorSettings(env)).toThrow(message);
  });

  test("fails without the variable", () => {
    expect(() => replicatorSettings({})).toThrow(`${SETTINGS_VARIABLE} is not set`);
  });

  test.each(["{", ""])("fails on %p, which is not JSON", (json) => {
    expect(() => forwarderSettings({ [SETTINGS_VARIABLE]: json })).toThrow("is not JSON");
  });

  test("fails on JSON that is no object", () => {
    expect(() => forwarderSettings({ [SETTINGS_VARIABLE]: "null" })).toThrow(
      "must be an object, but it is null",
    );
  });
});
