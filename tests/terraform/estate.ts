import { cp } from "node:fs/promises";
import path from "node:path";
import { TerraformFolder } from "../../emulator/terraform-folder";
import { type PlannedResource, plannedResources, type ShownPlan } from "../../emulator/terraform-plan";
import { writeModules } from "../../stacks/hcl/write-modules";
import { callerIdentity } from "./caller-identity";
import { providerOf } from "./planned";

export const ACCOUNT = "111122223333";
const REGION = "us-east-1";
const PEER = "us_west_2";
const AWS = 'provider["registry.terraform.io/hashicorp/aws"]';

type Values = Readonly<Record<string, unknown>>;

/** Terraform of an estate, in a folder of its own, that never calls AWS: its states are what earlier plans would have made. */
export class Estate {
  private constructor(private readonly folder: TerraformFolder) {}

  /** With the modules, the examples and a queue by terraform-aws-sqs, as folders. */
  static async create(): Promise<Estate> {
    const folder = (await TerraformFolder.withProvider()).with(await callerIdentity());
    const copy = (from: string, to: string) => cp(from, path.join(folder.root, to), { recursive: true });
    writeModules(path.join(folder.root, "dist", "modules"));
    await copy(path.resolve(__dirname, "../../examples/modules"), path.join("examples", "modules"));
    await copy(path.join(__dirname, "sqs"), "sqs");
    return new Estate(folder);
  }

  /**
   * Plans a root module from a state.
   * @param folder below the root; files are put into it
   */
  async plan(folder: string, files: Readonly<Record<string, object>>, state?: object): Promise<ShownPlan> {
    const all = Object.entries({ ...files, ...(state && { "terraform.tfstate": state }) });
    const texts = all.map(([name, content]) => [path.join(folder, name), JSON.stringify(content)]);
    await this.folder.write(Object.fromEntries(texts));
    await this.folder.init(folder);
    return this.folder.plan(folder, "-refresh=false");
  }

  remove(): Promise<void> {
    return this.folder.remove();
  }
}

/** Providers of both regions. */
export const PROVIDERS = { provider: { aws: [providerOf(REGION), providerOf("us-west-2", PEER)] } };
/** The same, over those of an example. */
export const OVERRIDES = {
  "test_override.tf.json": {
    provider: {
      aws: [
        { ...providerOf(REGION), allowed_account_ids: null },
        { ...providerOf("us-west-2", PEER), allowed_account_ids: null },
      ],
    },
  },
};

/** The state after an apply of what was planned, of attributes that the plan knows or AWS is known to fill in. */
export function stateAfter(plan: ShownPlan): object {
  const resources = plannedResources(plan);
  const said = (type: string, name: string, attribute: string) =>
    resources.find((one) => one.type === type && queueNameOf(one, resources) === name)?.values[attribute];
  const inState = (resource: PlannedResource, region: string): Values => {
    if (resource.type === "aws_sqs_queue") return queueOf(resource.values, region, said);
    const name = queueNameOf(resource, resources);
    if (name === undefined) return resource.values;
    const url = urlOf(name, region);
    return { ...resource.values, id: url, queue_url: url };
  };
  const instances = resources.map((resource) => {
    const module = resource.address.slice(0, resource.address.indexOf(`.${resource.type}.`));
    const alias = module.endsWith(PEER) ? `.${PEER}` : "";
    const attributes = inState(resource, module.endsWith(PEER) ? "us-west-2" : REGION);
    const { type, name, index, schema_version } = resource;
    const instance = { schema_version, attributes, ...(index !== undefined && { index_key: index }) };
    return { module, mode: "managed", type, name, provider: `${AWS}${alias}`, instances: [instance] };
  });
  return {
    version: 4,
    terraform_version: "1.7.0",
    serial: 1,
    lineage: "adoption",
    outputs: {},
    resources: joined(instances),
  };
}

/** Instances of one resource stand together. */
function joined<T extends { module: string; type: string; name: string; instances: readonly object[] }>(
  resources: readonly T[],
): readonly T[] {
  const key = ({ module, type, name }: T) => `${module}.${type}.${name}`;
  return [...new Set(resources.map(key))].map((address) => {
    const same = resources.filter((one) => key(one) === address);
    return { ...same[0]!, instances: same.flatMap(({ instances }) => instances) };
  });
}

/** Resources about a queue name it by a URL that is not known before it is made; here they are of the queue with their address. */
function queueNameOf({ type, name, address }: PlannedResource, all: readonly PlannedResource[]) {
  if (!type.startsWith("aws_sqs_queue_")) return undefined;
  const module = address.slice(0, address.indexOf(`.${type}.`));
  const key = address.slice(address.lastIndexOf("["));
  // The redrive policy of the former module is named after the dead-letter queue.
  const queue = type === "aws_sqs_queue_redrive_policy" && name === "dlq" ? "this" : name;
  const found = all.find((one) => one.address === `${module}.aws_sqs_queue.${queue}${key}`);
  return found && String(found.values.name);
}

const urlOf = (name: string, region: string) => `https://sqs.${region}.amazonaws.com/${ACCOUNT}/${name}`;

function queueOf(
  values: Values,
  region: string,
  said: (type: string, name: string, attribute: string) => unknown,
): Values {
  const name = String(values.name);
  const url = urlOf(name, region);
  const of = (attribute: string) =>
    values[attribute] ?? said(`aws_sqs_queue_${attribute}`, name, attribute) ?? "";
  return {
    ...values,
    id: url,
    url,
    arn: `arn:aws:sqs:${region}:${ACCOUNT}:${name}`,
    name_prefix: "",
    policy: values.policy ?? said("aws_sqs_queue_policy", name, "policy") ?? "",
    redrive_policy: of("redrive_policy"),
    redrive_allow_policy: of("redrive_allow_policy"),
    max_message_size: values.max_message_size ?? 262_144,
    kms_data_key_reuse_period_seconds: values.kms_data_key_reuse_period_seconds ?? 300,
    kms_master_key_id: values.kms_master_key_id ?? "",
    content_based_deduplication: values.content_based_deduplication ?? false,
    deduplication_scope: values.deduplication_scope ?? (values.fifo_queue ? "queue" : ""),
    fifo_throughput_limit: values.fifo_throughput_limit ?? (values.fifo_queue ? "perQueue" : ""),
    tags_all: values.tags ?? {},
  };
}
