import type { ConfigurationInput } from "../../config/schema";
import { FUNCTION_ENVIRONMENT_MAX_BYTES, MANAGED_POLICY_MAX_CHARACTERS } from "../../core/limits";
import { controllerSettings } from "../../replicator/control/settings";
import { configuration, HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";
import { Template } from "../template";

type RecoveryInput = NonNullable<ConfigurationInput["recovery"]>;

const REGIONS = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-south-1"];
const WITNESS = { region: "us-east-2" };
const regionsOf = (count: number) =>
  Object.fromEntries(REGIONS.slice(0, count).map((region) => [region, { account: HOME_ACCOUNT }]));
const keysOf = (...regions: readonly string[]) =>
  Object.fromEntries(
    regions.map((region) => [
      region,
      `arn:aws:kms:${region}:${HOME_ACCOUNT}:key/11111111-1111-1111-1111-111111111111`,
    ]),
  );
const region = (recovery: RecoveryInput = {}, over: Partial<ConfigurationInput> = {}, name = "us-east-1") =>
  Template.of(
    configuration({
      regions: regionsOf(2),
      recovery: { takeover: "manual", ...recovery },
      dns: { zone_id: "Z0123456789ABC", record: "orders.example.com" },
      ...over,
    }),
    name,
  );
const table = (template: Template) => template.resource("aws_dynamodb_table", "shop_ownership");

describe("the table of ownership", () => {
  test("is one in every region, by one name, and stands for itself", () => {
    for (const name of REGIONS.slice(0, 3)) {
      const template = region({}, { regions: regionsOf(3), naming: { prefix: "acme-" } }, name);
      expect(template.counts["aws: aws_dynamodb_table"]).toBe(1);
      expect(table(template)).toEqual({
        provider: "aws",
        name: "acme-shop-ownership",
        billing_mode: "PAY_PER_REQUEST",
        hash_key: "kind",
        range_key: "of",
        attribute: [
          { name: "kind", type: "S" },
          { name: "of", type: "S" },
        ],
        point_in_time_recovery: { enabled: false },
        deletion_protection_enabled: true,
        tags: { "sqs-multi-region:failover-group": "shop", "sqs-multi-region:role": "ownership" },
      });
    }
  });

  test("is there with recovery alone", () => {
    expect(Template.of(configuration(), "us-east-1").json.resource).not.toHaveProperty("aws_dynamodb_table");
  });

  test("lets itself be deleted when told so", () => {
    expect(table(region({ ownership_deletion_protection: false }))).toMatchObject({
      deletion_protection_enabled: false,
    });
  });

  test("is encrypted by the key of its region, where there is one", () => {
    const keys = keysOf("us-east-1", "us-west-2");
    for (const name of ["us-east-1", "us-west-2"]) {
      expect(table(region({ ownership_kms_key_arns: keys }, {}, name))).toMatchObject({
        server_side_encryption: { enabled: true, kms_key_arn: keys[name] },
      });
    }
  });
});

describe("rights", () => {
  const arns = (...regions: readonly string[]) =>
    regions.map((name) => `arn:aws:dynamodb:${name}:${HOME_ACCOUNT}:table/shop-ownership`);
  const allow = (
    Sid: string,
    Action: readonly string[],
    Resource: readonly string[],
    ...kinds: string[]
  ) => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
    Condition: {
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": kinds },
    },
  });
  const WITH_WITNESS = region({ witness: WITNESS }, { ledger: {} });
  const TABLES = arns("us-east-1", "us-west-2", "us-east-2");
  const VOTERS = arns("*");
  const PASSES = allow("Passes", ["dynamodb:GetItem"], TABLES, "pass");
  const VOTE = allow(
    "Vote",
    ["dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    VOTERS,
    "lease",
    "order",
    "pass",
  );
  const NOTE = allow("Note", ["dynamodb:Query", "dynamodb:PutItem"], TABLES.slice(0, 2), "notes");
  /** Statements about the tables of ownership, by who has them. */
  const rightsIn = (template: Template) => {
    const outputs = Object.entries(template.json.output).filter(([name]) => name.endsWith("_policy"));
    const documents = [
      ...Object.keys(template.json.resource.aws_iam_role_policy!).map(
        (role) => [role, template.document("aws_iam_role_policy", role, "policy").Statement] as const,
      ),
      ...outputs.map(([name, { value }]) => [name, JSON.parse(String(value)).Statement] as const),
    ];
    const about = documents.map(([of, statements]) => [
      of,
      statements.filter((statement: object) => JSON.stringify(statement).includes("-ownership")),
    ]);
    return Object.fromEntries(about.filter(([, statements]) => statements!.length > 0));
  };

  test("are those of controllers, readers and operators, on every member's table and the witness's", () => {
    expect(rightsIn(WITH_WITNESS)).toEqual({
      shop_controller: [VOTE, NOTE],
      shop_health: [{ ...PASSES, Sid: "Pass", Resource: TABLES[0] }],
      orders_replicator: [PASSES],
      "orders_forwarder_us-west-2": [PASSES],
      "orders_drainer_us-west-2": [PASSES],
      orders_consumer_policy: [PASSES],
      operator_policy: [
        allow("LookAtVoters", ["dynamodb:Query"], VOTERS, "lease", "order", "pass"),
        allow("OrderAtVoters", ["dynamodb:PutItem", "dynamodb:UpdateItem"], VOTERS, "order"),
        allow("RestoreVoters", ["dynamodb:PutItem"], VOTERS, "lease"),
      ],
    });
  });

  test("are on the tables of all regions, whether they vote or not", () => {
    const rights = rightsIn(region({}, { regions: regionsOf(4) }));
    const all = arns(...REGIONS.slice(0, 4));
    expect(rights.shop_controller).toEqual([VOTE, { ...NOTE, Resource: all }]);
    expect(rights.orders_replicator).toEqual([{ ...PASSES, Resource: all }]);
  });

  test("are on the witness's table in its own account", () => {
    const rights = rightsIn(region({ witness: { ...WITNESS, account: "444455556666" } }));
    expect((rights.shop_controller as { Resource: string[] }[])[0]!.Resource.at(-1)).toBe(
      "arn:aws:dynamodb:us-east-2:444455556666:table/shop-ownership",
    );
  });

  test("are nobody's without recovery, nor of a logical queue without copies", () => {
    expect(rightsIn(Template.of(configuration(), "us-east-1"))).toEqual({});
    const kept = region({}, { queues: { kept: { mode: "none" } } });
    expect(Object.keys(rightsIn(kept)).sort()).toEqual(["operator_policy", "shop_controller", "shop_health"]);
  });

  test("include the keys of all those tables, to decrypt, where there are some", () => {
    const keys = keysOf("us-east-1", "us-west-2", "us-east-2");
    const template = region({ witness: WITNESS, ownership_kms_key_arns: keys });
    const expected = {
      Sid: "OwnershipKey",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: Object.values(keys),
    };
    const roles = [
      "shop_controller",
      "orders_replicator",
      "orders_forwarder_us-west-2",
      "orders_drainer_us-west-2",
    ];
    const statements = [
      ...roles.map((role) => template.document("aws_iam_role_policy", role, "policy").Statement),
      ...["orders_consumer_policy", "operator_policy"].map(
        (name) => JSON.parse(String(template.json.output[name]!.value)).Statement,
      ),
    ];
    for (const list of statements) expect(list).toContainEqual(expected);
    const ofHealth = template.document("aws_iam_role_policy", "shop_health", "policy").Statement;
    expect(ofHealth).toContainEqual({ ...expected, Resource: keys["us-east-1"] });
    expect(JSON.stringify(WITH_WITNESS.json)).not.toContain("OwnershipKey");
  });

  test("of consumers and operators fit into a managed policy with all that makes them longer", () => {
    const keys = keysOf(...REGIONS, "us-east-2");
    const longest = [4, 5].flatMap((count) => {
      const template = region(
        { ownership_kms_key_arns: keys, ...(count === 4 && { witness: WITNESS }) },
        {
          failover_group: "a-failover-group-of-25-xx",
          naming: { prefix: "a-prefix-of-20-chars" },
          regions: regionsOf(count),
          ledger: { kms_key_arns: keys },
          queues: { orders: { encryption: { kms_key_arns: keys } } },
        },
      );
      return ["orders_consumer_policy", "operator_policy"].map((name) => ({
        length: String(template.json.output[name]!.value).length,
        name: `${name} in ${count} regions`,
      }));
    });
    process.stdout.write(
      `${longest.map(({ name, length }) => `${name}: ${length} characters`).join(", ")}\n`,
    );
    expect(Math.max(...longest.map(({ length }) => length))).toBeLessThan(MANAGED_POLICY_MAX_CHARACTERS);
  });
});

