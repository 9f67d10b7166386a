import { writeFileSync } from "node:fs";
import path from "node:path";
import { figure, type ResourceQuotas } from "../core/quotas/rules";
import { QUOTAS } from "../core/quotas/table";
import { type Amounts, type GroupSize, groupSizes, RESERVED } from "./sizes";

const FILE = path.join(__dirname, "..", "docs", "reference", "sizes.md");

/** Logical queues, and groups over which they are spread: a group takes somewhat more than a hundred. */
const SIZES = [
  { queues: 1, groups: 1 },
  { queues: 10, groups: 1 },
  { queues: 100, groups: 1 },
  { queues: 500, groups: 5 },
];
const REGIONS = [2, 3];
const CONCURRENCY = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html";

/** A number of an account that AWS limits. */
interface Row {
  readonly what: string;
  readonly part: keyof GroupSize;
  readonly types: readonly string[];
  /** Undefined where AWS names none. */
  readonly quota?: { readonly max: number; readonly raisable: boolean; readonly page: string };
}

/** What grows without a quota of AWS, for whoever wants to know. */
const UNLIMITED: readonly Row[] = [
  { what: "queues", part: "inRegion", types: ["aws_sqs_queue"] },
  { what: "functions", part: "inRegion", types: ["aws_lambda_function"] },
  { what: "event source mappings", part: "inRegion", types: ["aws_lambda_event_source_mapping"] },
];

/** What AWS keeps for functions without a reservation: 100 of 1,000. */
const EXECUTIONS: Row = {
  what: "reserved executions of functions",
  part: "inRegion",
  types: [RESERVED],
  quota: { max: 900, raisable: true, page: CONCURRENCY },
};

/** docs/reference/sizes.md, made from synthesized groups and the table of quotas. */
export function sizesReference(): string {
  const columns = REGIONS.flatMap((regions) => {
    const sizeOf = groupSizes(regions);
    return SIZES.map(({ queues, groups }) => ({ queues, groups, regions, size: sizeOf(queues / groups) }));
  });
  const rows = [...limited(), EXECUTIONS, ...UNLIMITED].flatMap((row) => {
    const cells = columns.map(({ groups, size }) => groups * amountOf(size[row.part], row.types));
    if (cells.every((cell) => cell === 0)) return [];
    const over = (cell: number) => row.quota !== undefined && cell > row.quota.max;
    const place = row.part === "inAccount" ? "account" : "region";
    return [
      [
        row.what,
        place,
        row.quota
          ? `[${figure(row.quota.max)}](${row.quota.page})${row.quota.raisable ? "" : ", fixed"}`
          : "none",
        ...cells.map((cell) => (over(cell) ? `**${figure(cell)}**` : figure(cell))),
      ],
    ];
  });
  const heads = columns.map(({ queues, regions }) => `${figure(queues)} in ${regions}`);
  return `# Prerequisites and sizes

Made by \`npm run build\` from synthesized groups and \`core/quotas/table.ts\`: what a group needs of an account, by the number of its logical queues and regions. The group has recovery, a managed ledger, records and health by endpoint; two regions have a witness. All regions are of one account. What AWS has to raise first is **bold**; what else the account has comes on top.

Before the first apply:

- Each region is enabled for the account, which matters for [opt-in regions](https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html).
- The account has 1,000 concurrent executions in each region. A new account may have 10, of which none can be reserved: set \`recovery.controller_concurrency_reserved\` to \`false\` until AWS has raised them.
- A quota of roles that was raised stands in \`account_quotas.iam_roles\`.
- IAM can be changed. Its control plane is in us-east-1.

500 logical queues are five groups of 100.

| what | per | AWS has | ${heads.join(" | ")} |
|---|---|--:|${heads.map(() => "--:|").join("")}
${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}
`;
}

/** What the table of quotas counts, one row for types that count together. */
function limited(): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const [type, { count }] of Object.entries<ResourceQuotas>(QUOTAS)) {
    if (count === undefined || (count.per !== "account" && count.per !== "account and region")) continue;
    const before = rows.get(count.of);
    rows.set(count.of, {
      what: count.of,
      part: count.per === "account" ? "inAccount" : "inRegion",
      types: [...(before?.types ?? []), type],
      quota: count,
    });
  }
  return [...rows.values()];
}

function amountOf(amounts: Amounts, types: readonly string[]): number {
  return types.reduce((sum, type) => sum + (amounts[type] ?? 0), 0);
}

if (require.main === module) writeFileSync(FILE, sizesReference());
