import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { settled } from "../../demo/settled";
import { depth } from "../../demo/traffic";
import { writeModules } from "../../stacks/module/write-modules";
import { runCleanup } from "../emulator/cleanup";
import { sqsClient } from "../emulator/clients";
import { type Emulator, startEmulator } from "../emulator/emulator";
import { Terraform } from "../emulator/terraform";
import { waitFor } from "../emulator/wait";
import { HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";
import { narrowings } from "../terraform/narrowings";
import { Users } from "./adopted";
import { HOME, PEER } from "./deployed";
import { testFull } from "./played";

const ROOT = path.resolve(__dirname, "../..");
const PARTNER = "777788889999";
/** Messages that are processed before the next step is taken. */
const MORE = 40;
const PATIENCE_MS = 120_000;
const TEST_MS = 600_000;

let emulator: Emulator;
const clients: SQSClient[] = [];

beforeAll(async () => {
  emulator = await startEmulator({ regions: [HOME, PEER] });
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
      queue_policy_statements: {
        topic: {
          actions: ["sqs:SendMessage"],
          principals: [{ type: "Service", identifiers: ["sns.amazonaws.com"] }],
          condition: [{ test: "ArnEquals", variable: "aws:SourceArn", values: [this.values.topic] }],
        },
        partner: {
          actions: ["sqs:SendMessage", "sqs:GetQueueUrl"],
          principals: [{ type: "AWS", identifiers: [`arn:aws:iam::${PARTNER}:root`] }],
        },
      },
      tags: { team: "checkout" },
    };
    const aws = [{ region: HOME }, { alias: "us_west_2", region: PEER }];
    const root = { ...BACKEND, provider: { aws }, ...(withCall && { module: { sqs: call } }), ...more };
    return this.terraform("former", { "main.tf.json": root });
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

const BACKEND = { terraform: { backend: { local: {} } } };

/** Blocks that give the queues their former addresses back. */
const back = (role: string, deadRole: string) => ({
  moved: [
    { from: `module.us_east_1.aws_sqs_queue.${role}["orders"]`, to: "module.sqs.aws_sqs_queue.this[0]" },
    { from: `module.us_east_1.aws_sqs_queue.${deadRole}["orders"]`, to: "module.sqs.aws_sqs_queue.dlq[0]" },
  ],
});

/** What a plan ends or replaces of the queues that were there before. */
async function ended(terraform: Terraform, ...args: readonly string[]): Promise<readonly string[]> {
  const { plan } = await terraform.plan(...args);
  return (plan.resource_changes ?? [])
    .filter(({ type, change }) => type === "aws_sqs_queue" && change.actions.includes("delete"))
    .filter(({ change }) => FORMER.includes((change.before as { name: string }).name))
    .map(({ address }) => address);
}

const FORMER = ["orders", "orders-dlq"];

/** An estate whose queue is used, as long as `story` goes on. */
async function underTraffic(
  account: string,
  name: string,
  story: (root: Root, users: Users, at: (queue: string, region?: string) => Endpoint) => Promise<void>,
): Promise<void> {
  const root = new Root(name, account);
  await (await root.former()).apply();
  const client = (region: string) => {
    const made = sqsClient(emulator, { region, account });
    clients.push(made);
    return made;
  };
  const home = client(HOME);
  const peer = client(PEER);
  const at = (queue: string, region = HOME): Endpoint => ({
    client: region === HOME ? home : peer,
    queueUrl: `https://sqs.${region}.amazonaws.com/${account}/${queue}`,
  });
  const users = new Users(home, at("orders").queueUrl);
  try {
    const created = await users.attribute("CreatedTimestamp");
    await more(users);
    await story(root, users, at);
    await more(users);
    expect(await users.attribute("CreatedTimestamp")).toBe(created);
    await users.end();
    await waitFor(() => users.missing.length === 0, {
      timeoutMs: PATIENCE_MS,
      what: "the end of the messages",
    });
    const [former, ...others] = users.policies;
    expect(others.length).toBeGreaterThan(0);
    for (const policy of others) expect(narrowings(former!, policy)).toEqual([]);
    process.stdout.write(`${name}: ${users.processed} messages, 0 lost; ${users.policies.length} policies\n`);
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

test(
  "a queue under traffic becomes the work queue and the former queue again: nothing is lost, nothing replaced",
  () =>
    underTraffic(HOME_ACCOUNT, "adopted-work", async (root, users, at) => {
      const adopted = await root.example("adopted-work");
      expect(await ended(adopted)).toEqual([]);
      await adopted.apply();
      await more(users);

      users.target = at("orders-ingress").queueUrl;
      const standby = at(`orders-standby-${HOME}`, PEER);
      await waitFor(async () => (await depth(standby)) > 0, { timeoutMs: PATIENCE_MS, what: "a copy" });
      await more(users);

      users.target = at("orders").queueUrl;
      await settled([at("orders-ingress"), at(`orders-outbox-${PEER}`)]);
      const former = await root.former(back("work", "dlq"));
      expect(await ended(former)).toEqual([]);
      await former.apply();
    }),
  TEST_MS,
);

testFull(
  "a queue under traffic becomes the ingress queue and the former queue again: nothing is lost, nothing replaced",
  () =>
    underTraffic(PEER_ACCOUNT, "adopted-ingress", async (root, users, at) => {
      const adopted = await root.example("adopted-ingress");
      expect(await ended(adopted)).toEqual([]);
      await adopted.apply();
      await more(users);

      users.read(at("orders-work").queueUrl);
      await users.stop(at("orders").queueUrl);
      await adopted.apply("-var=replicator_enabled=true");
      await more(users);
      const standby = at(`orders-standby-${HOME}`, PEER);
      await waitFor(async () => (await depth(standby)) > 0, { timeoutMs: PATIENCE_MS, what: "a copy" });

      await adopted.apply("-var=replicator_enabled=false");
      await settled([at("orders-work"), at(`orders-outbox-${PEER}`)]);
      users.read(at("orders").queueUrl);
      await users.stop(at("orders-work").queueUrl);
      const former = await root.former(back("ingress", "ingress_dlq"));
      expect(await ended(former)).toEqual([]);
      await former.apply();
    }),
  TEST_MS,
);

test(
  "a queue of another state is forgotten there and imported here, and is not replaced",
  async () => {
    const account = "555566667777";
    const root = new Root("former-state", account);
    await (await root.former()).apply();
    const removed = ["queue.this", "queue.dlq", "queue_policy.this", "queue_redrive_policy.dlq"]
      .concat("queue_redrive_allow_policy.dlq")
      .map((name) => ({ from: `module.sqs.aws_sqs_${name}`, lifecycle: [{ destroy: false }] }));
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
