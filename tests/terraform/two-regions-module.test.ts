import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeModules } from "../../stacks/hcl/write-modules";
import { callFiles, type Planned, planned, providerOf } from "./planned";

jest.setTimeout(300_000);

const ACCOUNT = "111122223333";
const [FIRST, SECOND] = ["us-east-1", "us-west-2"];
const GROUP = {
  failover_group: "pay",
  regions: { [FIRST]: { account: ACCOUNT }, [SECOND]: { account: ACCOUNT } },
  recovery: { witness: { region: "us-east-2" } },
  ledger: {},
  dns: { zone_id: "Z0123456789ABC", record: "pay.example.com" },
};
const QUEUES = { queues: { orders: { fifo: true } } };

let root: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-two-"));
  writeModules(root);
});

afterAll(() => rm(root, { recursive: true, force: true }));

test("the module of two regions makes what both calls and the global module make", async () => {
  const hosts = {
    health_hosts: { [FIRST]: "${terraform_data.host.id}", [SECOND]: "${terraform_data.host.id}" },
  };
  const unknown = { resource: { terraform_data: { host: {} } } };
  const [both, ...parts] = await Promise.all([
    planned(bothFiles(), { modules: root }),
    planned(callFiles({ ...GROUP, ...QUEUES }, FIRST), { module: path.join(root, "region") }),
    planned(callFiles({ ...GROUP, ...QUEUES }, SECOND), { module: path.join(root, "region") }),
    planned(callFiles({ ...GROUP, ...hosts }, FIRST, unknown), { module: path.join(root, "global") }),
  ]);
  const all: Planned = parts.flat().sort();
  expect(both).toEqual(all);
});

function bothFiles(): Readonly<Record<string, string>> {
  return {
    "main.tf.json": JSON.stringify({
      provider: { aws: [providerOf(FIRST, "east"), providerOf(SECOND, "west")] },
      module: {
        both: {
          source: "./modules/two-regions",
          providers: { "aws.first": "aws.east", "aws.second": "aws.west" },
          check_account: false,
          first_region: FIRST,
          second_region: SECOND,
          ...GROUP,
          ...QUEUES,
        },
      },
    }),
  };
}
