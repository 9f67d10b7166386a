import type { ResourceChange, ShownPlan } from "../../emulator/terraform-plan";
import { describeFull, testFull } from "../tier";
import { ACCOUNT, Estate, OVERRIDES, PROVIDERS, stateAfter } from "./estate";
import { narrowings } from "./narrowings";

jest.setTimeout(300_000);

const PARTNER = "444455556666";
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:orders`;
const VALUES = { "terraform.tfvars.json": { account: ACCOUNT, topic: TOPIC, partner: PARTNER } };

/** A call of terraform-aws-sqs, as an estate has it. */
const STANDARD = {
  source: "../sqs",
  region: "us-east-1",
  account: ACCOUNT,
  name: "orders",
  visibility_timeout_seconds: 60,
  receive_wait_time_seconds: 20,
  queue_policy_statements: {
    topic: {
      actions: ["sqs:SendMessage"],
      principals: [{ type: "Service", identifiers: ["sns.amazonaws.com"] }],
      condition: [{ test: "ArnEquals", variable: "aws:SourceArn", values: [TOPIC] }],
    },
    partner: {
      actions: ["sqs:SendMessage", "sqs:GetQueueUrl"],
      principals: [{ type: "AWS", identifiers: [`arn:aws:iam::${PARTNER}:root`] }],
    },
  },
  tags: { team: "checkout" },
};
const FIFO = {
  ...STANDARD,
  name: "invoices",
  fifo_queue: true,
  content_based_deduplication: true,
  deduplication_scope: "messageGroup",
  fifo_throughput_limit: "perMessageGroupId",
};

let estate: Estate;
let standard: ShownPlan;
let fifo: ShownPlan;

beforeAll(async () => {
  estate = await Estate.create();
  [standard, fifo] = await Promise.all([
    estate.plan("standard", { "main.tf.json": { ...PROVIDERS, module: { sqs: STANDARD } } }),
    estate.plan("fifo", { "main.tf.json": { ...PROVIDERS, module: { sqs: FIFO } } }),
  ]);
});

afterAll(() => estate.remove());

const plans = new Map<string, Promise<ShownPlan>>();
/** An example, planned from the state of its former module, once. */
const example = (name: string) => {
  const planned =
    plans.get(name) ??
    estate.plan(`examples/modules/${name}`, { ...OVERRIDES, ...VALUES }, stateAfter(standard));
  plans.set(name, planned);
  return planned;
};

/** A root module like the examples, for a FIFO queue. */
const fifoRoot = (name: string, role: "work" | "ingress", deadRole: "dlq" | "ingress_dlq", queue: object) => {
  const region = {
    source: "../dist/modules/region",
    failover_group: "shop",
    regions: { "us-east-1": { account: ACCOUNT }, "us-west-2": { account: ACCOUNT } },
    queues: { invoices: { fifo: true, dlq_retention_seconds: 1_209_600, ...queue } },
  };
  const root = {
    ...PROVIDERS,
    module: {
      us_east_1: { ...region, region: "us-east-1" },
      us_west_2: { ...region, region: "us-west-2", providers: { aws: "aws.us_west_2" } },
    },
    moved: [
      moved("module.sqs.aws_sqs_queue.this[0]", `module.us_east_1.aws_sqs_queue.${role}["invoices"]`),
      moved("module.sqs.aws_sqs_queue.dlq[0]", `module.us_east_1.aws_sqs_queue.${deadRole}["invoices"]`),
      ...(role === "ingress" ? [moved(`${REDRIVE}[0]`, `${REDRIVE_OF_INGRESS}["invoices"]`)] : []),
    ],
    removed: FORGOTTEN[role].map(removed),
  };
  return estate.plan(name, { "main.tf.json": root }, stateAfter(fifo));
};

const moved = (from: string, to: string) => ({ from, to });
const removed = (from: string) => ({ from, lifecycle: [{ destroy: false }] });
const REDRIVE = "module.sqs.aws_sqs_queue_redrive_policy.dlq";
const REDRIVE_OF_INGRESS = "module.us_east_1.aws_sqs_queue_redrive_policy.ingress";
const POLICIES = [
  "module.sqs.aws_sqs_queue_policy.this",
  "module.sqs.aws_sqs_queue_redrive_allow_policy.dlq",
];
/** What the queues then say themselves, by the role of the adopted one. */
const FORGOTTEN = { work: [...POLICIES, REDRIVE], ingress: POLICIES };

/** What the plan does to the queue and its dead-letter queue: arguments that change in place. */
function adopted(plan: ShownPlan, role: string, queue: string) {
  const change = changeOf(plan, `module.us_east_1.aws_sqs_queue.${role}["${queue}"]`);
  expect(change.change.actions).toEqual(["update"]);
  const { before, after } = change.change;
  expect(narrowings(String(before?.policy), String(after?.policy))).toEqual([]);
  return changed(change);
}

function changeOf({ resource_changes = [] }: ShownPlan, address: string): ResourceChange {
  const found = resource_changes.find((change) => change.address === address);
  if (found === undefined) throw new Error(`nothing is planned for ${address}`);
  return found;
}

function changed({ change: { before, after } }: ResourceChange): Readonly<Record<string, unknown>> {
  const names = Object.keys(after ?? {}).filter(
    (name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
  );
  const told = names.filter((name) => !["policy", "tags", "tags_all"].includes(name));
  return Object.fromEntries(told.map((name) => [name, after?.[name]]));
}

/** Addresses of what a plan ends, forgets or makes anew. */
const withActions = ({ resource_changes = [] }: ShownPlan, ...actions: readonly string[]) =>
  resource_changes
    .filter(({ change }) => change.actions.some((action) => actions.includes(action)))
    .map(({ address, previous_address }) => previous_address ?? address)
    .sort();

const instances = (addresses: readonly string[]) => addresses.map((address) => `${address}[0]`).sort();

describe("in the same state", () => {
  test("an existing queue becomes the work queue: nothing is replaced, and its policy admits what it did", async () => {
    const plan = await example("adopted-work");
    expect(withActions(plan, "delete")).toEqual([]);
    expect(withActions(plan, "forget")).toEqual(instances(FORGOTTEN.work));
    expect(adopted(plan, "work", "orders")).toEqual({});
    expect(adopted(plan, "dlq", "orders")).toEqual({ visibility_timeout_seconds: 30 });
  });

  test("an existing queue becomes the ingress queue, whose replicator does not read yet", async () => {
    const plan = await example("adopted-ingress");
    expect(withActions(plan, "delete")).toEqual([]);
    expect(withActions(plan, "forget")).toEqual(instances(FORGOTTEN.ingress));
    expect(adopted(plan, "ingress", "orders")).toEqual({
      receive_wait_time_seconds: 0,
      visibility_timeout_seconds: 120,
    });
    const redrive = changeOf(plan, `${REDRIVE_OF_INGRESS}["orders"]`);
    expect(redrive).toMatchObject({ previous_address: `${REDRIVE}[0]`, change: { actions: ["update"] } });
    expect(changed(redrive)).toEqual({
      redrive_policy: JSON.stringify({
        deadLetterTargetArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:orders-dlq`,
        maxReceiveCount: 1_000,
      }),
    });
    expect(adopted(plan, "ingress_dlq", "orders")).toEqual({ visibility_timeout_seconds: 30 });
    const mapping = changeOf(plan, 'module.us_east_1.aws_lambda_event_source_mapping.replicator["orders"]');
    expect(mapping.change.after).toMatchObject({ enabled: false });
  });

  testFull(
    "an existing FIFO queue becomes the work queue, and gives deduplication ids as it did",
    async () => {
      const plan = await fifoRoot("fifo-work", "work", "dlq", {
        visibility_timeout_seconds: 60,
        work_content_based_deduplication: true,
        policies: {
          work: { queue_policy_statements: STANDARD.queue_policy_statements, tls_only: false },
          dlq: { tls_only: false },
        },
      });
      expect(withActions(plan, "delete")).toEqual([]);
      expect(withActions(plan, "forget")).toEqual(instances(FORGOTTEN.work));
      expect(adopted(plan, "work", "invoices")).toEqual({});
      expect(adopted(plan, "dlq", "invoices")).toMatchObject({ visibility_timeout_seconds: 30 });
    },
  );

  testFull(
    "an existing FIFO queue becomes the ingress queue, and nothing but its redrive policy ends",
    async () => {
      const plan = await fifoRoot("fifo-ingress", "ingress", "ingress_dlq", {
        names: {
          ingress: "invoices",
          ingress_dlq: "invoices-dlq",
          work: "invoices-work",
          dlq: "invoices-work-dlq",
        },
        content_based_deduplication: true,
        transit_retention_seconds: 345_600,
        max_message_size: 262_144,
        replicator_enabled: false,
        policies: {
          ingress: { queue_policy_statements: STANDARD.queue_policy_statements, tls_only: false },
          ingress_dlq: { tls_only: false },
        },
      });
      expect(withActions(plan, "delete")).toEqual([`${REDRIVE}[0]`]);
      expect(withActions(plan, "forget")).toEqual(instances(FORGOTTEN.ingress));
      expect(adopted(plan, "ingress", "invoices")).toEqual({
        receive_wait_time_seconds: 0,
        visibility_timeout_seconds: 120,
      });
    },
  );
});

