import { readFileSync } from "node:fs";
import { App } from "cdktf";
import { CONTRACT_FILE, currentContract, type ModuleContract, typesIn } from "../../scripts/module-contract";
import { synthesizedRegion } from "../../stacks/hcl/region-files";

jest.setTimeout(120_000);

const released: ModuleContract = JSON.parse(readFileSync(CONTRACT_FILE, "utf8"));

/** What a later module takes away from those who use an earlier one. */
function broken(
  before: ModuleContract,
  now: ModuleContract,
  moved: readonly string[] = [],
): readonly string[] {
  const isMoved = (address: string) => moved.some((from) => address.startsWith(`module.region.${from}`));
  const identity = (resource: object | undefined) => JSON.stringify(resource);
  return [
    ...Object.entries(before.variables)
      .filter(([path, type]) => now.variables[path] !== type && now.variables[path] !== `optional(${type})`)
      .map(([path, type]) => `${path} was ${type}, and is ${now.variables[path] ?? "gone"}`),
    ...Object.entries(now.variables)
      .filter(([path, type]) => !(path in before.variables) && isAsked(path, type, before))
      .map(([path]) => `${path} has to be given`),
    ...before.outputs
      .filter((name) => !now.outputs.includes(name))
      .map((name) => `the output ${name} is gone`),
    ...Object.entries(before.resources)
      .filter(
        ([address, resource]) => identity(now.resources[address]) !== identity(resource) && !isMoved(address),
      )
      .map(
        ([address, resource]) =>
          `${address}: ${identity(resource)}, and now ${identity(now.resources[address])}`,
      ),
  ];
}

/** A new setting that has no default, in an object that could be given before. */
function isAsked(path: string, type: string, { variables }: ModuleContract): boolean {
  const parent = path.replace(/(?:\.\*)?\.\w+$/, "");
  return !type.startsWith("optional(") && (parent === path || parent in variables);
}

test("the module keeps what users of the released version rely on: settings, outputs, addresses, names", async () => {
  const moved = Object.values(synthesizedRegion(new App()).files).flatMap((text) =>
    [...text.matchAll(/moved \{\s+from\s*= (\S+)/g)].map(([, from]) => from!),
  );
  const now = await currentContract();
  expect(broken(released, now, moved)).toEqual([]);
  expect(Object.keys(now.resources).length).toBeGreaterThan(150);
});

describe("what would break somebody is noticed", () => {
  const change = (changes: Partial<ModuleContract>) => broken(released, { ...released, ...changes });
  const [queue] = Object.keys(released.resources).filter((address) => address.includes("aws_sqs_queue.work"));
  const { [queue!]: identity, ...others } = released.resources;

  test.each([
    ["a queue with another address", { resources: { ...others, [`${queue}2`]: identity! } }, queue!],
    ["a queue with another name", { resources: { ...others, [queue!]: { ...identity, name: "x" } } }, queue!],
    ["an output less", { outputs: released.outputs.slice(1) }, released.outputs[0]!],
    [
      "another type",
      { variables: { ...released.variables, "queues.*.fifo": "string" } },
      "queues.*.fifo was",
    ],
    [
      "a setting that must be given",
      { variables: { ...released.variables, "queues.*.x": "string" } },
      "queues.*.x",
    ],
    [
      "a variable that must be given",
      { variables: { ...released.variables, x: "string" } },
      "x has to be given",
    ],
  ])("%s", (_, changes, told) => {
    expect(change(changes)).toEqual([expect.stringContaining(told)]);
  });

  test("but not a queue that is said to have moved, nor a setting more that may be left out", () => {
    const variables = { ...released.variables, "queues.*.x": "optional(string)", x: "optional(string)" };
    const now = { ...released, variables, resources: others };
    expect(broken(released, now, ["aws_sqs_queue.work"])).toEqual([]);
  });
});

test("types are told by path, without comments and without the values of defaults", () => {
  const type = `map(object({
    # Whether.
    fifo = optional(bool, false)
    vpc = optional(object({
      ids = list(string)
    }))
    peers = optional(map(list(string)))
  }))`;
  expect(Object.fromEntries(typesIn("queues", type))).toEqual({
    queues: "map(object",
    "queues.*.fifo": "optional(bool)",
    "queues.*.vpc": "optional(object",
    "queues.*.vpc.ids": "list(string)",
    "queues.*.peers": "optional(map(list(string)))",
  });
});
