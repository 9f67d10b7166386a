import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { TerraformFolder } from "./terraform-folder";
import { changedResources, type ResourceChange, type TerraformPlan } from "./terraform-plan";

/** A run of `terraform test`: https://developer.hashicorp.com/terraform/language/tests */
export interface Run {
  /** @default apply */
  readonly command?: "plan";
  /** Replace those of the file, each as a whole. */
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly [argument: string]: unknown;
}

/** What a plan does, by the addresses of resources, in a fixed order. */
export interface PlanChanges {
  readonly comes: readonly string[];
  readonly goes: readonly string[];
  readonly changes: readonly string[];
  readonly replaced: readonly string[];
}

export const NOTHING: PlanChanges = { comes: [], goes: [], changes: [], replaced: [] };

const ACCOUNT = "111122223333";

/** Values that the provider checks where others refer to them. */
const MOCKS = {
  aws_cloudwatch_event_rule: { arn: `arn:aws:events:us-east-1:${ACCOUNT}:rule/mock` },
  aws_sqs_queue: {
    arn: `arn:aws:sqs:us-east-1:${ACCOUNT}:mock`,
    url: `https://sqs.us-east-1.amazonaws.com/${ACCOUNT}/mock`,
  },
  aws_iam_policy: { arn: `arn:aws:iam::${ACCOUNT}:policy/mock` },
  aws_iam_role: { arn: `arn:aws:iam::${ACCOUNT}:role/mock` },
  aws_lambda_function: { arn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:mock` },
};
/** What the provider knows of itself. */
const MOCKED_DATA = {
  aws_caller_identity: { account_id: ACCOUNT },
  aws_region: { id: "us-east-1" },
};

/**
 * Runs `terraform test` in a folder with a mocked provider. Runs share a state, each unless it says otherwise.
 * @param name of the file that it writes
 * @param runs by their names, in order
 * @returns the plan of each run that plans
 * @throws Error when a run fails, with what Terraform says
 */
export async function testRuns(
  folder: string,
  name: string,
  variables: Readonly<Record<string, unknown>>,
  runs: Readonly<Record<string, Run>>,
): Promise<ReadonlyMap<string, TerraformPlan>> {
  const terraform = await TerraformFolder.at(folder);
  const file = `${name}.tftest.json`;
  await terraform.write({ [file]: JSON.stringify(testFile(variables, runs)) });
  await terraform.init(".", "-backend=false");
  return plansOf(
    spawn("terraform", [`-chdir=${folder}`, "test", "-json", "-verbose", `-filter=${file}`], {
      env: terraform.environment,
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
}

/** Plans that a test tells of: https://developer.hashicorp.com/terraform/internals/machine-readable-ui */
async function plansOf(
  test: ChildProcessByStdio<null, Readable, Readable>,
): Promise<ReadonlyMap<string, TerraformPlan>> {
  const ended = new Promise<number | null>((resolve, reject) => {
    test.once("error", reject);
    test.once("close", resolve);
  });
  const plans = new Map<string, TerraformPlan>();
  const faults: string[] = [];
  test.stderr.setEncoding("utf8").on("data", (text: string) => faults.push(text));
  // A plan brings the schema of the whole provider with it: the lines together are too long for a text.
  for await (const line of createInterface({ input: test.stdout })) {
    if (!line.startsWith("{")) continue;
    const { type, test_plan, diagnostic, "@testrun": run } = JSON.parse(line);
    if (type === "test_plan") plans.set(run, { resource_changes: test_plan.resource_changes });
    if (diagnostic?.severity === "error") {
      faults.push(`${run}: ${diagnostic.summary}: ${diagnostic.detail}\n`);
    }
  }
  if ((await ended) !== 0) throw new Error(`terraform test failed:\n${faults.join("")}`);
  return plans;
}

function testFile(variables: Readonly<Record<string, unknown>>, runs: Readonly<Record<string, Run>>): object {
  const mocks = (byType: object) =>
    Object.entries(byType).map(([type, defaults]) => ({ [type]: { defaults } }));
  return {
    mock_provider: { aws: { mock_resource: mocks(MOCKS), mock_data: mocks(MOCKED_DATA) } },
    variables,
    run: Object.entries(runs).map(([name, run]) => ({ [name]: run })),
  };
}

/** What a plan changes. A mocked provider calls all that stays an update, so it is told here what cannot be updated. */
export function changesOf(plan: TerraformPlan): PlanChanges {
  const all = changedResources(plan);
  const addresses = (kind: keyof PlanChanges) =>
    all
      .filter((change) => kindOf(change) === kind)
      .map(({ address }) => address)
      .sort();
  return {
    comes: addresses("comes"),
    goes: addresses("goes"),
    changes: addresses("changes"),
    replaced: addresses("replaced"),
  };
}

function kindOf(change: ResourceChange): keyof PlanChanges {
  switch (change.change.actions.join()) {
    case "create":
      return "comes";
    case "delete":
      return "goes";
    case "update":
      return isReplacement(change) ? "replaced" : "changes";
    default:
      return "replaced";
  }
}

/** Arguments by which a resource is known: another value is another resource (https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs). */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  aws_cloudwatch_event_rule: ["name"],
  aws_cloudwatch_event_target: ["rule", "target_id"],
  aws_cloudwatch_log_group: ["name"],
  aws_cloudwatch_metric_alarm: ["alarm_name"],
  aws_dynamodb_resource_policy: ["resource_arn"],
  aws_dynamodb_table: ["name", "hash_key", "range_key"],
  aws_iam_policy: ["name", "path", "description"],
  aws_iam_role: ["name", "path"],
  aws_iam_role_policy: ["name", "role"],
  aws_iam_role_policy_attachment: ["role", "policy_arn"],
  aws_lambda_event_source_mapping: ["event_source_arn"],
  aws_lambda_function: ["function_name"],
  aws_lambda_function_event_invoke_config: ["function_name"],
  aws_lambda_function_url: ["function_name"],
  aws_lambda_permission: [
    "function_name",
    "statement_id",
    "action",
    "principal",
    "source_arn",
    "function_url_auth_type",
  ],
  aws_scheduler_schedule: ["name"],
  aws_sqs_queue: ["name", "fifo_queue"],
  aws_sqs_queue_redrive_policy: ["queue_url"],
  aws_ssm_parameter: ["name"],
};

function isReplacement(change: ResourceChange): boolean {
  const { before, after } = change.change;
  return fixedArguments(change).some(
    (name) => (argument(before, name) ?? false) !== (argument(after, name) ?? false),
  );
}

/** What a planned resource is known by, as far as a plan tells. @throws Error for a type of which {@link FIXED} says nothing */
export function identityOf(resource: ResourceChange): Readonly<Record<string, unknown>> {
  const { after } = resource.change;
  const known = fixedArguments(resource).map((name) => [name, argument(after, name)] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined && value !== null));
}

function fixedArguments({ address, type }: ResourceChange): readonly string[] {
  const fixed = FIXED[type];
  if (fixed === undefined) throw new Error(`${address}: nobody says what of ${type} cannot be updated`);
  return fixed;
}

function argument(values: unknown, name: string): unknown {
  return (values as Readonly<Record<string, unknown>>)[name];
}
