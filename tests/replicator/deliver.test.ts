import { deliver, type Stage } from "../../replicator/deliver";
import type { Message } from "../../replicator/message/message";
import { type Answer, FakeSqs, serviceError } from "./fake-sqs";
import { openDeadline, url } from "./records";

function messages(count: number, bytes = 10): Message[] {
  return Array.from({ length: count }, (_, index) => ({
    body: `${index}`.padEnd(bytes, "."),
    attributes: {},
  }));
}

function stages(sqs: FakeSqs, ...names: readonly (readonly string[])[]) {
  return names.map((stage) =>
    stage.map((name) => ({ client: sqs.client, queueUrl: url(name) })),
  ) as never as [Stage, ...Stage[]];
}

function refusing(queue: string, code: string) {
  return (name: string): Answer => (name === queue ? { refuse: () => code } : "accept");
}

describe("deliver", () => {
  test("takes messages through all stages, in calls within the limits", async () => {
    const sqs = new FakeSqs();
    const all = messages(25, 200_000);
    const outcomes = await deliver(all, stages(sqs, ["a", "b"], ["c"]), openDeadline(), () => 5);
    expect(outcomes).toEqual(all.map(() => ({ accepted: true, at: 5 })));
    for (const queue of ["a", "b", "c"]) expect(sqs.bodies(queue)).toEqual(all.map(({ body }) => body));
    expect(Math.max(...sqs.calls.map(({ entries }) => entries.length))).toBe(5);
  });

  test("says when the last queue accepted", async () => {
    let clock = 0;
    const now = () => {
      clock += 1;
      return clock;
    };
    const [outcome] = await deliver(
      messages(1),
      stages(new FakeSqs(), ["a", "b"], ["c", "d"]),
      openDeadline(),
      now,
    );
    expect(outcome).toEqual({ accepted: true, at: 4 });
  });

  test("keeps a message from the next stage while a queue of this one has not accepted it", async () => {
    const sqs = new FakeSqs((queue) =>
      queue === "b" ? { refuse: ({ Id }) => (Id === "1" ? "InternalError" : "accept") } : "accept",
    );
    const outcomes = await deliver(messages(3), stages(sqs, ["a", "b"], ["c"]), openDeadline(), () => 5);
    expect(outcomes.map(({ accepted }) => accepted)).toEqual([true, false, true]);
    expect(outcomes[1]).toMatchObject({ queue: "b", class: "unreachable" });
    expect(sqs.bodies("c").map((body) => body[0])).toEqual(["0", "2"]);
  });

  test("makes no call to a stage that nothing has reached", async () => {
    const sqs = new FakeSqs((queue) => (queue === "a" ? { throw: serviceError("TimeoutError") } : "accept"));
    await deliver(messages(12), stages(sqs, ["a"], ["c"]), openDeadline(), () => 5);
    expect(sqs.calls.map(({ queue }) => queue)).toEqual(["a", "a"]);
  });

  test("gives a failure that may pass before a permanent one", async () => {
    const sqs = new FakeSqs((queue) => ({
      refuse: () => (queue === "a" ? "InvalidMessageContents" : "RequestThrottled"),
    }));
    const [outcome] = await deliver(messages(1), stages(sqs, ["a", "b"]), openDeadline(), () => 5);
    expect(outcome).toMatchObject({ queue: "b", class: "throttled" });
  });

  test("gives a permanent failure when nothing else stands in the way", async () => {
    const sqs = new FakeSqs(refusing("b", "InvalidMessageContents"));
    const [outcome] = await deliver(messages(1), stages(sqs, ["a", "b"], ["c"]), openDeadline(), () => 5);
    expect(outcome).toMatchObject({ queue: "b", class: "message" });
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
    const target = { client: client as never, queueUrl: url("a") };
    const delivery = deliver(messages(200), [[target]], openDeadline(), () => 5);
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toHaveLength(10);
    release();
    expect((await delivery).every(({ accepted }) => accepted)).toBe(true);
    expect(started).toHaveLength(20);
  });
});
