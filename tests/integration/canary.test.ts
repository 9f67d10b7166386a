/** The queues of a canary as Terraform makes them: who may send, take and dead-letter there, whatever else a role may do. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
  TagQueueCommand,
} from "@aws-sdk/client-sqs";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { settingsOf } from "../../config/configuration";
import { groupTopologyOf } from "../../config/group-topology";
import { queuesOf, topologyOf } from "../../config/topology";
import { canaryQueue } from "../../core/names";
import { AS_AWS } from "../../emulator/as-aws";
import { runCleanup } from "../../emulator/cleanup";
import { allow, createRole, sqsClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { Terraform } from "../../emulator/terraform";
import { RegionalQueues } from "../../modules/queue/regional-queues";
import { configuration, HOME_ACCOUNT } from "../fixtures";
import { Template } from "../template";
import { testFull } from "../tier";

const EAST = "us-east-1";
const WEST = "us-west-2";
const GROUP = configuration({
  regions: { [EAST]: { account: HOME_ACCOUNT }, [WEST]: { account: HOME_ACCOUNT } },
  recovery: { takeover: "manual" },
  dns: { zone_id: "Z0", record: "orders.example.com" },
});
const CANARY = topologyOf(settingsOf(GROUP), canaryQueue("shop"), EAST);
const { ingress, work, dlq, ingressDlq } = CANARY;
const outbox = CANARY.outboxes[WEST]!;
const standby = CANARY.standbys[WEST]!;
const OWN = groupTopologyOf(settingsOf(GROUP), EAST);
const FORWARDER = CANARY.forwarders[WEST]!;
const FROM_WEST = topologyOf(settingsOf(GROUP), CANARY.queue, WEST).forwarders[EAST]!;
const QUEUES = queuesOf(CANARY);

let emulator: Emulator;
let directory: string;
let terraform: Terraform;
const clients: Record<string, SQSClient> = {};

const roleIn = (region: string, address: string) =>
  Template.of(GROUP, region).document("aws_iam_role_policy", address, "policy");
/** By role, what it may do: the functions as their stacks say, and one of the account that may do anything with any queue. */
const ROLES = {
  anything: allow("sqs:*"),
  [OWN.controller.name]: roleIn(EAST, "shop_controller"),
  [OWN.health!.name]: roleIn(EAST, "shop_health"),
  [CANARY.replicator.name]: roleIn(EAST, "shop-canary_replicator"),
  [FORWARDER.name]: roleIn(EAST, `shop-canary_forwarder_${WEST}`),
  [FROM_WEST.name]: roleIn(WEST, `shop-canary_forwarder_${EAST}`),
};

/** The queues of the canary as the region's stack has them, without the functions beside them. */
class QueuesStack extends TerraformStack {
  constructor(scope: ConstructorParameters<typeof TerraformStack>[0]) {
    super(scope, "canary");
    const provider = new AwsProvider(this, "aws", { region: EAST });
    new RegionalQueues(this, "queues", { configuration: settingsOf(GROUP), topology: CANARY, provider });
  }
}

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST], asAws: { ...AS_AWS, seed: "canary" } });
  directory = await mkdtemp(path.join(os.tmpdir(), "canary-test-"));
  const app = Testing.app({ outdir: directory });
  const { node } = new QueuesStack(app);
  app.synth();
  terraform = new Terraform({
    emulator,
    directory: path.join(directory, "stacks", node.id),
    name: node.id,
    region: EAST,
    account: HOME_ACCOUNT,
  });
  await terraform.init();
  await terraform.apply();
  for (const [name, own] of Object.entries(ROLES)) {
    const role = await createRole(emulator, { account: HOME_ACCOUNT, name, policies: { own } });
    clients[name] = sqsClient(emulator, { region: EAST, account: HOME_ACCOUNT, role });
  }
}, 240_000);

afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await runCleanup();
  await rm(directory, { recursive: true, force: true });
});

/** Whether a call is admitted; any other failure than a refusal is none of the policy's. */
async function admitted(role: string, command: unknown): Promise<boolean> {
  try {
    // Commands of several kinds, which the client takes alike.
    await clients[role]!.send(command as never);
    return true;
  } catch (error) {
    const { name } = error as Error;
    if (/AccessDenied/.test(name)) return false;
    if (/ReceiptHandle|InvalidParameterValue|InvalidIdFormat|MessageNotInflight/.test(name)) return true;
    throw error;
  }
}

async function rolesThat(command: unknown): Promise<readonly string[]> {
  const answers = await Promise.all(
    Object.keys(ROLES).map(async (role) => [role, await admitted(role, command)] as const),
  );
  return answers.flatMap(([role, isAdmitted]) => (isAdmitted ? [role] : [])).sort();
}

const listeners = [OWN.controller.name];
const MessageBody = "forged";

testFull.each([
  ["ingress", ingress, listeners],
  ["work", work, [CANARY.replicator.name]],
  ["outbox", outbox, [CANARY.replicator.name]],
  ["standby", standby, [FROM_WEST.name]],
  ["dead-letter", dlq, []],
  ["dead-letter of ingress", ingressDlq, [FORWARDER.name, CANARY.replicator.name].sort()],
])("%s queue: who may do anything with any queue cannot send, functions can", async (_, { url }, senders) => {
  const QueueUrl = url;
  expect(await rolesThat(new SendMessageCommand({ QueueUrl, MessageBody }))).toEqual(senders);
  const Entries = [{ Id: "1", MessageBody }];
  expect(await rolesThat(new SendMessageBatchCommand({ QueueUrl, Entries }))).toEqual(senders);
});

testFull.each([
  ["ingress", ingress, [CANARY.replicator.name], [CANARY.replicator.name]],
  ["work", work, listeners, []],
  ["outbox", outbox, [FORWARDER.name], [FORWARDER.name]],
  ["standby", standby, [OWN.controller.name], []],
])("%s queue: only its functions take messages, and nobody purges", async (_, { url }, takers, delayers) => {
  const QueueUrl = url;
  const handle = { QueueUrl, ReceiptHandle: "none" };
  expect(await rolesThat(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }))).toEqual(takers);
  expect(await rolesThat(new DeleteMessageCommand(handle))).toEqual(takers);
  expect(await rolesThat(new ChangeMessageVisibilityCommand({ ...handle, VisibilityTimeout: 0 }))).toEqual(
    delayers,
  );
  expect(await rolesThat(new PurgeQueueCommand({ QueueUrl }))).toEqual([]);
});

testFull("people look into dead-letter queues, and empty them", async () => {
  for (const { url: QueueUrl } of [dlq, ingressDlq]) {
    expect(await rolesThat(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }))).toEqual([
      "anything",
    ]);
    expect(await rolesThat(new PurgeQueueCommand({ QueueUrl }))).toEqual(["anything"]);
  }
});

testFull(
  "an administrator reads, tags and changes the queues, and Terraform finds nothing to change and takes them away",
  async () => {
    for (const { url: QueueUrl } of QUEUES) {
      const client = clients.anything!;
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
      );
      const { Policy = "", MessageRetentionPeriod = "" } = Attributes ?? {};
      const changed = { Policy, MessageRetentionPeriod };
      await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: changed }));
      const { Tags = {} } = await client.send(new ListQueueTagsCommand({ QueueUrl }));
      await client.send(new TagQueueCommand({ QueueUrl, Tags }));
    }
    expect((await terraform.plan()).changes).toBe(false);
    await terraform.destroy();
  },
  240_000,
);
