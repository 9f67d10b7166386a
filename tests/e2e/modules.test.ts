import path from "node:path";
import type { ConfigurationInput } from "../../config/schema";
import { ownershipTableName } from "../../core/names";
import { TableWatch } from "../../demo/scenarios/table-watch";
import { runCleanup } from "../../emulator/cleanup";
import { createZone } from "../../emulator/clients";
import { createClientRole } from "../../emulator/deployed-group";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { changedResources } from "../../emulator/terraform-plan";
import { waitFor } from "../../emulator/wait";
import { configurationInput, HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";
import { ExampleCopy } from "../terraform/examples";
import { IS_FULL } from "../tier";
import { COUNTED, DEPLOY_TIMEOUT_MS, HOME, PEER } from "./deployed";
import { Example } from "./example";
import { describeReplication, type ReplicationCase } from "./replication-suite";

jest.setTimeout(300_000);

/** An example that is applied as it is: what it says, and what is sent to its queue. */
interface AppliedExample extends Pick<ReplicationCase, "fifo" | "queue"> {
  readonly account: string;
  readonly group: string;
  /** What else it says, as a configuration file would. */
  readonly more: Partial<ConfigurationInput>;
  /** The discovery record, in a zone of its own. Default: there are no records. */
  readonly record?: string;
}

/** Region of the witness that one of the examples has. */
const WITNESS = "us-east-2";

const ORDERS = { fifo: false, queue: "orders", group: "shop" };

const EXAMPLES: Readonly<Record<string, AppliedExample>> = {
  minimal: { ...ORDERS, account: HOME_ACCOUNT, more: {} },
  ...(IS_FULL && {
    fifo: {
      account: HOME_ACCOUNT,
      group: "shipping",
      queue: "shipments",
      fifo: true,
      more: {},
    },
    "active-active": {
      ...ORDERS,
      account: PEER_ACCOUNT,
      more: { recovery: {}, ledger: { table_name: "shop-processed" } },
    },
    complete: {
      ...ORDERS,
      account: "555566667777",
      more: { recovery: { witness: { region: WITNESS } }, ledger: {} },
      record: "orders.shop.example",
    },
  }),
};

const clients = ({ account, queue }: AppliedExample) => ({
  producer: `arn:aws:iam::${account}:role/${queue}-api`,
  consumer: `arn:aws:iam::${account}:role/${queue}-worker`,
});

let emulator: Emulator;
const applied = new Map<string, Example>();

/** All at once: what takes long is to wait for AWS. */
beforeAll(async () => {
  emulator = await startEmulator({ regions: [HOME, PEER, WITNESS], asAws: { ...COUNTED, seed: "modules" } });
  const copy = await ExampleCopy.in(path.join(emulator.directory, "clone"));
  const started = performance.now();
  await Promise.all(
    Object.entries(EXAMPLES).map(async ([name, settings]) =>
      applied.set(name, await apply(copy, name, settings)),
    ),
  );
  const seconds = (performance.now() - started) / 1_000;
  process.stdout.write(`applied ${[...applied.keys()].join(", ")} in ${seconds.toFixed(1)} s\n`);
}, DEPLOY_TIMEOUT_MS);

afterAll(() => runCleanup(), 60_000);

const example = (name: string): Example => {
  const found = applied.get(name);
  if (found === undefined) throw new Error(`${name} is not applied`);
  return found;
};

describe.each(Object.entries(EXAMPLES))("%s", (name, settings) => {
  const { producer, consumer } = clients(settings);
  describeReplication(() => ({ emulator, deployment: example(name) }), {
    ...settings,
    producerRole: producer,
    consumerRole: consumer,
    messages: IS_FULL ? 1_000 : 300,
    outageSeconds: IS_FULL ? 30 : 5,
    killsFunctions: IS_FULL,
  });
});

test("a region with a state of its own is planned while every other is refused", async () => {
  const east = await example("minimal").splitOff(HOME);
  // Of Terraform's calls: controllers of other examples go on asking the peer.
  const outage = emulator.gateway.inject({ kind: "refuse", target: PEER, caller: HOME_ACCOUNT });
  const { plan } = await east.plan();
  outage.lift();
  expect(changedResources(plan)).toEqual([]);
  expect(plan.resource_changes?.map(({ address }) => address.split(".")[1])).toContain("us_east_1");
  expect(outage.met).toBe(0);
});

async function apply(copy: ExampleCopy, name: string, settings: AppliedExample): Promise<Example> {
  const { account, group, queue, fifo, more, record } = settings;
  const zone = record === undefined ? undefined : { zone_id: await zoneOf(account, record), record };
  const { producer, consumer } = clients(settings);
  const example = await Example.apply({
    emulator,
    copy,
    name,
    settings: configurationInput({
      ...more,
      ...(zone && { dns: zone }),
      failover_group: group,
      regions: { [HOME]: { account }, [PEER]: { account } },
      queues: { [queue]: { fifo, producers: [producer], consumers: [consumer] } },
    }),
    variables: { account, producers: [producer], consumers: [consumer], ...zone },
  });
  await createClientRole(emulator, example, "producer", producer);
  await createClientRole(emulator, example, "consumer", consumer);
  if (example.configuration.recovery) await allOwned(example);
  return example;
}

/** Waits until each region owns itself: a replicator that finds no owner of its home delivers nothing. */
async function allOwned({ configuration }: Example): Promise<void> {
  const { failoverGroup, naming, regions } = configuration;
  const name = ownershipTableName(naming.prefix, failoverGroup);
  const homes = Object.keys(regions);
  const tables = new TableWatch(
    {
      emulator,
      tables: Object.fromEntries(homes.map((home) => [home, name])),
      accountOf: (region) => regions[region]!.account,
    },
    () => {},
  );
  await waitFor(() => homes.every((home) => tables.open(home).includes(home)), {
    timeoutMs: DEPLOY_TIMEOUT_MS,
    what: `owners of the homes of ${failoverGroup}`,
  });
  await tables.stop();
}

function zoneOf(account: string, record: string): Promise<string> {
  return createZone(emulator, { account, name: record.split(".").slice(1).join(".") });
}
