import type { ConfigurationInput } from "../../config/schema";
import { GlobalStack } from "../../stacks/global-stack";
import { configuration } from "../fixtures";
import { StackDirectory } from "./stack-directory";

jest.setTimeout(180_000);

type Billing = NonNullable<NonNullable<ConfigurationInput["ledger"]>["billing"]>;
const BILLINGS: readonly Billing[] = [
  { type: "on_demand" },
  {
    type: "provisioned",
    read_capacity_units: 5,
    maximum_read_capacity_units: 500,
    write_capacity_units: 10,
    maximum_write_capacity_units: 1_000,
  },
];

test.each(BILLINGS)("terraform accepts a ledger billed $type, and its tests pass", async (billing) => {
  const stack = await StackDirectory.of((app, directory) => {
    const settings = configuration({
      recovery: {},
      ledger: { billing },
      state_backend: { type: "local", directory },
    });
    return new GlobalStack(app, settings);
  }, `ledger-${billing.type}.tftest.hcl`);
  try {
    expect(await stack.validate()).toMatchObject({ valid: true, warning_count: 0 });
    expect(await stack.test()).toMatchObject({
      status: "pass",
      passed: 2,
      failed: 0,
      errored: 0,
      skipped: 0,
    });
  } finally {
    await stack.remove();
  }
});
