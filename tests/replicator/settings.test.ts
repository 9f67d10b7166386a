import {
  forwarderSettings,
  replicatorSettings,
  SETTINGS_VARIABLE,
  toEnvironment,
} from "../../replicator/settings";
import {
  FORWARDER_SETTINGS,
  forwarderSettings as forwarderSettingsOf,
  REPLICATOR_SETTINGS,
  replicatorSettings as settingsOf,
  url,
} from "./records";

const ELSEWHERE = { "ap-south-1": url("orders-elsewhere") };

describe("settings", () => {
  test("are read as they were written", () => {
    expect(replicatorSettings(toEnvironment(REPLICATOR_SETTINGS))).toEqual(REPLICATOR_SETTINGS);
    expect(forwarderSettings(toEnvironment(FORWARDER_SETTINGS))).toEqual(FORWARDER_SETTINGS);
  });

  test.each([
    ["async", false],
    ["async", true],
    ["semi-sync", false],
    ["sync", false],
    ["sync", true],
    ["none", false],
    ["none", true],
  ] as const)("are read as they were written, in mode %s, FIFO %p", (mode, fifo) => {
    const settings = settingsOf(mode, fifo);
    expect(replicatorSettings(toEnvironment(settings))).toEqual(settings);
    expect(forwarderSettings(toEnvironment(forwarderSettingsOf("eu-west-1", fifo)))).toEqual(
      forwarderSettingsOf("eu-west-1", fifo),
    );
  });

  const tables = { "us-east-1": "payments-ownership", "us-west-2": "payments-ownership" };
  const ownership = { regions: ["us-east-1", "us-west-2"], tables };

  test("say where a replicator reads who owns its home, if the home may be fenced", () => {
    const settings = { ...REPLICATOR_SETTINGS, ownership };
    expect(replicatorSettings(toEnvironment(settings))).toEqual(settings);
    expect(replicatorSettings(toEnvironment(REPLICATOR_SETTINGS))).not.toHaveProperty("ownership");
  });

  test("say where a forwarder reads whether its region owns the peer's home", () => {
    const settings = { ...FORWARDER_SETTINGS, ownership: { tables } };
    expect(forwarderSettings(toEnvironment(settings))).toEqual(settings);
    expect(forwarderSettings(toEnvironment(FORWARDER_SETTINGS))).not.toHaveProperty("ownership");
  });

  test.each([
    [{ ownership: "roles" }, '.ownership: must be an object, but it is "roles"'],
    [
      { ownership: { ...ownership, regions: [""] } },
      ".ownership.regions: must be a list of strings that are not",
    ],
    [
      { ownership: { tables } },
      ".ownership.regions: must be a list of strings that are not empty, but it is",
    ],
    [{ ownership: { regions: [] } }, ".ownership.tables: must be an object, but it is missing"],
    [
      { ownership: { ...ownership, tables: {} } },
      ".ownership.tables: must be at least one string that is not empty",
    ],
    [
      { ownership: { ...ownership, tables: { a: 7 } } },
      ".ownership.tables: must be at least one string that is not",
    ],
  ])("fail on %p", (change, message) => {
    const env = toEnvironment({ ...REPLICATOR_SETTINGS, ...change } as never);
    expect(() => replicatorSettings(env)).toThrow(message);
  });

  test("fail on an owner for messages that have nowhere else to go", () => {
    const env = toEnvironment({ ...settingsOf("none"), ownership });
    expect(() => replicatorSettings(env)).toThrow(".ownership: must be absent in mode none");
  });

  test("pass over fields that they do not know", () => {
    const newer = { ...REPLICATOR_SETTINGS, newer: true };
    expect(replicatorSettings(toEnvironment(newer))).toEqual(REPLICATOR_SETTINGS);
  });

  test("refuse semi-sync on a FIFO queue, and name what to take instead", () => {
    const env = toEnvironment({ ...settingsOf("async", true), mode: "semi-sync" });
    expect(() => replicatorSettings(env)).toThrow(
      '.mode: must be async, sync or none on a FIFO queue, whose order semi-sync does not keep, but it is "semi-sync"',
    );
  });

  test.each([
    ["async", { outboxQueueUrls: {} }, ".outboxQueueUrls: must be filled in mode async, but it is {}"],
    ["sync", { standbyQueueUrls: {} }, ".standbyQueueUrls: must be filled in mode sync, but it is {}"],
    ["semi-sync", { standbyQueueUrls: {} }, ".standbyQueueUrls: must be filled in mode semi-sync"],
    ["sync", { outboxQueueUrls: ELSEWHERE }, ".outboxQueueUrls: must be empty in mode sync, but it is {"],
    ["none", { outboxQueueUrls: ELSEWHERE }, ".outboxQueueUrls: must be empty in mode none"],
    ["none", { standbyQueueUrls: ELSEWHERE }, ".standbyQueueUrls: must be empty in mode none"],
    ["async", { standbyQueueUrls: ELSEWHERE }, ".standbyQueueUrls: must be empty in mode async"],
    ["semi-sync", { outboxQueueUrls: ELSEWHERE }, "for the peers of standbyQueueUrls, eu-west-1,us-west-2,"],
  ] as const)("fail in mode %s on %p", (mode, change, message) => {
    const env = toEnvironment({ ...settingsOf(mode), ...change });
    expect(() => replicatorSettings(env)).toThrow(message);
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
    [{ mode: "eventual" }, '.mode: must be one of async, semi-sync, sync, none, but it is "eventual"'],
    [{ fifo: "true" }, '.fifo: must be true or false, but it is "true"'],
    [{ fifo: true }, ".sourceQueueUrl: must be a URL that ends in .fifo, but it is"],
    [{ workQueueUrl: url("orders.fifo") }, ".workQueueUrl: must be a URL that does not end in .fifo, but"],
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
