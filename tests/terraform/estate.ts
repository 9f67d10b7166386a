import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeModules } from "../../stacks/module/write-modules";
import { childEnvironment } from "../emulator/environment";
import { runCommand } from "../emulator/run-command";
import { terraformCli } from "../emulator/terraform-cli";
import { callerIdentity } from "./caller-identity";
import { PROVIDER } from "./planned";

export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";
const PEER = "us_west_2";
const AWS = 'provider["registry.terraform.io/hashicorp/aws"]';

/** Terraform's state and plans, as far as they are looked at here: https://developer.hashicorp.com/terraform/internals/json-format */
export interface Planned {
  readonly planned_values: { readonly root_module: PlannedModule };
  readonly resource_changes?: readonly ResourceChange[];
}

export interface ResourceChange {
  readonly address: string;
  readonly previous_address?: string;
  readonly type: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Values | null;
    readonly after: Values | null;
  };
}

type Values = Readonly<Record<string, unknown>>;

interface PlannedModule {
  readonly resources?: readonly PlannedResource[];
  readonly child_modules?: readonly PlannedModule[];
}

interface PlannedResource {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  readonly index?: number | string;
  readonly schema_version: number;
  readonly values: Values;
}

/** Terraform of an estate, in a folder of its own, that never calls AWS: its states are what earlier plans would have made. */
export class Estate {
  private constructor(
    private readonly root: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** With the modules, the examples and a queue by terraform-aws-sqs, as folders. */
  static async create(): Promise<Estate> {
    const root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-adoption-"));
    writeModules(path.join(root, "dist", "modules"));
    await cp(path.resolve(__dirname, "../../examples/modules"), path.join(root, "examples", "modules"), {
      recursive: true,
    });
    await cp(path.join(__dirname, "sqs"), path.join(root, "sqs"), { recursive: true });
    const { configFile } = await terraformCli(root);
    return new Estate(
      root,
      childEnvironment({ TF_CLI_CONFIG_FILE: configFile, ...(await callerIdentity()) }),
    );
  }

  /**
   * Plans a root module from a state.
   * @param folder below the root; files are put into it
   */
  async plan(folder: string, files: Readonly<Record<string, object>>, state?: object): Promise<Planned> {
    const place = path.join(this.root, folder);
    await mkdir(place, { recursive: true });
    const all = { ...files, ...(state && { "terraform.tfstate": state }) };
    for (const [name, content] of Object.entries(all)) {
      await writeFile(path.join(place, name), JSON.stringify(content));
    }
    const terraform = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await runCommand(
        "terraform",
        [`-chdir=${place}`, ...args],
        this.environment,
      );
      if (exitCode !== 0) throw new Error(`terraform ${args[0]} failed:\n${stdout}${stderr}`);
      return stdout;
    };
    await terraform("init", "-input=false", "-no-color");
    await terraform("plan", "-input=false", "-no-color", "-refresh=false", "-out=plan");
    return JSON.parse(await terraform("show", "-json", "plan"));
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }
}

const provider = (region: string, alias?: string) => ({ ...PROVIDER, region, ...(alias && { alias }) });
/** Providers of both regions. */
export const PROVIDERS = { provider: { aws: [provider(REGION), provider("us-west-2", PEER)] } };
/** The same, over those of an example. */
export const OVERRIDES = {
  "test_override.tf.json": {
    provider: {
      aws: [
        { ...provider(REGION), allowed_account_ids: null },
        { ...provider("us-west-2", PEER), allowed_account_ids: null },
      ],
    },
  },
};

/** The state after an apply of what was planned, of attributes that the plan knows or AWS is known to fill in. */
export function stateAfter({ planned_values }: Planned): object {
  // What a plan forgets stands in it without values.
  const resources = resourcesIn(planned_values.root_module).filter(
    ({ mode, values }) => mode === "managed" && values !== undefined,
  );
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

function resourcesIn({ resources = [], child_modules = [] }: PlannedModule): readonly PlannedResource[] {
  return [...resources, ...child_modules.flatMap(resourcesIn)];
}
