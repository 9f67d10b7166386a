import path from "node:path";
import type { ConfigurationInput } from "../../config/schema";
import { runCleanup } from "../emulator/cleanup";
import { createClientRole } from "../emulator/deployed-group";
import { type Emulator, startEmulator } from "../emulator/emulator";
import { changedResources } from "../emulator/terraform-plan";
import { configurationInput, HOME_ACCOUNT } from "../fixtures";
import { ExampleCopy } from "../terraform/examples";
import { DEPLOY_TIMEOUT_MS, HOME, PEER } from "./deployed";
import { Example } from "./example";
import { describeReplication } from "./replication-suite";

jest.setTimeout(300_000);

const role = (name: string) => `arn:aws:iam::${HOME_ACCOUNT}:role/${name}`;

/** Examples that are applied as they are, and what is sent to their queue. */
const EXAMPLES = {
  minimal: { group: "shop", queue: "orders", fifo: false, messages: 1_000, mostRequestsPerMessage: 1.5 },
  // A call has one message of a customer at most.
  fifo: { group: "shipping", queue: "shipments", fifo: true, messages: 300, mostRequestsPerMessage: 4 },
} as const;

const clients = (queue: string) => ({ producer: role(`${queue}-api`), consumer: role(`${queue}-worker`) });
const isFull = process.env.TEST_TIER === "full";

let emulator: Emulator;
const applied = new Map<string, Example>();

/** Both at once: what takes long is to wait for AWS. */
beforeAll(async () => {
  emulator = await startEmulator({ regions: [HOME, PEER] });
  const copy = await ExampleCopy.in(path.join(emulator.directory, "clone"));
  await Promise.all(
    Object.entries(EXAMPLES).map(async ([name, { group, queue, fifo }]) => {
      const { producer, consumer } = clients(queue);
      const input: ConfigurationInput = configurationInput({
        failover_group: group,
        queues: { [queue]: { fifo, producers: [producer], consumers: [consumer] } },
      });
      const variables = { account: HOME_ACCOUNT, producers: [producer], consumers: [consumer] };
      const example = await Example.apply({ emulator, copy, name, settings: input, variables });
      await createClientRole(emulator, example, "producer", producer);
      await createClientRole(emulator, example, "consumer", consumer);
      applied.set(name, example);
    }),
  );
}, DEPLOY_TIMEOUT_MS);

afterAll(() => runCleanup(), 60_000);

const example = (name: string): Example => {
  const found = applied.get(name);
  if (found === undefined) throw new Error(`${name} is not applied`);
  return found;
};

describe.each(Object.entries(EXAMPLES))("%s", (name, settings) => {
  const { producer, consumer } = clients(settings.queue);
  describeReplication(() => ({ emulator, deployment: example(name) }), {
    ...settings,
    producerRole: producer,
    consumerRole: consumer,
    outageSeconds: 10,
    killsFunctions: isFull,
  });
});

test("a region with a state of its own is planned while every other is refused", async () => {
  const east = await example("minimal").splitOff(HOME);
  const outage = emulator.gateway.inject({ kind: "refuse", target: PEER });
  const { plan } = await east.plan();
  outage.lift();
  expect(changedResources(plan)).toEqual([]);
  expect(plan.resource_changes?.map(({ address }) => address.split(".")[1])).toContain("us_east_1");
  expect(outage.met).toBe(0);
});
