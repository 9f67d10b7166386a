import type { SendMessageBatchCommand, SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { entryOf, messageOf } from "../../../messages/message";
import { decodeOrigin, encodeOrigin, ORIGIN_ATTRIBUTE, originOf } from "../../../messages/origin";
import { PRODUCER_KEY_ATTRIBUTE } from "../../../messages/producer-key";
import { Breaker } from "../../../replicator/replicate/breaker";
import { type Connections, replicate } from "../../../replicator/replicate/replicate";
import type { ReplicatorSettings } from "../../../replicator/settings";
import type { Deadlines } from "../../../replicator/sqs/deadline";
import { type Answer, FakeSqs, serviceError } from "../fake-sqs";
import { wholeEntries } from "../pieces";
import {
  anyRecords,
  connections,
  HOME,
  openDeadline,
  openDeadlines,
  PEERS,
  REPLICATOR_SETTINGS,
  replicatorSettings,
  SENT,
  sqsRecord,
  sqsRecords,
  stringAttribute,
} from "../records";
import { VirtualTime } from "../virtual-time";

const OUTBOXES = PEERS.map((peer) => `orders-outbox-${peer}`);
const STANDBYS = PEERS.map((peer) => `orders-standby-${HOME}@${peer}`);
const DLQ = "orders-ingress-dlq";
/** When the replicator runs. */
const TAKEN = SENT + 40;

function run(
  sqs: FakeSqs,
  records: readonly SQSRecord[],
  {
    deadlines = openDeadlines(),
    settings = REPLICATOR_SETTINGS,
    worker = connections(settings, sqs.clientOf),
    now = () => TAKEN,
  }: {
    readonly deadlines?: Deadlines;
    readonly settings?: ReplicatorSettings;
    readonly worker?: Connections;
    readonly now?: () => number;
  } = {},
) {
  return replicate(records, settings, worker, { deadlines, now, random: () => 0.5 });
}

function withoutId({ Id, ...entry }: SendMessageBatchRequestEntry) {
  return entry;
}

/** What work and outboxes shall hold for a record. */
function replicated(record: SQSRecord) {
  const message = messageOf(record);
  if (Object.keys(message.attributes).length === 10) return withoutId(entryOf(message, ""));
  // What was received three times may be missing from the queue's age.
  const waited = Number(record.attributes.ApproximateReceiveCount) >= 3 && { taken: TAKEN };
  const origin = encodeOrigin({ ...originOf(record, HOME), ...waited });
  return withoutId(
    entryOf({ ...message, attributes: { ...message.attributes, [ORIGIN_ATTRIBUTE]: origin } }, ""),
  );
}

describe("replicate", () => {
  test("takes every record to all outboxes and the work queue, with its origin and otherwise as it was", async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords(), async (records) => {
        const sqs = new FakeSqs();
        const report = await run(sqs, records);
        expect(report.outcomes.map(({ status }) => status)).toEqual(records.map(() => "done"));
        for (const queue of [...OUTBOXES, "orders"]) {
          expect(sqs.queues.get(queue)?.map(withoutId)).toEqual(records.map(replicated));
        }
      }),
      { numRuns: 50 },
    );
  });

  test("loses nothing, whatever fails", async () => {
    const failure = fc.constantFrom(
      "TimeoutError",
      "RequestThrottled",
      "AccessDenied",
      "QueueDoesNotExist",
      "New",
    );
    const code = fc.constantFrom(
      undefined,
      "accept",
      "InternalError",
      "InvalidMessageContents",
      "InvalidParameterValue",
    );
    const answer: fc.Arbitrary<Answer> = fc.oneof(
      { weight: 3, arbitrary: fc.constant<Answer>("accept") },
      failure.map((name) => ({ throw: serviceError(name) })),
      fc.constant<Answer>({ acceptAndThrow: serviceError("TimeoutError") }),
      fc.constant<Answer>({ throw: serviceError("BatchRequestTooLong", 400) }),
      fc.array(code, { minLength: 10, maxLength: 10 }).map((codes) => ({
        refuse: ({ Id }: SendMessageBatchRequestEntry) => codes[Number(Id)],
      })),
    );
    await fc.assert(
      fc.asyncProperty(
        anyRecords(),
        fc.array(answer, { minLength: 1, maxLength: 30 }),
        async (records, answers) => {
          let call = 0;
          const sqs = new FakeSqs(() => {
            call += 1;
            return answers[call % answers.length]!;
          });
          const { outcomes } = await run(sqs, records);

          const has = (queue: string, entry: unknown) =>
            wholeEntries(sqs.queues.get(queue) ?? []).some(
              (held) => JSON.stringify(withoutId(held)) === JSON.stringify(entry),
            );
          records.forEach((record, index) => {
            const status = outcomes[index]?.status;
            const everywhere = [...OUTBOXES, "orders"].every((queue) => has(queue, replicated(record)));
            const atDlq = has(DLQ, withoutId(entryOf(messageOf(record), "")));
            if (status === "done") expect(everywhere).toBe(true);
            if (status === "moved") expect(atDlq).toBe(true);
            // What is neither is reported to Lambda, comes back, and has been told when.
            expect(sqs.visibility.has(record.receiptHandle)).toBe(status === "failed");
          });
          const expected = records.map((record) => JSON.stringify(replicated(record)));
          const work = (sqs.queues.get("orders") ?? []).map((entry) => JSON.stringify(withoutId(entry)));
          expect(expected).toEqual(expect.arrayContaining(work));
          expect(new Set(work).size).toBe(work.length);
          for (const entry of sqs.queues.get("orders") ?? []) {
            expect(OUTBOXES.every((outbox) => has(outbox, withoutId(entry)))).toBe(true);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test("sends to the work queue only after the outboxes", async () => {
    const sqs = new FakeSqs();
    await run(sqs, sqsRecords(3));
    expect(sqs.calls.map(({ queue }) => queue)).toEqual([...OUTBOXES, "orders"]);
  });

  test("shows consumers nothing of a message that an outbox did not take", async () => {
    const sqs = new FakeSqs((queue) =>
      queue === OUTBOXES[1] ? { refuse: ({ Id }) => (Id === "0" ? "RequestThrottled" : "accept") } : "accept",
    );
    const { outcomes } = await run(sqs, sqsRecords(3));
    expect(outcomes.map(({ status }) => status)).toEqual(["failed", "done", "done"]);
    expect(sqs.bodies("orders")).toEqual(["body 1", "body 2"]);
  });

  test("moves a message that can never be sent to the DLQ, as it was received", async () => {
    const stale = stringAttribute("stale");
    const poisoned = sqsRecord({
      messageId: "p",
      body: "poison",
      messageAttributes: { [ORIGIN_ATTRIBUTE]: stale },
    });
    const sqs = new FakeSqs((queue) =>
      queue === DLQ
        ? "accept"
        : { refuse: ({ MessageBody }) => (MessageBody === "poison" ? "InvalidParameterValue" : "accept") },
    );
    const { outcomes } = await run(sqs, [...sqsRecords(2), poisoned]);
    expect(outcomes.map(({ status }) => status)).toEqual(["done", "done", "moved"]);
    expect(sqs.queues.get(DLQ)).toEqual([
      {
        Id: "0",
        MessageBody: "poison",
        MessageAttributes: { [ORIGIN_ATTRIBUTE]: { DataType: "String", StringValue: "stale" } },
      },
    ]);
    expect(sqs.bodies("orders")).toEqual(["body 0", "body 1"]);
  });

  test("counts the lag from the ingress queue, and says what has no origin", async () => {
    const ten = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`a${index}`, stringAttribute("v")]),
    );
    const { outcomes } = await run(
      new FakeSqs(),
      sqsRecords(2, (index) => (index === 0 ? {} : { messageAttributes: ten })),
    );
    expect(outcomes).toEqual([
      { status: "done", hasOrigin: true, lagMs: 40 },
      { status: "done", hasOrigin: false, lagMs: 40 },
    ]);
  });

  test("fails everything, and backs it off, when there is no time to send", async () => {
    const sqs = new FakeSqs();
    const deadlines = { sending: openDeadline(false), settling: openDeadline() };
    const { outcomes } = await run(sqs, sqsRecords(2), { deadlines });
    expect(outcomes).toEqual([
      expect.objectContaining({ status: "failed", cause: expect.objectContaining({ class: "deadline" }) }),
      expect.objectContaining({ status: "failed" }),
    ]);
    expect(sqs.calls).toHaveLength(0);
    expect(sqs.visibility.size).toBe(2);
  });

  test("counts a message again that a consumer republished with everything on it", async () => {
    const sqs = new FakeSqs();
    const key = stringAttribute(`${SENT}.${"k".repeat(16)}`);
    await run(
      sqs,
      sqsRecords(1, () => ({ messageAttributes: { [PRODUCER_KEY_ATTRIBUTE]: key } })),
    );
    const [first] = sqs.queues.get("orders") ?? [];
    const attributes = Object.entries(first?.MessageAttributes ?? {}).map(
      ([name, { StringValue }]) => [name, stringAttribute(StringValue ?? "")] as const,
    );
    await run(sqs, [sqsRecord({ messageId: "again", messageAttributes: Object.fromEntries(attributes) })]);
    const origins = sqs.queues
      .get("orders")
      ?.map(({ MessageAttributes }) => decodeOrigin(MessageAttributes?.[ORIGIN_ATTRIBUTE]?.StringValue));
    expect(origins).toMatchObject([{ id: "id-0", key: key.stringValue }, { id: "again" }]);
    expect(origins?.[1]?.key).toBeUndefined();
    expect(sqs.queues.get("orders")?.[1]?.MessageAttributes?.[PRODUCER_KEY_ATTRIBUTE]?.StringValue).toBe(
      key.stringValue,
    );
  });

  test("gets a batch through to a queue that admits less to one than SQS documents", async () => {
    const tooLong = serviceError("BatchRequestTooLong", 400);
    const sqs = new FakeSqs((queue, entries) => {
      const bytes = entries.reduce((sum, { MessageBody = "" }) => sum + MessageBody.length, 0);
      return queue === "orders" && bytes > 262_144 ? { throw: tooLong } : "accept";
    });
    const { outcomes } = await run(
      sqs,
      sqsRecords(10, () => ({ body: "x".repeat(100_000) })),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(Array(10).fill("done"));
    expect(sqs.queues.get("orders")).toHaveLength(10);
  });

  describe("in mode none", () => {
    test("sends to the work queue, and to nothing else", async () => {
      const sqs = new FakeSqs();
      await run(sqs, sqsRecords(12), { settings: replicatorSettings("none") });
      expect(sqs.calls.map(({ queue }) => queue)).toEqual(["orders", "orders"]);
    });
  });

  test.each(["async", "none"] as const)("knows no client of a peer in mode %s", async (mode) => {
    const sqs = new FakeSqs();
    const settings = replicatorSettings(mode);
    const regions: string[] = [];
    const worker = connections(settings, (region) => {
      regions.push(region);
      return sqs.clientOf(region);
    });
    await run(sqs, sqsRecords(2), { settings, worker });
    expect(regions).toEqual([HOME]);
  });

  describe("in mode sync", () => {
    const settings = replicatorSettings("sync");

    test("sends to all standby queues at once, then to the work queue", async () => {
      const sqs = new FakeSqs();
      const { outcomes, copies } = await run(sqs, sqsRecords(3), { settings });
      expect(sqs.calls.map(({ queue }) => queue)).toEqual([...STANDBYS, "orders"]);
      expect(outcomes.map(({ status }) => status)).toEqual(["done", "done", "done"]);
      expect(copies?.["us-west-2"]).toMatchObject({ direct: 3, byOutbox: 0, lagsMs: [40, 40, 40] });
    });

    test("holds everything on the ingress queue while a peer is away", async () => {
      const sqs = new FakeSqs((queue) =>
        queue === STANDBYS[1] ? { throw: serviceError("TimeoutError") } : "accept",
      );
      const worker = connections(settings, sqs.clientOf);
      for (let batch = 0; batch < 5; batch += 1) {
        const { outcomes } = await run(sqs, sqsRecords(3), { settings, worker });
        expect(outcomes.map(({ status }) => status)).toEqual(["failed", "failed", "failed"]);
      }
      expect(sqs.bodies("orders")).toEqual([]);
      expect(sqs.visibility.size).toBe(3);
      expect(sqs.calls.filter(({ queue }) => queue === STANDBYS[1])).toHaveLength(5);
    });

    test("stops a FIFO group at a message that a peer did not take", async () => {
      const sqs = new FakeSqs((queue) =>
        queue.endsWith("@eu-west-1")
          ? { refuse: ({ MessageBody }) => (MessageBody === "body 0" ? "InternalError" : "accept") }
          : "accept",
      );
      const records = sqsRecords(3, (index) => ({ attributes: { MessageGroupId: index === 1 ? "b" : "a" } }));
      const { outcomes } = await run(sqs, records, { settings: replicatorSettings("sync", true) });
      expect(outcomes.map(({ status }) => status)).toEqual(["failed", "done", "held"]);
      expect(sqs.bodies("orders.fifo")).toEqual(["body 1"]);
    });
  });

  describe("in mode semi-sync", () => {
    const settings = replicatorSettings("semi-sync");
    const away = (queue: string): Answer =>
      queue === STANDBYS[0] ? { throw: serviceError("ECONNREFUSED") } : "accept";

    test("sends to the work queue and straight to the peers, one call to each for ten messages", async () => {
      const sqs = new FakeSqs();
      const { outcomes, copies } = await run(sqs, sqsRecords(10), { settings });
      expect(sqs.calls.map(({ queue }) => queue)).toEqual(["orders", ...STANDBYS]);
      expect(outcomes.map(({ status }) => status)).toEqual(Array(10).fill("done"));
      expect(copies?.["eu-west-1"]).toEqual({
        direct: 10,
        byOutbox: 0,
        lagsMs: Array(10).fill(40),
        breaker: "closed",
      });
    });

    test("sends by the outbox only what the standby queue did not take", async () => {
      const sqs = new FakeSqs((queue) =>
        queue === STANDBYS[0]
          ? { refuse: ({ Id }) => (["1", "2"].includes(Id ?? "") ? "InvalidMessageContents" : "accept") }
          : "accept",
      );
      const { outcomes, copies } = await run(sqs, sqsRecords(4), { settings });
      expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill("done"));
      expect(sqs.bodies(STANDBYS[0]!)).toEqual(["body 0", "body 3"]);
      expect(sqs.bodies(OUTBOXES[0]!)).toEqual(["body 1", "body 2"]);
      expect(sqs.queues.has(OUTBOXES[1]!)).toBe(false);
      expect(copies?.["us-west-2"]).toMatchObject({ direct: 2, byOutbox: 2, breaker: "closed" });
    });

    test("fails what neither took, and says of which queue", async () => {
      const sqs = new FakeSqs((queue) =>
        queue === "orders" ? "accept" : { throw: serviceError("AccessDenied", 403) },
      );
      const { outcomes } = await run(sqs, sqsRecords(1), { settings });
      expect(outcomes).toEqual([
        {
          status: "failed",
          cause: { accepted: false, queue: OUTBOXES[0], class: "denied", code: "AccessDenied" },
        },
      ]);
    });

    test("gives up calling a peer that does not answer, and calls it again later", async () => {
      let gone = true;
      const sqs = new FakeSqs((queue) => (gone ? away(queue) : "accept"));
      const worker = connections(settings, sqs.clientOf);
      const called = () => sqs.calls.filter(({ queue }) => queue === STANDBYS[0]).length;
      let clock = SENT;
      const batch = () => run(sqs, sqsRecords(1), { settings, worker, now: () => clock });
      for (let count = 0; count < 10; count += 1) await batch();
      expect(called()).toBe(3);
      const open = await batch();
      expect(open.outcomes[0]?.status).toBe("done");
      expect(open.copies?.["us-west-2"]).toMatchObject({ direct: 0, byOutbox: 1, breaker: "open" });
      expect(open.copies?.["eu-west-1"]).toMatchObject({ direct: 1, breaker: "closed" });
      gone = false;
      clock += 1_000;
      const back = await batch();
      expect(back.copies?.["us-west-2"]).toMatchObject({ direct: 1, byOutbox: 0, breaker: "closed" });
    });

    test("tries a peer with one batch while the others of the event take the outbox", async () => {
      const sqs = new FakeSqs(away);
      const worker = connections(settings, sqs.clientOf);
      let clock = SENT;
      for (let count = 0; count < 3; count += 1)
        await run(sqs, sqsRecords(1), { settings, worker, now: () => clock });
      sqs.calls.length = 0;
      clock += 1_000;
      await run(sqs, sqsRecords(100), { settings, worker, now: () => clock });
      expect(sqs.calls.filter(({ queue }) => queue === STANDBYS[0])).toHaveLength(1);
      expect(sqs.calls.filter(({ queue }) => queue === OUTBOXES[0])).toHaveLength(10);
    });

    test("starts no call to a peer, and none to its outbox, when there is no time to send", async () => {
      const sqs = new FakeSqs();
      const deadlines = { sending: openDeadline(false), settling: openDeadline() };
      await run(sqs, sqsRecords(1), { settings, deadlines });
      expect(sqs.calls).toEqual([]);
    });

    test("takes the time of settling for the outbox of a peer for which sending had none", async () => {
      const sqs = new FakeSqs((queue) => {
        if (!queue.startsWith("orders-standby")) return "accept";
        late = true;
        return { throw: serviceError("AbortError") };
      });
      let late = false;
      const sending = { signal: new AbortController().signal, mayStart: () => !late };
      const { outcomes } = await run(sqs, sqsRecords(2), {
        settings,
        deadlines: { sending, settling: openDeadline() },
      });
      expect(outcomes.map(({ status }) => status)).toEqual(["done", "done"]);
      expect(sqs.bodies(OUTBOXES[0]!)).toEqual(["body 0", "body 1"]);
    });

    test("does not keep a message waiting on its way to the work queue for a peer that hangs", async () => {
      let release = () => {};
      const hanging = new Promise<void>((resolve) => {
        release = resolve;
      });
      const sqs = new FakeSqs();
      const worker = connections(settings, sqs.clientOf);
      const hung = { send: () => hanging.then(() => Promise.reject(serviceError("TimeoutError"))) } as never;
      const peers = { ...worker.peers, "us-west-2": { client: hung, breaker: new Breaker() } };
      const running = run(sqs, sqsRecords(100), { settings, worker: { ...worker, peers } });
      await new Promise((resolve) => setImmediate(resolve));
      expect(sqs.queues.get("orders")).toHaveLength(100);
      release();
      expect((await running).outcomes.map(({ status }) => status)).toEqual(Array(100).fill("done"));
    });
  });

  test.each(["async", "semi-sync", "sync", "none"] as const)(
    "has no more calls at once than connections, with four peers and 10,000 records, in mode %s",
    async (mode) => {
      const settings = replicatorSettings(mode, false, ["us-west-2", "eu-west-1", "ap-south-1", "sa-east-1"]);
      const atOnce = new Map<string, number>();
      const most = new Map<string, number>();
      const clientOf = (region: string) => ({
        send: async (command: SendMessageBatchCommand) => {
          atOnce.set(region, (atOnce.get(region) ?? 0) + 1);
          most.set(region, Math.max(most.get(region) ?? 0, atOnce.get(region)!));
          await new Promise((resolve) => setImmediate(resolve));
          atOnce.set(region, atOnce.get(region)! - 1);
          // In semi-sync every copy goes its longest way.
          if (mode === "semi-sync" && region !== HOME) throw serviceError("TimeoutError");
          return { Successful: command.input.Entries };
        },
      });
      const worker = connections(settings, clientOf as never);
      const { outcomes } = await run(new FakeSqs(), sqsRecords(10_000), { settings, worker });
      expect(outcomes.filter(({ status }) => status === "done")).toHaveLength(10_000);
      expect(Math.max(...most.values())).toBeLessThanOrEqual(50);
    },
  );

  test.each([
    // What the home does at 20 ms a call when nothing is wrong.
    ["is as fast as the home", 20, undefined, 30_000],
    ["swallows everything", 1_000, "TimeoutError", 27_000],
    ["takes no connection", 500, "TimeoutError", 27_000],
    ["refuses every connection", 1, "ECONNREFUSED", 27_000],
    ["throttles", 60, "RequestThrottled", 27_000],
    ["answers very late", 900, undefined, 27_000],
  ])("keeps nine tenths of the home's throughput while a peer %s", async (_, answerMs, error, least) => {
    const settings = replicatorSettings("semi-sync", false, ["us-west-2"]);
    const time = new VirtualTime(SENT);
    const clientOf = (region: string) => ({
      send: async (command: SendMessageBatchCommand) => {
        await time.sleep(region === HOME ? 20 : answerMs);
        if (region !== HOME && error !== undefined) throw serviceError(error);
        return { Successful: command.input.Entries };
      },
    });
    const worker = connections(settings, clientOf as never);
    const records = sqsRecords(10);
    let done = 0;
    const aMinute = async () => {
      while (time.now() < SENT + 60_000) {
        const { outcomes } = await run(new FakeSqs(), records, { settings, worker, now: time.now });
        done += outcomes.filter(({ status }) => status === "done").length;
      }
    };
    await time.run(aMinute());
    expect(done).toBeGreaterThanOrEqual(least);
  });
});