describeFull("rollback", () => {
  test.each([
    ["work", "dlq", "adopted-work"],
    ["ingress", "ingress_dlq", "adopted-ingress"],
  ])(
    "the %s queue becomes the former queue again: it stays, and its policy admits what it did",
    async (role, deadRole, name) => {
      const after = stateAfter(await example(name));
      const root = {
        ...PROVIDERS,
        module: { sqs: STANDARD },
        moved: [
          moved(`module.us_east_1.aws_sqs_queue.${role}["orders"]`, "module.sqs.aws_sqs_queue.this[0]"),
          moved(`module.us_east_1.aws_sqs_queue.${deadRole}["orders"]`, "module.sqs.aws_sqs_queue.dlq[0]"),
          moved(`${REDRIVE_OF_INGRESS}["orders"]`, `${REDRIVE}[0]`),
        ],
      };
      const plan = await estate.plan(`${name}-back`, { "main.tf.json": root }, after);
      for (const queue of ["this", "dlq"]) {
        const { change, previous_address } = changeOf(plan, `module.sqs.aws_sqs_queue.${queue}[0]`);
        expect(previous_address).toBeDefined();
        expect(change.actions).toEqual(["update"]);
        expect(change.after?.name).toBe(change.before?.name);
      }
      const redrive = changeOf(plan, `${REDRIVE}[0]`).change;
      expect(redrive.actions).toEqual([role === "ingress" ? "update" : "create"]);
      const policy = changeOf(plan, "module.sqs.aws_sqs_queue_policy.this[0]").change.after?.policy;
      const former = changeOf(standard, "module.sqs.aws_sqs_queue_policy.this[0]").change.after?.policy;
      expect(policy).toBe(former);
      expect(withActions(plan, "delete")).not.toEqual([]);
    },
  );
});