describe("what a controller is told", () => {
  const environment = (template: Template) =>
    (
      template.resource("aws_lambda_function", "shop_controller").environment as {
        variables: Record<string, string>;
      }
    ).variables;

  test.each<[string, RecoveryInput, string | undefined]>([
    ["without a witness", {}, undefined],
    ["with a witness in its account", { witness: WITNESS }, "shop-ownership"],
    [
      "with a witness in another",
      { witness: { ...WITNESS, account: PEER_ACCOUNT } },
      `arn:aws:dynamodb:us-east-2:${PEER_ACCOUNT}:table/shop-ownership`,
    ],
  ])("%s is read as it was written", (_, recovery, witness) => {
    const members = REGIONS.slice(0, 2);
    for (const name of members) {
      const { ownership } = controllerSettings(environment(region(recovery, {}, name)));
      expect(ownership.tables).toEqual({
        ...Object.fromEntries(members.map((member) => [member, "shop-ownership"])),
        ...(witness !== undefined && { "us-east-2": witness }),
      });
      expect(ownership.voters).toEqual(
        Object.fromEntries(
          members.map((home) => [
            home,
            witness === undefined ? [home] : ["us-east-1", "us-east-2", "us-west-2"],
          ]),
        ),
      );
    }
  });
});

test("whatever a function is told fits into its environment, with all that makes it longer", () => {
  const longest = ["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2"];
  const sizes = [4, 5].flatMap((count) => {
    const names = longest.slice(0, count);
    const template = region(
      { ...(count === 4 && { witness: { region: longest[4]!, account: PEER_ACCOUNT } }) },
      {
        failover_group: "shop",
        naming: { prefix: "a-prefix-of-36-characters-in-length-" },
        regions: Object.fromEntries(names.map((name) => [name, { account: HOME_ACCOUNT }])),
        ledger: { table_name: "t".repeat(255) },
        queues: {
          "orders-of-21-letters-": {
            mode: "semi-sync",
            ledger_key: `powertools_json(body).${"k".repeat(200)}`,
          },
        },
        dns: {
          zone_id: "Z0123456789ABC",
          record: `${"a-label-of-63-characters-".padEnd(63, "x")}.`.repeat(3).slice(0, -1),
        },
      },
      longest[0],
    );
    return Object.entries(template.json.resource.aws_lambda_function!).map(([name, { environment }]) => {
      const { variables } = environment as { readonly variables: Readonly<Record<string, string>> };
      return { name, count, size: Object.entries(variables).join("").length };
    });
  });
  const words = ["replicator", "forwarder", "drainer", "controller", "health"];
  const most = words.map((word) => {
    const ofWord = sizes.filter(({ name }) => name.includes(`_${word}`)).map(({ size }) => size);
    return { word, size: Math.max(...ofWord) };
  });
  process.stdout.write(`environments: ${most.map(({ word, size }) => `${word} ${size} bytes`).join(", ")}\n`);
  expect(sizes.every(({ name }) => words.some((word) => name.includes(`_${word}`)))).toBe(true);
  for (const { size } of most) {
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThan(FUNCTION_ENVIRONMENT_MAX_BYTES);
  }
});
