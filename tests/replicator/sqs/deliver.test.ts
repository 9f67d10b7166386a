import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { messageOf } from "../../../messages/message";
import { toQueue } from "../../../replicator/replicate/batch-context";
import { type DeliveryStage, deliver } from "../../../replicator/sqs/deliver";
import { type Answer, FakeSqs, serviceError } from "../fake-sqs";
import { anyFifoRecord, openDeadline, openDeadlines, sqsRecords, url } from "../records";

function records(count: number, bytes = 10): SQSRecord[] {
  return sqsRecords(count, (index) => ({ body: `${index}`.padEnd(bytes, ".") }));
}

function grouped(...groups: readonly string[]): SQSRecord[] {
  return sqsRecords(groups.length, (index) => ({ attributes: { MessageGroupId: groups[index]! } }));
}

/** Delivers to queues by their names, stage by stage. */
function run(
  sqs: Pick<FakeSqs, "client">,
  all: readonly SQSRecord[],
  names: readonly (readonly string[])[],
  { fifo = false, now = () => 5 }: { readonly fifo?: boolean; readonly now?: () => number } = {},
) {
  const context = { deadlines: openDeadlines(), now, random: () => 0 };
  const stages = names.map((stage) =>
    stage.map((name) => toQueue({ client: sqs.client, queueUrl: url(name) }, openDeadline(), context)),
  ) as never as [DeliveryStage, ...DeliveryStage[]];
  return deliver(all, { prepare: messageOf, stages, fifo });
}

function refusing(queue: string, code: string, body?: string) {
  return (name: string): Answer =>
    name === queue
      ? { refuse: ({ MessageBody }) => (body === undefined || body === MessageBody ? code : "accept") }
      : "accept";
}

