import type { GetParametersByPathCommandInput } from "@aws-sdk/client-ssm";
import { ControlledQueues } from "../../../replicator/control/queues";
import { clientOf, controlledQueue, NOW, refusal } from "./group";

type Client = ConstructorParameters<typeof ControlledQueues>[0];
const PATH = "/sqs-multi-region/shop/queues";
const KEPT_MS = 600_000;

const orders = controlledQueue();
const mails = controlledQueue({ queue: "mails", rescue: "watermark" });

/** The list behind a client, ten to a page as SSM gives them. */
function listOf(initial: Readonly<Record<string, unknown>>) {
  const world = { parameters: initial, calls: 0, failures: [] as string[], fails: false };
  const client = clientOf<Client>(({ input }) => {
    const { Path, NextToken = "0" } = input as GetParametersByPathCommandInput;
    world.calls += 1;
    expect(Path).toBe(PATH);
    if (world.fails) throw refusal("ThrottlingException");
    const all = Object.entries(world.parameters).map(([name, value]) => ({
      Name: `${PATH}/${name}`,
      Value: typeof value === "string" ? value : JSON.stringify(value),
    }));
    const first = Number(NextToken);
    return {
      Parameters: all.slice(first, first + 10),
      ...(first + 10 < all.length && { NextToken: String(first + 10) }),
    };
  });
  const queues = new ControlledQueues(client, PATH, (part, code) => world.failures.push(`${part}: ${code}`));
  return { world, queues };
}

test("reads all queues, by name", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 23 }, (_, index) => [`x${index}`, controlledQueue({ queue: `x${22 - index}` })]),
  );
  const { world, queues } = listOf(many);
  const read = await queues.read(NOW);
  expect(read?.map(({ queue }) => queue)).toEqual(
    Object.values(many)
      .map(({ queue }) => queue)
      .sort(),
  );
  expect(world.calls).toBe(3);
});

test("a group may have none that is rescued", async () => {
  expect(await listOf({}).queues.read(NOW)).toEqual([]);
});

test("keeps them for ten minutes", async () => {
  const { world, queues } = listOf({ orders });
  await queues.read(NOW);
  world.parameters = { orders, mails };
  expect(await queues.read(NOW + KEPT_MS - 1)).toEqual([orders]);
  expect(world.calls).toBe(1);
  expect(await queues.read(NOW + KEPT_MS)).toEqual([mails, orders]);
});

test("keeps them for longer while they cannot be read, and asks each time", async () => {
  const { world, queues } = listOf({ orders });
  await queues.read(NOW);
  Object.assign(world, { fails: true, parameters: {} });
  expect(await queues.read(NOW + KEPT_MS)).toEqual([orders]);
  expect(await queues.read(NOW + KEPT_MS)).toEqual([orders]);
  expect(world.calls).toBe(3);
  expect(world.failures).toEqual(["queues: ThrottlingException", "queues: ThrottlingException"]);
});

test("are not known when they could never be read", async () => {
  const { world, queues } = listOf({ orders });
  world.fails = true;
  expect(await queues.read(NOW)).toBeUndefined();
  world.fails = false;
  expect(await queues.read(NOW)).toEqual([orders]);
});

test.each([
  ["no JSON", "{"],
  ["no queue", { queue: "mails" }],
  ["a rescue that is not known", { ...mails, rescue: "prayer" }],
  ["drainers that are no names", { ...mails, drainers: { "us-east-1": 7 } }],
])("one that is %s is no hindrance to the others, and stays as it was", async (_, malformed) => {
  const { world, queues } = listOf({ mails: malformed, orders });
  expect(await queues.read(NOW)).toEqual([orders]);
  expect(world.failures).toEqual(["queues: NotUnderstood"]);

  world.parameters = { mails, orders };
  expect(await queues.read(NOW + KEPT_MS)).toEqual([mails, orders]);
  world.parameters = { mails: malformed, orders };
  expect(await queues.read(NOW + 2 * KEPT_MS)).toEqual([mails, orders]);
});

test("one of a later version may say more", async () => {
  const { queues } = listOf({ orders: { ...orders, v: 2, more: true } });
  expect(await queues.read(NOW)).toEqual([orders]);
});
