import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { FUNCTION_WORDS } from "../../../core/names";
import { encodeOrigin, ORIGIN_ATTRIBUTE } from "../../../messages/origin";
import { buildFunctions } from "../../../replicator/build/build";
import type { DrainTask } from "../../../replicator/drain/task";
import { toEnvironment } from "../../../replicator/settings";
import { drainerSettings } from "../drain/world";
import { nameOf } from "../fake-sqs";
import { FORWARDER_SETTINGS, HOME, REPLICATOR_SETTINGS, replicatorSettings, sqsRecords } from "../records";
import { functionEnvironment, stubSqs } from "../stub-sqs";

const ROOT = join(__dirname, "..", "..", "..");
interface BatchGet {
  readonly RequestItems: Readonly<Record<string, { readonly Keys: readonly { readonly id: object }[] }>>;
}
/** Enough for as many calls at a time as there are, of which Node warns unless told not to. */
const RECORDS = sqsRecords(200);

describe("buildFunctions", () => {
  const directory = mkdtempSync(join(tmpdir(), "functions-"));
  const archive = (name: string, within = directory) => readFileSync(join(within, `${name}.zip`));

  beforeAll(() => buildFunctions(directory), 30_000);
  afterAll(() => rmSync(directory, { recursive: true }));

  test.each(FUNCTION_WORDS)("keeps the archive of the %s small, its source map included", (name) => {
    // The controller is the only function that holds leases beside its other work.
    expect(archive(name).byteLength).toBeLessThan((name === "controller" ? 224 : 200) * 1024);
    expect(Object.keys(unzipSync(archive(name)))).toEqual(["index.js", "index.js.map"]);
  });

  test.each(FUNCTION_WORDS)("maps only our own sources in the %s, without their text", (name) => {
    const map = JSON.parse(Buffer.from(unzipSync(archive(name))["index.js.map"]!).toString());
    expect(map.sourcesContent).toBeUndefined();
    expect(map.sources).toContain(`../../../replicator/functions/${name}.ts`);
    for (const source of map.sources) {
      expect(source).toMatch(/^\.\.\/\.\.\/\.\.\/(replicator|messages|ownership|ledger|core)\//);
    }
  });

  test("writes the same bytes in another time zone, at another time, under another umask and elsewhere", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
    const script = `
      process.umask(0o077);
      require("tsx/cjs");
      require(${JSON.stringify(join(ROOT, "replicator", "build", "build.ts"))}).buildFunctions(process.argv[1]);`;
    execFileSync(process.execPath, ["-e", script, elsewhere], {
      cwd: ROOT,
      env: { ...process.env, TZ: "Pacific/Kiritimati" },
    });
    for (const name of FUNCTION_WORDS) expect(archive(name, elsewhere).equals(archive(name))).toBe(true);
    rmSync(elsewhere, { recursive: true });
  }, 30_000);

  test("names no machine and no directory of it", () => {
    for (const name of FUNCTION_WORDS) {
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
    const { stdout, stderr } = await invoke(
      archive(name),
      { Records: RECORDS },
      {
        ...functionEnvironment(stub.endpoint),
        ...toEnvironment(settings),
        _X_AMZN_TRACE_ID: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        AWS_XRAY_DAEMON_ADDRESS: daemon.address,
      },
    );
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

  /** Passes of regions, by home, as every table of the group has them. */
  const passesOf = (homesOf: Readonly<Record<string, readonly string[]>>) => (body: object) => {
    const { Key } = body as { readonly Key: { readonly of: { readonly S: string } } };
    const until = { N: String(Date.now() + 20_000) };
    const homes = (homesOf[Key.of.S] ?? []).map((home) => [home, { M: { epoch: { N: "1" }, until } }]);
    return { Item: { kind: { S: "pass" }, of: Key.of, v: { N: "1" }, ...Object.fromEntries(homes) } };
  };
  const GET_ITEM = "DynamoDB_20120810.GetItem";
  const tables = { [HOME]: "payments-ownership", "us-west-2": "payments-ownership" };

  test("runs as the replicator of a fenced home, which it learns from passes", async () => {
    const passOf = passesOf({ "us-west-2": ["us-west-2", HOME] });
    const stub = await stubSqs(({ operation, body }, response) => {
      if (operation !== GET_ITEM) return false;
      response.setHeader("content-type", "application/x-amz-json-1.0");
      response.end(JSON.stringify(passOf(body)));
      return true;
    });
    const ownership = { regions: [HOME, "us-west-2"], tables };
    const { stdout, stderr } = await invoke(
      archive("replicator"),
      { Records: RECORDS },
      {
        ...functionEnvironment(stub.endpoint),
        ...toEnvironment({ ...REPLICATOR_SETTINGS, ownership }),
      },
    );
    await stub.close();
    expect(stderr).toBe("");
    expect(stdout).toContain('{"response":{"batchItemFailures":[]}}');
    expect(stdout).toContain(`"MessagesFenced":${RECORDS.length}`);
    const sends = stub.calls.filter(({ operation }) => operation === "SendMessageBatch");
    expect(new Set(sends.map(({ body }) => nameOf(body.QueueUrl)))).toEqual(
      new Set(["orders-outbox-us-west-2", "orders-outbox-eu-west-1"]),
    );
    const others = stub.calls.filter((call) => !sends.includes(call));
    expect(new Set(others.map(({ operation }) => operation))).toEqual(new Set([GET_ITEM]));
    // The own region's pass, and the peer's in each table.
    expect(others).toHaveLength(3);
  });

  test("runs as the drainer, which asks the ledger", async () => {
    const copies = Array.from({ length: 10 }, (_, index) => ({
      MessageId: `id-${index}`,
      ReceiptHandle: `receipt-${index}`,
      Body: `body ${index}`,
      MD5OfBody: createHash("md5").update(`body ${index}`).digest("hex"),
      Attributes: { SentTimestamp: String(Date.now()), ApproximateReceiveCount: "1" },
      MessageAttributes: {
        [ORIGIN_ATTRIBUTE]: encodeOrigin({
          v: 1,
          home: HOME,
          id: `m-${index}`,
          sent: Date.now(),
          sender: "s",
        }),
      },
    }));
    const batches = [copies];
    const completed = { status: { S: "COMPLETED" }, expiration: { N: String(Date.now()) } };
    const stub = await stubSqs(({ operation, body }, response) => {
      const answer = {
        ReceiveMessage: () => ({ Messages: batches.shift() ?? [] }),
        GetQueueAttributes: () => ({
          Attributes: {
            ApproximateNumberOfMessages: "0",
            ApproximateNumberOfMessagesDelayed: "0",
            ApproximateNumberOfMessagesNotVisible: "0",
          },
        }),
        [GET_ITEM]: () => passesOf({ "us-west-2": ["us-west-2", HOME] })(body),
        // The ledger knows the first four that it is asked about.
        "DynamoDB_20120810.BatchGetItem": () => {
          const { Keys } = (body as unknown as BatchGet).RequestItems.ledger!;
          return { Responses: { ledger: Keys.slice(0, 4).map(({ id }) => ({ id, ...completed })) } };
        },
      }[operation];
      if (answer === undefined) return false;
      response.setHeader("content-type", "application/x-amz-json-1.0");
      response.end(JSON.stringify(answer()));
      return true;
    });
    const task: DrainTask = { v: 2, home: HOME, action: "drain", until: Date.now() + 20_000, moves: [HOME] };
    const { stdout, stderr } = await invoke(archive("drainer"), task, {
      ...functionEnvironment(stub.endpoint),
      ...toEnvironment(drainerSettings()),
    });
    await stub.close();
    expect(stderr).toBe("");
    expect(stdout).toContain('{"response":{"pruned":4,"moved":6,');
    expect(stdout).toContain('"drained":true,"failures":0}}');
    const calls = stub.calls.map(({ operation, body }) => [
      operation.replace(/^.*\./, ""),
      body.QueueUrl === undefined ? "" : nameOf(body.QueueUrl),
    ]);
    const isPass = ([operation]: readonly string[]) => operation === "GetItem";
    expect(calls.filter(isPass)).toEqual([["GetItem", ""]]);
    expect(calls.filter((call) => !isPass(call))).toEqual([
      ["ReceiveMessage", `orders-standby-${HOME}@us-west-2`],
      ["BatchGetItem", ""],
      ["SendMessageBatch", "orders@us-west-2"],
      ["DeleteMessageBatch", `orders-standby-${HOME}@us-west-2`],
      // One more receiver, and the first again; then the confirmation that there is nothing.
      ...Array(3).fill(["ReceiveMessage", `orders-standby-${HOME}@us-west-2`]),
      ["GetQueueAttributes", `orders-standby-${HOME}@us-west-2`],
    ]);
  });

  test("reports every record when nobody listens", async () => {
    const { stdout, stderr } = await invoke(
      archive("forwarder"),
      { Records: sqsRecords(3) },
      {
        ...functionEnvironment("http://127.0.0.1:1"),
        ...toEnvironment(FORWARDER_SETTINGS),
      },
    );
    expect(stdout).toContain('{"itemIdentifier":"id-0"},{"itemIdentifier":"id-1"},{"itemIdentifier":"id-2"}');
    expect(stdout).toContain('"FailureClass":"unreachable","Failures":3');
    expect(stderr).toContain('"class":"unreachable","code":"ECONNREFUSED","count":3');
    expect(stderr).toContain('"notBackedOff":3');
  });
});

/** Invokes an archive's handler in a process of its own, as Lambda does. */
async function invoke(archive: Uint8Array, event: object, env: Record<string, string>) {
  const task = mkdtempSync(join(tmpdir(), "task-"));
  for (const [file, contents] of Object.entries(unzipSync(archive)))
    writeFileSync(join(task, file), contents);
  writeFileSync(join(task, "event.json"), JSON.stringify(event));
  const script = `
    const context = { getRemainingTimeInMillis: () => 20_000 };
    const { handler } = require("./index");
    const event = JSON.parse(require("node:fs").readFileSync("event.json", "utf8"));
    handler(event, context).then((response) => {
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