describe("deliver", () => {
  test("takes messages through all stages, in calls within the limits", async () => {
    const sqs = new FakeSqs();
    const all = records(25, 200_000);
    const deliveries = await run(sqs, all, [["a", "b"], ["c"]]);
    expect(deliveries).toEqual(all.map(() => ({ accepted: true, at: 5 })));
    for (const queue of ["a", "b", "c"]) expect(sqs.bodies(queue)).toEqual(all.map(({ body }) => body));
    expect(Math.max(...sqs.calls.map(({ entries }) => entries.length))).toBe(5);
  });

  test("says when the last queue accepted", async () => {
    let clock = 0;
    const now = () => {
      clock += 1;
      return clock;
    };
    const [delivery] = await run(
      new FakeSqs(),
      records(1),
      [
        ["a", "b"],
        ["c", "d"],
      ],
      { now },
    );
    expect(delivery).toEqual({ accepted: true, at: 4 });
  });

  test("keeps a message from the next stage while a queue of this one has not accepted it", async () => {
    const sqs = new FakeSqs((queue) =>
      queue === "b" ? { refuse: ({ Id }) => (Id === "1" ? "InternalError" : "accept") } : "accept",
    );
    const deliveries = await run(sqs, records(3), [["a", "b"], ["c"]]);
    expect(deliveries.map(({ accepted }) => accepted)).toEqual([true, false, true]);
    expect(deliveries[1]).toMatchObject({ queue: "b", class: "unreachable" });
    expect(sqs.bodies("c").map((body) => body[0])).toEqual(["0", "2"]);
  });

  test("makes no call to a stage that nothing has reached", async () => {
    const sqs = new FakeSqs((queue) => (queue === "a" ? { throw: serviceError("TimeoutError") } : "accept"));
    await run(sqs, records(12), [["a"], ["c"]]);
    expect(sqs.calls.map(({ queue }) => queue)).toEqual(["a", "a"]);
  });

  test("gives a failure that may pass before a permanent one", async () => {
    const sqs = new FakeSqs((queue) => ({
      refuse: () => (queue === "a" ? "InvalidMessageContents" : "RequestThrottled"),
    }));
    const [delivery] = await run(sqs, records(1), [["a", "b"]]);
    expect(delivery).toMatchObject({ queue: "b", class: "throttled" });
  });

  test("gives a permanent failure when nothing else stands in the way", async () => {
    const sqs = new FakeSqs(refusing("b", "InvalidMessageContents"));
    const [delivery] = await run(sqs, records(1), [["a", "b"], ["c"]]);
    expect(delivery).toMatchObject({ queue: "b", class: "message" });
  });

  test("does not wait for one batch before it starts the next", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const started: string[] = [];
    const client = {
      send: async (command: { input: { Entries: { Id: string; MessageBody: string }[] } }) => {
        started.push(command.input.Entries[0]!.MessageBody);
        await gate;
        return { Successful: command.input.Entries };
      },
    };
    const delivery = run({ client: client as never }, records(200), [["a"]]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toHaveLength(10);
    release();
    expect((await delivery).every(({ accepted }) => accepted)).toBe(true);
    expect(started).toHaveLength(20);
  });

  test("has no more messages in memory, of 10,000 records, than are under way, and no more calls than connections", async () => {
    let prepared = 0;
    let settled = 0;
    let mostMessages = 0;
    let calls = 0;
    let mostCalls = 0;
    const route = async (parcels: readonly unknown[]) => {
      calls += 1;
      mostCalls = Math.max(mostCalls, calls);
      await new Promise((resolve) => setImmediate(resolve));
      calls -= 1;
      return parcels.map(() => ({ accepted: true, at: 5 }) as const);
    };
    const last = async (parcels: readonly unknown[]) => {
      const outcomes = await route(parcels);
      settled += parcels.length;
      return outcomes;
    };
    const deliveries = await deliver(records(10_000), {
      prepare: (record) => {
        prepared += 1;
        mostMessages = Math.max(mostMessages, prepared - settled);
        return messageOf(record);
      },
      stages: [[route, route, route, route, route], [last]],
      fifo: false,
    });
    expect(deliveries.filter(({ accepted }) => accepted)).toHaveLength(10_000);
    expect(mostCalls).toBe(50);
    // Ten batches of ten, and the one message that begins the next batch.
    expect(mostMessages).toBeLessThanOrEqual(101);
  });

  describe("on FIFO queues", () => {
    const fifo = { fifo: true };

    test("sends at most one message of a group in a call, and as many groups in a call as there are", async () => {
      const sqs = new FakeSqs();
      await run(sqs, grouped("a", "b", "a", "c", "a", "b"), [["q"]], fifo);
      expect(sqs.calls.map(({ entries }) => entries.map(({ MessageBody }) => MessageBody))).toEqual([
        ["body 0", "body 1", "body 3"],
        ["body 2", "body 5"],
        ["body 4"],
      ]);
    });

    test("sends a message when the one before it has been accepted everywhere", async () => {
      const sqs = new FakeSqs();
      await run(sqs, grouped("a", "a"), [["o", "p"], ["q"]], fifo);
      expect(sqs.calls.map(({ queue, entries }) => queue + entries[0]?.MessageBody)).toEqual([
        "obody 0",
        "pbody 0",
        "qbody 0",
        "obody 1",
        "pbody 1",
        "qbody 1",
      ]);
    });

    test.each(["InternalError", "InvalidMessageContents"])(
      "stops a group at its first failure, a %s, while others go on",
      async (code) => {
        const sqs = new FakeSqs(refusing("q", code, "body 2"));
        const deliveries = await run(sqs, grouped("a", "b", "a", "b", "a", "a"), [["q"]], fifo);
        expect(deliveries.map((delivery) => delivery.accepted || delivery.class)).toEqual([
          true,
          true,
          code === "InternalError" ? "unreachable" : "message",
          true,
          "held",
          "held",
        ]);
        expect(sqs.bodies("q")).toEqual(["body 0", "body 1", "body 3"]);
      },
    );

    test("lets the fair-queue keys of a standard queue share a call", async () => {
      const sqs = new FakeSqs();
      await run(sqs, grouped("tenant", "tenant", "tenant"), [["q"]]);
      expect(sqs.calls).toHaveLength(1);
      expect(sqs.queues.get("q")?.map(({ MessageGroupId }) => MessageGroupId)).toEqual(
        Array(3).fill("tenant"),
      );
    });

    test("keeps the order of every group on every queue, whatever fails", async () => {
      const codes = fc.array(fc.constantFrom("accept", "InternalError", "InvalidMessageContents"), {
        minLength: 1,
        maxLength: 40,
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyFifoRecord, { minLength: 1, maxLength: 30 }),
          codes,
          async (all, plan) => {
            const numbered = all.map((record, index) => ({ ...record, body: `${index}` }));
            let entry = 0;
            const sqs = new FakeSqs(() => ({
              refuse: () => {
                entry += 1;
                return plan[entry % plan.length];
              },
            }));
            const deliveries = await run(sqs, numbered, [["o"], ["q"]], fifo);
            for (const group of ["a", "b", "c", "d"]) {
              const of = numbered.filter(({ attributes }) => attributes.MessageGroupId === group);
              const delivered = of.map(({ body }) => deliveries[Number(body)]!);
              const stop = delivered.findIndex(({ accepted }) => !accepted);
              const through = stop === -1 ? of : of.slice(0, stop);
              const onWork = (sqs.queues.get("q") ?? []).filter((held) => held.MessageGroupId === group);
              expect(onWork.map(({ MessageBody }) => MessageBody)).toEqual(through.map(({ body }) => body));
              delivered.forEach((delivery, index) => {
                expect(!delivery.accepted && delivery.class === "held").toBe(stop !== -1 && index > stop);
              });
            }
          },
        ),
        { numRuns: 100 },
      );
    });
  });
});
