import { readFileSync } from "node:fs";
import path from "node:path";
import { PROJECT_ROOT } from "../../emulator/paths";
import { countedSize, groupSizes } from "../../stacks/sizes";
import { sizesReference } from "../../stacks/write-sizes";
import { violationsIn } from "../config/violations";
import { configurationInput, HOME_ACCOUNT } from "../fixtures";

test("docs/reference/sizes.md is up to date (npm run build writes it)", () => {
  expect(
    readFileSync(path.join(PROJECT_ROOT, "docs", "reference", "sizes.md"), "utf8") === sizesReference(),
  ).toBe(true);
});

test("a group that is reckoned is as large as one that is synthesized", () => {
  expect(groupSizes(2)(17)).toEqual(countedSize(17, 2));
  expect(groupSizes(3)(13)).toEqual(countedSize(13, 3));
});

test("the configuration counts as many roles as are made", () => {
  const regions = ["us-east-1", "us-west-2", "eu-west-1"];
  const [violation] = violationsIn(
    configurationInput({
      account_quotas: { iam_roles: 1 },
      regions: Object.fromEntries(regions.map((region) => [region, { account: HOME_ACCOUNT }])),
      recovery: {},
      ledger: {},
      dns: { zone_id: "Z0123456789ABC", record: "orders.shop.example" },
      queues: Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`queue-${index}`, {}])),
    }),
  );
  const { aws_iam_role: roles } = countedSize(5, 3).inAccount;
  expect(violation?.value).toBe(`${roles} IAM roles in account ${HOME_ACCOUNT}`);
});
