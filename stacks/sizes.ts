import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App, TerraformStack } from "cdktf";
import { parseConfiguration } from "../config/load";
import { IAM_ROLES } from "../core/limits";
import { groupStacks } from "./group-stacks";

const REGIONS = ["us-east-1", "us-west-2", "eu-west-1"];
const WITNESS = "us-east-2";
const ACCOUNT = "111122223333";
/** Logical queues up to which a group is synthesized to be counted. Above them each queue adds the same. */
const COUNTED = 10;

/** How much of something a failover group makes, by Terraform type, and of executions that functions reserve. */
export type Amounts = Readonly<Record<string, number>>;

/** What a failover group makes in its account, which is one for all regions. */
export interface GroupSize {
  readonly inAccount: Amounts;
  /** In the region that has most: the first, where the group's own things are. */
  readonly inRegion: Amounts;
}

/** Executions that functions reserve, beside the types of resources. */
export const RESERVED = "reserved executions";

/**
 * Sizes of groups with ledger, records and health by endpoint, of default settings; two regions with a witness.
 * @param regions 2 or 3
 * @returns tells the size of a group with so many logical queues, 1 or more
 */
export function groupSizes(regions: number): (queues: number) => GroupSize {
  const most = countedSize(COUNTED, regions);
  const oneMore = countedSize(COUNTED + 1, regions);
  const grown = (part: keyof GroupSize, queues: number) =>
    Object.fromEntries(
      Object.entries(oneMore[part]).map(([type, amount]) => {
        const before = most[part][type] ?? 0;
        return [type, before + (queues - COUNTED) * (amount - before)];
      }),
    );
  return (queues) => {
    if (queues < COUNTED) return countedSize(queues, regions);
    return { inAccount: grown("inAccount", queues), inRegion: grown("inRegion", queues) };
  };
}

/** The same, with the group synthesized. */
export function countedSize(queues: number, regions: number): GroupSize {
  const outdir = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-sizes-"));
  try {
    const names = REGIONS.slice(0, regions);
    const configuration = parseConfiguration({
      failover_group: "shop",
      account_quotas: { iam_roles: IAM_ROLES.max },
      regions: Object.fromEntries(names.map((name) => [name, { account: ACCOUNT }])),
      recovery: regions === 2 ? { witness: { region: WITNESS } } : {},
      ledger: {},
      dns: { zone_id: "Z0123456789ABC", record: "orders.shop.example" },
      queues: Object.fromEntries(Array.from({ length: queues }, (_, index) => [`queue-${index}`, {}])),
    });
    const app = new App({ outdir });
    const regional = groupStacks(app, configuration);
    const first = regional.get(names[0]!)!;
    const spanning = app.node.children.filter(
      (stack) => TerraformStack.isStack(stack) && ![...regional.values()].some((one) => one === stack),
    ) as TerraformStack[];
    return {
      inAccount: sumOf([...regional.values(), ...spanning].map(amountsOf)),
      inRegion: sumOf(
        [first, ...spanning.filter(({ node }) => !node.id.endsWith("-witness"))].map(amountsOf),
      ),
    };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function amountsOf(stack: TerraformStack): Amounts {
  const { resource = {} } = stack.toTerraform() as {
    readonly resource?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  };
  const functions = Object.values(resource.aws_lambda_function ?? {});
  return {
    ...Object.fromEntries(
      Object.entries(resource).map(([type, byName]) => [type, Object.keys(byName).length]),
    ),
    [RESERVED]: functions.reduce(
      (sum, { reserved_concurrent_executions: reserved = 0 }) => sum + Number(reserved),
      0,
    ),
  };
}

function sumOf(all: readonly Amounts[]): Amounts {
  const sum: Record<string, number> = {};
  for (const amounts of all)
    for (const [type, amount] of Object.entries(amounts)) sum[type] = (sum[type] ?? 0) + amount;
  return sum;
}
