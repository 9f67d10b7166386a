import { controlledQueue, refusal as refused } from "./group";
import { SmallRegion } from "./small-region";
import { MINUTE, SECOND } from "./world";

const LIMIT_MS = 1_000;

function setup(prepare: (world: SmallRegion) => void = () => {}) {
  const world = new SmallRegion();
  prepare(world);
  const { failures } = world;
  const look = (limitMs = LIMIT_MS) => world.time.run(world.homeQueues.look(world.time.now() + limitMs));
  const asked = () =>
    world.calls.flatMap(({ name, queue }) => (name === "GetQueueAttributesCommand" ? [queue!] : []));
  return { world, look, asked, failures };
}

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => controlledQueue({ queue: `q${index}` }));
const missing = (name: string) => ({ [name]: "QueueDoesNotExist" });

test("asks the queues of the canary and of all logical queues, once each", async () => {
  const { look, asked } = setup((world) => {
    world.queues = [controlledQueue(), controlledQueue({ queue: "mails" })];
  });
  expect(await look()).toEqual({});
  expect(asked().sort()).toEqual([
    "mails",
    "mails-ingress",
    "orders",
    "orders-ingress",
    "shop-canary",
    "shop-canary-ingress",
  ]);
});

test.each(["orders", "orders-ingress", "shop-canary", "shop-canary-ingress"])(
  "says that %s is missing, and no longer when it is there again",
  async (name) => {
    const { world, look } = setup((world) => {
      world.missing.add(name);
    });
    expect(await look()).toEqual(missing(name));
    expect(await look()).toEqual(missing(name));
    world.missing.clear();
    expect(await look()).toEqual({});
  },
);

test.each([
  ["refuses", refused("AccessDenied"), "AccessDenied"],
  ["fails", refused("InternalError"), "InternalError"],
  ["does not answer in time", "hangs" as const, "TooLong"],
])("says so of a queue that %s", async (_, fault, code) => {
  const { look } = setup((world) => {
    world.fault = ({ queue }) => (queue === "orders" ? fault : undefined);
  });
  expect(await look()).toEqual({ orders: code });
});

test.each(["RequestThrottled", "ThrottlingException"])("a queue that says %s answers", async (name) => {
  const { look } = setup((world) => {
    world.fault = ({ service }) => (service === "sqs" ? refused(name) : undefined);
  });
  expect(await look()).toEqual({});
});

describe("a large group", () => {
  test("is gone through in turn, few calls at a time", async () => {
    const { world, look, asked } = setup((world) => {
      world.queues = many(35);
    });
    for (let looks = 1; looks <= 4; looks++) {
      await look();
      expect(asked().length).toBeLessThanOrEqual(looks * 22);
    }
    expect(new Set(asked()).size).toBe(2 + 2 * 35);
    expect(world.atOnce).toBeLessThanOrEqual(8);
  });

  test("a queue that does not answer is found, asked each time, and forgiven when it answers", async () => {
    const { world, look } = setup((world) => {
      world.queues = many(35);
      world.missing.add("q9");
    });
    const found = [await look(), await look(), await look(), await look(), await look()];
    expect(found).toEqual([{}, {}, {}, missing("q9"), missing("q9")]);
    world.missing.clear();
    expect(await look()).toEqual({});
  });

  test("time that is up leaves the rest for the next look", async () => {
    const { world, look } = setup((world) => {
      world.callMs = 450;
    });
    world.queues = many(10);
    const silent = await look();
    // A page of the list, and two rounds of calls, of which the second is not answered in time.
    expect(Object.values(silent)).toEqual(Array(8).fill("TooLong"));
  });
});

describe("the list", () => {
  test("is read every ten minutes", async () => {
    const { world, look } = setup();
    await look();
    world.queues = [controlledQueue(), controlledQueue({ queue: "mails" })];
    world.missing.add("mails");
    await world.pass(10 * MINUTE - SECOND);
    expect(await look()).toEqual({});
    await world.pass(SECOND);
    expect(await look()).toEqual(missing("mails"));
  });

  test("is read again for a queue that is missing, which is forgotten when it was removed", async () => {
    const { world, look } = setup();
    await look();
    await world.pass(MINUTE);
    world.missing.add("orders").add("orders-ingress");
    world.queues = [];
    expect(await look()).toEqual({});
    expect(world.count("GetParametersByPathCommand")).toBe(2);
  });

  test("is not read all the time because of a queue that is missing", async () => {
    const { world, look } = setup((world) => {
      world.missing.add("orders");
    });
    for (let looks = 0; looks < 12; looks++) {
      await look();
      await world.pass(5 * SECOND);
    }
    expect(world.count("GetParametersByPathCommand")).toBe(2);
  });

  test.each(["fails", "hangs"] as const)("holds on when reading it %s", async (how) => {
    const { world, look, asked, failures } = setup();
    await look();
    await world.pass(30 * MINUTE);
    world.calls.length = 0;
    world.fault = ({ service }) =>
      service !== "ssm" ? undefined : how === "hangs" ? "hangs" : refused("ThrottlingException");
    expect(await look()).toEqual({});
    expect(asked()).toContain("orders");
    expect(failures).toEqual(how === "hangs" ? [] : ["queues: ThrottlingException"]);
  });

  test("without one, the canary's queues are asked", async () => {
    const { world, look, asked } = setup((world) => {
      world.fault = ({ service }) => (service === "ssm" ? "hangs" : undefined);
    });
    expect(await look()).toEqual({});
    expect(asked().sort()).toEqual(["shop-canary", "shop-canary-ingress"]);
    await look();
    expect(world.count("GetParametersByPathCommand")).toBe(1);
  });

  test("that comes late is there for the next look", async () => {
    const { world, look, asked } = setup((world) => {
      world.callMs = 600;
    });
    await look();
    expect(asked()).not.toContain("orders");
    world.callMs = 10;
    await look();
    expect(asked()).toContain("orders");
  });
});
