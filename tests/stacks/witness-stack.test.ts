import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import { Testing } from "cdktf";
import type { ConfigurationInput } from "../../config/schema";
import { WitnessStack } from "../../stacks/witness-stack";
import { configuration, HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";
import { Template, withApp } from "../template";

const WITNESS = { region: "us-east-2" };
const ABROAD = { ...WITNESS, account: PEER_ACCOUNT };
type RecoveryInput = NonNullable<ConfigurationInput["recovery"]>;

const settings = (recovery: RecoveryInput = {}, over: Partial<ConfigurationInput> = {}) =>
  configuration({ recovery: { witness: WITNESS, ...recovery }, tags: { team: "checkout" }, ...over });
const stack = (recovery: RecoveryInput = {}, over: Partial<ConfigurationInput> = {}) =>
  Template.witness(settings(recovery, over));

// As in region-stack.test.ts: never update this snapshot for a resource that exists.
test("addresses are frozen", () => {
  expect(stack({ witness: ABROAD }).addresses).toMatchSnapshot("in another account");
  expect(Object.keys(stack().json.output).sort()).toMatchSnapshot("outputs");
});

test("makes a table like those of the regions, by the provider of its own region, and nothing else", () => {
  const template = stack();
  expect(template.counts).toEqual({ "aws: aws_dynamodb_table": 1 });
  expect(template.json.provider).toEqual({
    aws: [{ region: "us-east-2", allowed_account_ids: [HOME_ACCOUNT] }],
  });
  const table = template.resource("aws_dynamodb_table", "shop_ownership");
  expect(table).toEqual(
    Template.of(settings(), "us-east-1").resource("aws_dynamodb_table", "shop_ownership"),
  );
  expect(table).toMatchObject({ tags: { team: "checkout" }, deletion_protection_enabled: true });
});

test("is encrypted by its own key, where there is one", () => {
  const key = (region: string) => `arn:aws:kms:${region}:${HOME_ACCOUNT}:key/1a2b`;
  const keys = Object.fromEntries(
    ["us-east-1", "us-west-2", "us-east-2"].map((region) => [region, key(region)]),
  );
  const template = stack({ ownership_kms_key_arns: keys, ownership_deletion_protection: false });
  expect(template.resource("aws_dynamodb_table", "shop_ownership")).toMatchObject({
    server_side_encryption: { enabled: true, kms_key_arn: key("us-east-2") },
    deletion_protection_enabled: false,
  });
});

describe("in an account of its own", () => {
  const role = `arn:aws:iam::${PEER_ACCOUNT}:role/deploy`;
  const template = stack({ witness: { ...ABROAD, assume_role_arn: role } }, { role_path: "/sqs/" });

  test("is made there", () => {
    expect(template.json.provider).toEqual({
      aws: [{ region: "us-east-2", allowed_account_ids: [PEER_ACCOUNT], assume_role: [{ role_arn: role }] }],
    });
  });

  test("admits the controllers by name, and of the group's account readers and operators", () => {
    const root = `arn:aws:iam::${HOME_ACCOUNT}:root`;
    const WRITE = ["dynamodb:PutItem", "dynamodb:UpdateItem"];
    const statement = (Sid: string, AWS: unknown, Action: string[], kinds: string[], more: object = {}) => ({
      Sid,
      Effect: "Allow",
      Principal: { AWS },
      Action,
      Resource: `arn:aws:dynamodb:us-east-2:${PEER_ACCOUNT}:table/shop-ownership`,
      Condition: {
        ...more,
        "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": kinds },
      },
    });
    const all = ["lease", "order", "pass"];
    const controllers = ["us-east-1", "us-west-2"].map(
      (region) => `arn:aws:iam::${HOME_ACCOUNT}:role/sqs/shop-controller-${region}`,
    );
    expect(template.document("aws_dynamodb_resource_policy", "shop_ownership", "policy").Statement).toEqual([
      statement("Controllers", [root], ["dynamodb:Query", ...WRITE], all, {
        ArnEquals: { "aws:PrincipalArn": controllers },
      }),
      statement("Readers", root, ["dynamodb:GetItem"], ["pass"]),
      statement("Operators", root, ["dynamodb:Query"], all),
      statement("Orders", root, WRITE, ["order"]),
      statement("Restores", root, ["dynamodb:PutItem"], ["lease"]),
    ]);
    expect(template.resource("aws_dynamodb_resource_policy", "shop_ownership").resource_arn).toBe(
      "${aws_dynamodb_table.shop_ownership.arn}",
    );
  });
});

test.each<[ConfigurationInput["state_backend"], object]>([
  [
    { type: "local", directory: "/state" },
    { backend: { local: { path: "/state/terraform.shop-witness.tfstate" } } },
  ],
  [
    { type: "s3", bucket: "acme-{region}" },
    {
      backend: {
        s3: {
          bucket: "acme-us-east-2",
          key: "sqs-multi-region/shop/witness.tfstate",
          region: "us-east-2",
          encrypt: true,
        },
      },
    },
  ],
  [
    { type: "terraform_cloud", organization: "acme" },
    { cloud: { organization: "acme", workspaces: { name: "shop-witness" } } },
  ],
])("keeps its state as witness, in its own region: %j", (state_backend, expected) => {
  expect(stack({}, { state_backend: state_backend! }).json.terraform).toMatchObject(expected);
});

test("fails when a resource names no provider", () => {
  withApp((app) => {
    const made = new WitnessStack(app, settings());
    new DynamodbTable(made, "stray", { name: "stray" });
    expect(() => Testing.synth(made, true)).toThrow("aws_dynamodb_table.stray names no provider");
  });
});
