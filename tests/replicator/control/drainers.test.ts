import type { InvokeCommandInput } from "@aws-sdk/client-lambda";
import { Drainers } from "../../../replicator/control/drainers";
import type { DrainerTask } from "../../../replicator/control/tasks";
import type { DrainResult, DrainTask } from "../../../replicator/drain/task";
import { VirtualTime } from "../virtual-time";
import { clientOf, HOME, NOW, PEER, refusal } from "./group";
import { NOTHING_DONE } from "./pipeline";

const SECOND = 1_000;
const DRAINER = `orders-drainer-${HOME}`;

function drainerTask(task: Partial<DrainTask> = {}, functionName = DRAINER): DrainerTask {
  return {
    queue: "orders",
    functionName,
    task: { v: 2, home: HOME, action: "drain", until: NOW + 50 * SECOND, moves: [PEER], ...task },
  };
}

const MOVE = { moves: [HOME, PEER] };
const RECLAIM = { action: "reclaim", home: PEER, rescued: { from: 1, until: 2 } } as const;

function answer(result: unknown): unknown {
  return { Payload: Buffer.from(typeof result === "string" ? result : JSON.stringify(result)) };
}

/** Drainers behind clients that note what they are told. */
function set(respond: (input: InvokeCommandInput) => unknown = () => answer(NOTHING_DONE)) {
  const time = new VirtualTime(NOW);
  const sent: {
    readonly name: string;
    readonly type: string;
    readonly task: DrainTask;
    readonly by: string;
  }[] = [];
  const failures: string[] = [];
  const results: [DrainTask["action"], DrainResult][] = [];
  const client = (by: string) =>
    clientOf<never>(async ({ input }) => {
      const { FunctionName = "", InvocationType = "", Payload } = input as InvokeCommandInput;
      sent.push({ name: FunctionName, type: InvocationType, by, task: JSON.parse(String(Payload)) });
      return respond(input);
    });
  const drainers = new Drainers({
    lambda: { start: client("start"), wait: client("wait") },
    now: time.now,
    onFailure: (part, code) => failures.push(`${part}: ${code}`),
  });
  const send = (...tasks: DrainerTask[]) =>
    drainers.send(tasks, ({ task }, result) => results.push([task.action, result]));
  return { time, sent, failures, results, send };
}

