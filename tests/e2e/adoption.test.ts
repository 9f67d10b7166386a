import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { settled } from "../../demo/settled";
import { depth } from "../../demo/traffic";
import { AS_AWS } from "../../emulator/as-aws";
import { runCleanup } from "../../emulator/cleanup";
import { sqsClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { Terraform } from "../../emulator/terraform";
import { waitFor } from "../../emulator/wait";
import { writeModules } from "../../stacks/hcl/write-modules";
import { HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";
import { narrowings } from "../terraform/narrowings";
import { testFull } from "../tier";
import { GROUPS, Users } from "./adopted";
import { HOME, PEER } from "./deployed";

const ROOT = path.resolve(__dirname, "../..");
const PARTNER = "777788889999";
/** Messages that are processed before the next step is taken. */
const MORE = 40;
const PATIENCE_MS = 120_000;
const TEST_MS = 600_000;

let emulator: Emulator;
const clients: SQSClient[] = [];

beforeAll(async () => {
  emulator = await startEmulator({ regions: [HOME, PEER], asAws: { ...AS_AWS, seed: "adoption" } });
  writeModules(path.join(emulator.directory, "dist", "modules"));
  await cp(path.join(ROOT, "tests", "terraform", "sqs"), path.join(emulator.directory, "sqs"), {
    recursive: true,
  });
}, TEST_MS);

afterAll(async () => {
  for (const client of clients) client.destroy();
  await runCleanup();
}, 60_000);

/** Terraform of an estate, whose root module changes. */
class Root {
  constructor(
    private readonly name: string,
    private readonly account: string,
    private readonly fifo = false,
  ) {}

  /** The call of terraform-aws-sqs, with whatever stands beside it. */
  async former(more: object = {}, withCall = true): Promise<Terraform> {
    const call = {
      source: path.join(emulator.directory, "sqs"),
      region: HOME,
      account: this.account,
      name: "orders",
      visibility_timeout_seconds: 60,
      receive_wait_time_seconds: 20,
      queue_policy_statements: this.statements,
      tags: { team: "checkout" },
      ...(this.fifo && { fifo_queue: true, content_based_deduplication: true, ...FIFO }),
    };
    const root = { ...BACKEND, ...PROVIDERS, ...(withCall && { module: { sqs: call } }), ...more };
    return this.terraform("former", { "main.tf.json": root });
  }

  /** The module, by which the queue is adopted. */
  adopting(way: Way): Promise<Terraform> {
    return this.fifo ? this.fifoModule(way) : this.example(`adopted-${way}`);
  }

  /** As the examples do it, for a FIFO queue. */
  private fifoModule(way: Way): Promise<Terraform> {
    const byWay = {
      work: { work_content_based_deduplication: true },
      ingress: {
        names: { ingress: "orders", ingress_dlq: "orders-dlq", work: "orders-work", dlq: "orders-work-dlq" },
        max_message_size: 262_144,
        replicator_enabled: "${var.replicator_enabled}",
      },
    };
    const queue = {
      fifo: true,
      ...FIFO,
      content_based_deduplication: true,
      visibility_timeout_seconds: 60,
      policies: {
        [way]: { queue_policy_statements: this.statements, tls_only: false },
        [DEAD[way]]: { tls_only: false },
      },
      ...byWay[way],
    };
    const call = {
      source: path.join(emulator.directory, "dist", "modules", "region"),
      failover_group: "shop",
      regions: { [HOME]: { account: this.account }, [PEER]: { account: this.account } },
      queues: { orders: queue },
    };
    const forgotten = FORGOTTEN[way].map((name) => `module.sqs.aws_sqs_${name}`);
    const root = {
      ...BACKEND,
      ...PROVIDERS,
      variable: { replicator_enabled: { default: false } },
      module: {
        us_east_1: { ...call, region: HOME },
        us_west_2: { ...call, region: PEER, providers: { aws: "aws.us_west_2" } },
      },
      moved: back(way).moved.map(({ from, to }) => ({ from: to, to: from })),
      removed: forgotten.map((from) => ({ from, lifecycle: [{ destroy: false }] })),
    };
    return this.terraform("adopted", { "main.tf.json": root });
  }

  /** An example of the module, with more files. */
  async example(name: string, files: Readonly<Record<string, object>> = {}): Promise<Terraform> {
    const place = path.join("examples", "modules", name);
    await cp(path.join(ROOT, place), path.join(this.root, place), { recursive: true });
    await cp(path.join(emulator.directory, "dist"), path.join(this.root, "dist"), { recursive: true });
    return this.terraform(place, {
      "terraform.tfvars.json": this.values,
      "test_override.tf.json": BACKEND,
      ...files,
    });
  }

  private async terraform(place: string, files: Readonly<Record<string, object>>): Promise<Terraform> {
    const directory = path.join(this.root, place);
    await mkdir(directory, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      await writeFile(path.join(directory, name), JSON.stringify(content));
    }
    const { account, name } = this;
    const terraform = new Terraform({ emulator, directory, name, region: HOME, account });
    await terraform.init();
    return terraform;
  }

  private get statements() {
    return {
      topic: {
        actions: ["sqs:SendMessage"],
        principals: [{ type: "Service", identifiers: ["sns.amazonaws.com"] }],
        condition: [{ test: "ArnEquals", variable: "aws:SourceArn", values: [this.values.topic] }],
      },
      partner: {
        actions: ["sqs:SendMessage", "sqs:GetQueueUrl"],
        principals: [{ type: "AWS", identifiers: [`arn:aws:iam::${PARTNER}:root`] }],
      },
    };
  }

  private get root(): string {
    return path.join(emulator.directory, this.name);
  }

  private get values() {
    return {
      account: this.account,
      partner: PARTNER,
      topic: `arn:aws:sns:${HOME}:${this.account}:orders`,
    };
  }
}

type Way = "work" | "ingress";
/** Role of the dead-letter queue, which stays with its queue. */
const DEAD = { work: "dlq", ingress: "ingress_dlq" } as const;
const BACKEND = { terraform: { backend: { local: {} } } };
const PROVIDERS = { provider: { aws: [{ region: HOME }, { alias: "us_west_2", region: PEER }] } };
const FIFO = { deduplication_scope: "messageGroup", fifo_throughput_limit: "perMessageGroupId" };
const POLICIES = ["queue_policy.this", "queue_redrive_allow_policy.dlq"];
/** What the queues then say themselves. */
const FORGOTTEN = { work: [...POLICIES, "queue_redrive_policy.dlq"], ingress: POLICIES };
const REDRIVE = {
  from: 'module.us_east_1.aws_sqs_queue_redrive_policy.ingress["orders"]',
  to: "module.sqs.aws_sqs_queue_redrive_policy.dlq[0]",
};

/** Blocks that give the queues their former addresses back. */
const back = (way: Way) => ({
  moved: [
    ...(way === "ingress" ? [REDRIVE] : []),
    { from: `module.us_east_1.aws_sqs_queue.${way}["orders"]`, to: "module.sqs.aws_sqs_queue.this[0]" },
    { from: `module.us_east_1.aws_sqs_queue.${DEAD[way]}["orders"]`, to: "module.sqs.aws_sqs_queue.dlq[0]" },
  ],
});

/** What a plan ends or replaces of the queues that were there before. */
async function ended(terraform: Terraform, ...args: readonly string[]): Promise<readonly string[]> {
  const { plan } = await terraform.plan(...args);
  return (plan.resource_changes ?? [])
    .filter(({ type, change }) => type === "aws_sqs_queue" && change.actions.includes("delete"))
    .filter(({ change }) => FORMER.test((change.before as { arn: string }).arn))
    .map(({ address }) => address);
}

/** The peer has queues of the same names. */
const FORMER = new RegExp(`:${HOME}:\\d+:orders(?:-dlq)?(?:[.]fifo)?$`);

/** Queues of an estate, by name and region. */
type Place = (queue: string, region?: string) => Endpoint;

/** An estate whose queue is used, as long as `story` goes on. */
async function underTraffic(
  { account, way, fifo }: { readonly account: string; readonly way: Way; readonly fifo: boolean },
  story: (root: Root, users: Users, at: Place) => Promise<void>,
): Promise<void> {
  const root = new Root(`${way}-${account}`, account, fifo);
  await (await root.former()).apply();
  const client = (region: string) => {
    const made = sqsClient(emulator, { region, account });
    clients.push(made);
    return made;
  };
  const byRegion: Readonly<Record<string, SQSClient>> = { [HOME]: client(HOME), [PEER]: client(PEER) };
  const at: Place = (queue, region = HOME) => ({
    client: byRegion[region]!,
    queueUrl: `https://sqs.${region}.amazonaws.com/${account}/${queue}${fifo ? ".fifo" : ""}`,
  });
  const users = new Users(byRegion[HOME]!, at("orders").queueUrl, fifo);
  try {
    const asBefore = () =>
      Promise.all([users.attribute("CreatedTimestamp"), users.attribute("RedrivePolicy")]);
    const before = await asBefore();
    await more(users);
    await story(root, users, at);
    await more(users);
    expect(await asBefore()).toEqual(before);
    await users.end();
    await waitFor(() => users.missing.length === 0, {
      timeoutMs: PATIENCE_MS,
      what: "the end of the messages",
    });
    expect(users.late).toEqual([]);
    const [former, ...others] = users.policies;
    expect(others.length).toBeGreaterThan(0);
    for (const policy of others) expect(narrowings(former!, policy)).toEqual([]);
    process.stdout.write(
      `as ${way}${fifo ? ", FIFO" : ""}: ${users.processed} messages, ${users.missing.length} lost, ${users.late.length} out of order; ${users.policies.length} policies, none narrower\n`,
    );
  } finally {
    await users.leave();
  }
}

interface Endpoint {
  readonly client: SQSClient;
  readonly queueUrl: string;
}

/** Waits until more messages are processed. */
async function more(users: Users): Promise<void> {
  const enough = users.processed + MORE;
  await waitFor(() => users.processed >= enough, { timeoutMs: PATIENCE_MS, what: "more messages" });
}

/** Waits until a copy has come to the peer. */
async function copied(at: Place): Promise<void> {
  const standby = at(`orders-standby-${HOME}`, PEER);
  await waitFor(async () => (await depth(standby)) > 0, { timeoutMs: PATIENCE_MS, what: "a copy" });
}

async function adopted(root: Root, way: Way): Promise<Terraform> {
  const terraform = await root.adopting(way);
  expect(await ended(terraform)).toEqual([]);
  await terraform.apply();
  return terraform;
}

async function leave(root: Root, way: Way): Promise<void> {
  const former = await root.former(back(way));
  expect(await ended(former)).toEqual([]);
  await former.apply();
}

async function asWork(root: Root, users: Users, at: Place): Promise<void> {
  await adopted(root, "work");
  await more(users);

  for (const group of GROUPS) {
    await users.sendTo(at("orders-ingress").queueUrl, [group]);
    await more(users);
  }
  await copied(at);

  await users.sendTo(undefined);
  await settled([at("orders-ingress"), at(`orders-outbox-${PEER}`)]);
  await users.sendTo(at("orders").queueUrl);
  await leave(root, "work");
}

async function asIngress(root: Root, users: Users, at: Place): Promise<void> {
  const terraform = await adopted(root, "ingress");
  expect(await users.attribute("RedrivePolicy")).toMatch(users.fifo ? /^$/ : /"maxReceiveCount": ?"?1000/);
  await more(users);

  users.read(at("orders-work").queueUrl);
  await users.stop(at("orders").queueUrl);
  await terraform.apply("-var=replicator_enabled=true");
  await more(users);
  await copied(at);

  await terraform.apply("-var=replicator_enabled=false");
  await waitFor(async () => (await users.attribute("ApproximateNumberOfMessagesNotVisible")) === "0", {
    timeoutMs: PATIENCE_MS,
    what: "the end of what the replicator has begun",
  });
  await settled([at("orders-work"), at(`orders-outbox-${PEER}`)]);
  users.read(at("orders").queueUrl);
  await users.stop(at("orders-work").queueUrl);
  await leave(root, "ingress");
}

const NOTHING_LOST = "and the former queue again: nothing is lost, nothing replaced";

testFull(
  `a queue under traffic becomes the work queue ${NOTHING_LOST}`,
  () => underTraffic({ account: HOME_ACCOUNT, way: "work", fifo: false }, asWork),
  TEST_MS,
);

testFull(
  `a queue under traffic becomes the ingress queue ${NOTHING_LOST}`,
  () => underTraffic({ account: PEER_ACCOUNT, way: "ingress", fifo: false }, asIngress),
  TEST_MS,
);

testFull(
  `a FIFO queue under traffic becomes the work queue, group by group, ${NOTHING_LOST}, in order`,
  () => underTraffic({ account: "666677778888", way: "work", fifo: true }, asWork),
  TEST_MS,
);

testFull(
  `a FIFO queue under traffic becomes the ingress queue ${NOTHING_LOST}, in order`,
  () => underTraffic({ account: "888899990000", way: "ingress", fifo: true }, asIngress),
  TEST_MS,
);

testFull(
  "a queue of another state is forgotten there and imported here, and is not replaced",
  async () => {
    const account = "555566667777";
    const root = new Root("former-state", account);
    await (await root.former()).apply();
    const removed = ["queue.this", "queue.dlq", ...FORGOTTEN.work].map((name) => ({
      from: `module.sqs.aws_sqs_${name}`,
      lifecycle: [{ destroy: false }],
    }));
    const forgetting = await root.former({ removed }, false);
    expect(await ended(forgetting)).toEqual([]);
    await forgetting.apply();

    const url = (name: string) => `https://sqs.${HOME}.amazonaws.com/${account}/${name}`;
    const imports = [
      { to: 'module.us_east_1.aws_sqs_queue.work["orders"]', id: url("orders") },
      { to: 'module.us_east_1.aws_sqs_queue.dlq["orders"]', id: url("orders-dlq") },
    ];
    const other = await new Root("new-state", account).example("adopted-work", {
      "imports.tf.json": { import: imports },
    });
    const { plan } = await other.plan();
    const changes = (plan.resource_changes ?? []).filter(({ address }) =>
      imports.some(({ to }) => to === address),
    );
    expect(changes.map(({ change }) => change.actions)).toEqual([["update"], ["update"]]);
    for (const { change } of changes) {
      const [before, after] = [change.before, change.after] as { policy: string }[];
      expect(narrowings(before!.policy, after!.policy)).toEqual([]);
    }
  },
  TEST_MS,
);
