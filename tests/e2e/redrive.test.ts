import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { GetQueueAttributesCommand, ListQueuesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { AS_AWS } from "../../emulator/as-aws";
import { runCleanup } from "../../emulator/cleanup";
import { sqsClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { Terraform } from "../../emulator/terraform";
import { changesOf, NOTHING } from "../../emulator/test-runs";
import { CALL } from "../../scripts/module-contract";
import { writeModules } from "../../stacks/hcl/write-modules";
import { testFull } from "../tier";

/** Where the call makes its region. */
const REGION = "us-east-1";
const ACCOUNT = "111122223333";
/** What a root has beside the call. */
const ROOT = `terraform {\n  backend "local" {}\n}\n\nprovider "aws" {\n  region = "${REGION}"\n}\n`;
/** What of the call would have to be there before: https://developer.hashicorp.com/terraform/language/files/override */
const OVERRIDE = `module "region" {
  regions              = { for region in local.regions : region => { account = local.account } }
  permissions_boundary = null
}
`;

/** Ingress queue of the logical queue that becomes synchronous at last. */
const MAILS = "prod-mails-ingress";

/** What the emulator does not keep: provisioned pollers. */
const FORGOTTEN = ['module.region.aws_lambda_event_source_mapping.replicator["payments"]'];

let emulator: Emulator;
let sqs: SQSClient;
let root: string;

beforeAll(async () => {
  emulator = await startEmulator({ regions: [REGION], asAws: { ...AS_AWS, seed: "redrive" } });
  sqs = sqsClient(emulator, { region: REGION, account: ACCOUNT });
  root = await mkdtemp(path.join(os.tmpdir(), "redrive-"));
}, 240_000);

afterAll(async () => {
  sqs.destroy();
  await runCleanup();
  await rm(root, { recursive: true, force: true });
});

/** Redrive policies that SQS goes by, by queue. */
async function redrivePolicies(): Promise<Readonly<Record<string, string>>> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const policies = QueueUrls.map(async (QueueUrl) => {
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["RedrivePolicy"] });
    const { RedrivePolicy } = (await sqs.send(asked)).Attributes ?? {};
    return RedrivePolicy ? [[path.basename(QueueUrl), RedrivePolicy] as const] : [];
  });
  return Object.fromEntries((await Promise.all(policies)).flat());
}

testFull(
  "an ingress queue that becomes sync loses its redrive policy, and no other queue does",
  async () => {
    const directory = path.join(root, "call");
    writeModules(directory);
    await cp(CALL, path.join(directory, "main.tf"));
    await writeFile(path.join(directory, "root.tf"), ROOT);
    await writeFile(path.join(directory, "main_override.tf"), OVERRIDE);
    const terraform = new Terraform({
      emulator,
      directory,
      name: "redrive",
      region: REGION,
      account: ACCOUNT,
    });
    await terraform.init();
    await terraform.apply();
    expect(changesOf((await terraform.plan()).plan)).toEqual({ ...NOTHING, changes: FORGOTTEN });
    const before = await redrivePolicies();

    const call = path.join(directory, "main.tf");
    await writeFile(
      call,
      (await readFile(call, "utf8")).replace(/(mails = {\s+mode += )"semi-sync"/, '$1"sync"'),
    );
    await terraform.apply();
    const { [MAILS]: ended, ...others } = before;
    expect(ended).toBeDefined();
    expect(await redrivePolicies()).toEqual(others);
  },
  900_000,
);