describe("from another state", () => {
  test("the former state forgets all of it, and ends nothing", async () => {
    const addresses = ["module.sqs.aws_sqs_queue.this", "module.sqs.aws_sqs_queue.dlq", ...FORGOTTEN.work];
    const root = { ...PROVIDERS, removed: addresses.map(removed) };
    const plan = await estate.plan("former", { "main.tf.json": root }, stateAfter(standard));
    expect(withActions(plan, "forget")).toEqual(instances(addresses));
    expect(withActions(plan, "delete", "create", "update")).toEqual([]);
  });
});

test("a policy that refuses or no longer admits is found to be narrower", () => {
  const statement = {
    Sid: "a",
    Effect: "Allow",
    Principal: { AWS: PARTNER },
    Action: "sqs:*",
    Resource: "q",
  };
  const policy = (...statements: object[]) => JSON.stringify({ Statement: statements });
  const same = { ...statement, Sid: "b", Principal: { AWS: [PARTNER] }, Action: ["sqs:*"] };
  expect(narrowings("", policy(statement))).toEqual([]);
  expect(narrowings(policy(statement), policy(same))).toEqual([]);
  expect(narrowings(policy(statement), "")).toHaveLength(1);
  expect(narrowings(policy(statement), policy({ ...same, Condition: { Bool: {} } }))).toHaveLength(1);
  expect(narrowings(policy(statement), policy(same, { ...same, Effect: "Deny" }))).toHaveLength(1);
});
