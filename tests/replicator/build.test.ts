import { execFile, execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SQSRecord } from "aws-lambda";
import { unzipSync } from "fflate";
import { buildFunctions } from "../../replicator/build";
import { toEnvironment } from "../../replicator/settings";
import { nameOf } from "./fake-sqs";
import { FORWARDER_SETTINGS, HOME, REPLICATOR_SETTINGS, replicatorSettings, sqsRecords } from "./records";
import { functionEnvironment, stubSqs } from "./stub-sqs";

const ROOT = join(__dirname, "..", "..");
const NAMES = ["replicator", "forwarder"] as const;
/** Enough for as many calls at a time as there are, of which Node warns unless told not to. */
const RECORDS = sqsRecords(200);

describe("buildFunctions", () => {
  const directory = mkdtempSync(join(tmpdir(), "functions-"));
  const archive = (name: string, within = directory) => readFileSync(join(within, `${name}.zip`));

  beforeAll(() => buildFunctions(directory), 30_000);
  afterAll(() => rmSync(directory, { recursive: true }));

  test.each(NAMES)("keeps the archive of the %s small, its source map included", (name) => {
    expect(archive(name).byteLength).toBeLessThan(200 * 1024);
    expect(Object.keys(unzipSync(archive(name)))).toEqual(["index.js", "index.js.map"]);
  });

  test.each(NAMES)("maps only our own sources in the %s, without their text", (name) => {
    const map = JSON.parse(Buffer.from(unzipSync(archive(name))["index.js.map"]!).toString());
    expect(map.sourcesContent).toBeUndefined();
    expect(map.sources).toContain(`../../../replicator/${name}.ts`);
    for (const source of map.sources) expect(source).toMatch(/^\.\.\/\.\.\/\.\.\/(replicator|core)\//);
  });

  test("writes the same bytes in another time zone, at another time, under another umask and elsewhere", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
    const script = `
      process.umask(0o077);
      require("tsx/cjs");
      require(${JSON.stringify(join(ROOT, "replicator", "build.ts"))}).buildFunctions(process.argv[1]);`;
    execFileSync(process.execPath, ["-e", script, elsewhere], {
      cwd: ROOT,
      env: { ...process.env, TZ: "Pacific/Kiritimati" },
    });
    for (const name of NAMES) expect(archive(name, elsewhere).equals(archive(name))).toBe(true);
    rmSync(elsewhere, { recursive: true });
  }, 30_000);

  test("names no machine and no directory of it", () => {
    for (const name of NAMES) {
      const files = Object.values(unzipSync(archive(name)));
      for (const file of files) expect(Buffer.from(file).includes(ROOT)).toBe(false);
    }
  });

  test.each([
    ["replicator", REPLICATOR_SETTINGS, ["orders", "orders-outbox-eu-west-1", "orders-outbox-us-west-2"]],
    [
      "replicator",
      replicatorSettings("semi-sync"),
      // A machine under load may take longer for a call than semi-sync waits.
      [
        "orders",
        "orders-standby-us-east-1@us-west-2 or orders-outbox-us-west-2",
        "orders-standby-us-east-1@eu-west-1 or orders-outbox-eu-west-1",
      ],
    ],
    [
      "replicator",
      replicatorSettings("sync"),
      ["orders", "orders-standby-us-east-1@us-west-2", "orders-standby-us-east-1@eu-west-1"],
    ],
    ["replicator", replicatorSettings("none"), ["orders"]],
    ["forwarder", FORWARDER_SETTINGS, ["orders-standby-us-east-1@us-west-2"]],
  ] as const)("runs as the %s, traced, without node_modules around", async (name, settings, queues) => {
    const stub = await stubSqs();
    const daemon = await xrayDaemon();
    const { stdout, stderr } = await invoke(archive(name), RECORDS, {
      ...functionEnvironment(stub.endpoint),
      ...toEnvironment(settings),
      _X_AMZN_TRACE_ID: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
      AWS_XRAY_DAEMON_ADDRESS: daemon.address,
    });
    await Promise.all([stub.close(), daemon.close()]);
    expect(stderr).toBe("");
    expect(stdout).toContain('{"response":{"batchItemFailures":[]}}');
    for (const place of queues) {
      const names = place.split(" or ");
      const calls = stub.calls.filter(({ body }) => names.includes(nameOf(body.QueueUrl)));
      const bodies = calls.flatMap(({ body }) => body.Entries).map(({ MessageBody }) => MessageBody);
      expect(new Set(bodies)).toEqual(new Set(RECORDS.map(({ body }) => body)));
      if (names.length === 1) expect(calls).toHaveLength(RECORDS.length / 10);
    }
    const known = queues.flatMap((place) => place.split(" or "));
    expect(known).toEqual(expect.arrayContaining(stub.calls.map(({ body }) => nameOf(body.QueueUrl))));
    for (const { headers, body } of stub.calls) {
      expect(headers["x-amzn-trace-id"]).toBeUndefined();
      const [, region = HOME] = nameOf(body.QueueUrl).split("@");
      expect(headers.authorization).toContain(`/${region}/sqs/`);
    }
    expect(daemon.received()).toContain(`"name":"## ${name}"`);
    expect(daemon.received()).toContain('"LogicalQueue":"orders"');
    expect(daemon.received()).not.toContain("body 0");
  });

  test("reports every record when nobody listens", async () => {
    const { stdout, stderr } = await invoke(archive("forwarder"), sqsRecords(3), {
      ...functionEnvironment("http://127.0.0.1:1"),
      ...toEnvironment(FORWARDER_SETTINGS),
    });
    expect(stdout).toContain('{"itemIdentifier":"id-0"},{"itemIdentifier":"id-1"},{"itemIdentifier":"id-2"}');
    expect(stdout).toContain('"FailureClass":"unreachable","Failures":3');
    expect(stderr).toContain('"class":"unreachable","code":"ECONNREFUSED","count":3');
    expect(stderr).toContain('"notBackedOff":3');
  });
});

/** Invokes an archive's handler in a process of its own, as Lambda does. */
async function invoke(archive: Uint8Array, records: readonly SQSRecord[], env: Record<string, string>) {
  const task = mkdtempSync(join(tmpdir(), "task-"));
  for (const [file, contents] of Object.entries(unzipSync(archive)))
    writeFileSync(join(task, file), contents);
  writeFileSync(join(task, "records.json"), JSON.stringify(records));
  const script = `
    const context = { getRemainingTimeInMillis: () => 20_000 };
    const { handler } = require("./index");
    const records = JSON.parse(require("node:fs").readFileSync("records.json", "utf8"));
    handler({ Records: records }, context).then((response) => {
      console.log(JSON.stringify({ response }));
      setTimeout(process.exit, 50);
    });`;
  const output = await new Promise<{ readonly stdout: string; readonly stderr: string }>((resolve) => {
    execFile(process.execPath, ["-e", script], { cwd: task, env }, (_, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
  rmSync(task, { recursive: true });
  return output;
}

/** What listens for the subsegments of a function in Lambda. */
async function xrayDaemon() {
  const socket = createSocket("udp4");
  const packets: string[] = [];
  socket.on("message", (packet) => packets.push(packet.toString()));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    received: () => packets.join("\n"),
    close: () => new Promise<void>((resolve) => socket.close(resolve)),
  };
}