/** Lets everything happen that answers bring about. */
function answered(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("to drain", () => {
  test("drainers are started, and nobody waits for what comes of it", async () => {
    const { sent, send, results } = set();
    const move = drainerTask(MOVE, "mails-drainer");
    await send(drainerTask(), move);
    expect(sent).toEqual([
      { name: DRAINER, type: "Event", by: "start", task: drainerTask().task },
      { name: "mails-drainer", type: "Event", by: "start", task: move.task },
    ]);
    await answered();
    expect(results).toEqual([]);
  });

  test("a drainer is not sent twice while it is at it, and sent again when its time is up", async () => {
    const { sent, send, time } = set();
    await send(drainerTask());
    await send(drainerTask({ until: NOW + 55 * SECOND, processedBefore: 7 }));
    expect(sent).toHaveLength(1);
    await time.run(time.sleep(50 * SECOND));
    await send(drainerTask({ until: NOW + 100 * SECOND }));
    expect(sent).toHaveLength(2);
  });

  test.each<[string, Partial<DrainTask>, Partial<DrainTask>]>([
    ["to move", {}, MOVE],
    ["to stop moving", MOVE, {}],
    ["to move by another moment", { ...MOVE, processedBefore: 1 }, { ...MOVE, processedBefore: 2 }],
    ["to stay", {}, { stay: true }],
    ["to read from afar", { ...MOVE, fromAfar: false }, { ...MOVE, fromAfar: true }],
    ["to answer for a time", {}, { answersFor: [{ from: 1, until: 2 }] }],
  ])("one that is to do something else goes out at once: %s", async (_, first, second) => {
    const { sent, send } = set();
    await send(drainerTask(first));
    await send(drainerTask(second));
    await send(drainerTask(second));
    expect(sent.map(({ task }) => task)).toEqual([drainerTask(first).task, drainerTask(second).task]);
  });

  test("what Lambda does not take is sent again at the next look, and is no hindrance to the others", async () => {
    let isThrottled = true;
    const { sent, send, failures } = set(({ FunctionName }) => {
      if (isThrottled && FunctionName === DRAINER) throw refusal("TooManyRequestsException");
      return {};
    });
    expect(await send(drainerTask(), drainerTask({}, "mails-drainer"))).toEqual([drainerTask()]);
    isThrottled = false;
    expect(await send(drainerTask(), drainerTask({}, "mails-drainer"))).toEqual([]);
    expect(sent.map(({ name }) => name)).toEqual([DRAINER, "mails-drainer", DRAINER]);
    expect(failures).toEqual(["drainers: TooManyRequestsException"]);
  });
});

test.each<[string, Partial<DrainTask>]>([
  ["drain", {}],
  ["take back", RECLAIM],
])(
  "a call to %s that nobody answers is made again a while later: Lambda may have taken it",
  async (_, task) => {
    const { sent, send, time } = set(() => Promise.reject(refusal("TimeoutError")));
    for (let second = 0; second < 30; second += 5) {
      await send(drainerTask(task));
      await answered();
      await time.run(time.sleep(5 * SECOND));
    }
    expect(sent).toHaveLength(2);
  },
);

describe("to take back", () => {
  const after30Seconds = (result: Partial<DrainResult> = {}) => {
    const world = set(({ InvocationType }) =>
      InvocationType === "Event"
        ? {}
        : world.time.sleep(30 * SECOND).then(() => answer({ ...NOTHING_DONE, ...result })),
    );
    return world;
  };

  test("a drainer is waited for while everything else goes on", async () => {
    const { time, send, sent, results } = after30Seconds({ drained: true });
    await time.run(
      (async () => {
        await send(drainerTask(RECLAIM), drainerTask());
        expect(sent.map(({ type, by }) => `${type} ${by}`)).toEqual(["RequestResponse wait", "Event start"]);
        expect([time.now(), results]).toEqual([NOW, []]);
        await time.sleep(30 * SECOND);
        await answered();
        expect(results).toEqual([["reclaim", { ...NOTHING_DONE, drained: true }]]);
      })(),
    );
  });

  test("it prunes beside that, and neither is sent again for the other", async () => {
    const { time, send, sent } = after30Seconds();
    await time.run(
      (async () => {
        for (let look = 0; look < 5; look += 1) {
          await send(drainerTask(RECLAIM), drainerTask());
          await time.sleep(5 * SECOND);
        }
      })(),
    );
    expect(sent.map(({ task }) => task.action)).toEqual(["reclaim", "drain"]);
  });

  test("it is sent again when it has ended", async () => {
    const { send, sent } = set();
    await send(drainerTask(RECLAIM));
    await answered();
    await send(drainerTask(RECLAIM));
    expect(sent).toHaveLength(2);
  });

  test.each<[string, () => unknown, string]>([
    [
      "it fails",
      () => ({ FunctionError: "Unhandled", ...(answer({ errorType: "Error" }) as object) }),
      "FunctionError",
    ],
    ["it answers something else", () => answer("null"), "NoResult"],
    ["it answers nothing", () => ({}), "SyntaxError"],
    ["it answers no JSON", () => answer("{"), "SyntaxError"],
    ["it is refused", () => Promise.reject(refusal("TooManyRequestsException")), "TooManyRequestsException"],
  ])("nothing came of it when %s, and it is sent again", async (_, respond, code) => {
    const { send, sent, results, failures } = set(respond);
    await send(drainerTask(RECLAIM));
    await answered();
    expect(results).toEqual([]);
    expect(failures).toEqual([`drainers: ${code}`]);
    await send(drainerTask(RECLAIM));
    expect(sent).toHaveLength(2);
  });
});
