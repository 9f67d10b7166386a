import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { OwnershipUnknown } from "../../client/gate";
import { regionGate } from "../../client/region-gate";
import type { OwnershipView } from "../../ownership/view";
import { named } from "../ledger/model-table";
import { stopClock } from "./clock";
import { view } from "./views";

const NOW = 1_700_000_100_000;
const ssm = mockClient(SSMClient);
const options = { failoverGroup: "shop", regions: ["us-east-1", "us-west-2"], region: "us-east-1" };

/** Has the parameters of the region say this, written by its controller just now. */
function say({ roles, states }: OwnershipView): void {
  const values = new Map<string, object>([
    ["/sqs-multi-region/shop/roles", roles],
    ["/sqs-multi-region/shop/states", { ...states, checkedAt: Date.now() }],
  ]);
  ssm.on(GetParametersCommand).callsFake(({ Names }: { Names: string[] }) => ({
    Parameters: Names.flatMap((Name) =>
      values.has(Name) ? [{ Name, Value: JSON.stringify(values.get(Name)) }] : [],
    ),
  }));
}

let pass: (milliseconds: number) => void;

beforeEach(() => {
  ssm.reset();
  pass = stopClock(NOW);
});

describe("regionGate", () => {
  test("opens and closes by the parameters of the group, some seconds after they have changed", async () => {
    const gate = regionGate(options);
    say(view());
    expect(await gate.isOpen()).toBe(true);
    say(view("us-west-2"));
    expect(await gate.isOpen()).toBe(true);
    pass(10_000);
    expect(await gate.isOpen()).toBe(false);
  });

  test("stays as it is while nothing can be read", async () => {
    const gate = regionGate(options);
    say(view("us-west-2"));
    await gate.isOpen();
    ssm.on(GetParametersCommand).rejects(named("ThrottlingException"));
    pass(3_600_000);
    expect(await gate.isOpen()).toBe(false);
  });

  test("fails when nothing was ever read", async () => {
    ssm.on(GetParametersCommand).rejects(named("AccessDeniedException"));
    await expect(regionGate(options).isOpen()).rejects.toThrow(new OwnershipUnknown("AccessDeniedException"));
  });

  test("with records is open when the record names the region too", async () => {
    let owner = "us-west-2";
    const resolver = {
      text: async (name: string) => (name === "owner.us-east-1.orders.example.com" ? owner : ""),
    };
    const gate = regionGate({
      ...options,
      records: { record: "orders.example.com", ttlSeconds: 60, resolver },
    });
    say(view());
    expect(await gate.isOpen()).toBe(false);
    owner = "us-east-1";
    pass(59_000);
    expect(await gate.isOpen()).toBe(false);
    pass(1_000);
    expect(await gate.isOpen()).toBe(true);
  });

  test("is of the region in which the code runs", () => {
    const { region: _, ...anywhere } = options;
    const before = process.env.AWS_REGION;
    try {
      process.env.AWS_REGION = "eu-west-1";
      expect(() => regionGate(anywhere)).toThrow("must contain the own region, eu-west-1");
      delete process.env.AWS_REGION;
      expect(() => regionGate(anywhere)).toThrow("AWS_REGION is not set");
    } finally {
      if (before === undefined) delete process.env.AWS_REGION;
      else process.env.AWS_REGION = before;
    }
  });
});
