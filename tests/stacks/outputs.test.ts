import type { PolicyDocument, Statement } from "../../config/access/document";
import { settingsOf } from "../../config/configuration";
import type { ConfigurationInput } from "../../config/schema";
import { topologyOf } from "../../config/topology";
import type { Plain } from "../../core/value";
import { configuration, HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";
import { Template } from "../template";

const REGIONS = ["us-east-1", "us-west-2", "eu-west-1"];
const KEYS = Object.fromEntries(
  REGIONS.map((region, index) => [region, `arn:aws:kms:${region}:${HOME_ACCOUNT}:key/${index}`]),
);
const encryption = { kms_key_arns: KEYS };
const PEERS = { "us-east-1": ["us-west-2"], "us-west-2": ["us-east-1"], "eu-west-1": ["us-east-1"] };
const QUEUES: ConfigurationInput["queues"] = {
  orders: { encryption },
  shipments: { encryption, fifo: true },
  mails: { encryption, mode: "semi-sync" },
  payments: { encryption, mode: "sync" },
  logs: { encryption, mode: "none" },
  events: {
    encryption,
    peers: { "us-east-1": ["us-west-2"], "us-west-2": ["us-east-1"], "eu-west-1": ["us-east-1"] },
  },
  plain: {},
};

const settings = (recovery: boolean) =>
  configuration({
    regions: {
      "us-east-1": { account: HOME_ACCOUNT },
      "us-west-2": { account: HOME_ACCOUNT },
      "eu-west-1": { account: recovery ? HOME_ACCOUNT : PEER_ACCOUNT },
    },
    queues: QUEUES,
    role_path: "/sqs/",
    ...(recovery && { recovery: { takeover_order: PEERS } }),
  });

/** Roles of functions whose own policy lets them use a key, of a logical queue. */
function usersOf(recovery: boolean, queue: string, key: string): readonly string[] {
  return REGIONS.flatMap((region) => {
    const template = Template.of(settings(recovery), region);
    const { account } = settings(recovery).regions[region]!;
    return Object.entries(template.json.resource.aws_iam_role_policy!)
      .filter(([address]) => address.startsWith(`${queue}_`))
      .filter(([, { policy }]) =>
        (JSON.parse(String(policy)) as Plain<PolicyDocument>).Statement.some(
          ({ Action, Resource }) => Action.includes("kms:Decrypt") && [Resource].flat().includes(key),
        ),
      )
      .map(([, { name }]) => `arn:aws:iam::${account}:role/sqs/${name}`);
  }).sort();
}

describe.each([[true], [false]])("with recovery: %s", (recovery) => {
  test.each(Object.keys(QUEUES))(
    "the statements for keys of %s admit the functions that use them, by their own policies, and no other",
    (queue) => {
      for (const region of REGIONS) {
        const { value } = Template.of(settings(recovery), region).json.output[
          `${queue}_key_policy_statements`
        ]!;
        const statements: readonly Plain<Statement>[] = JSON.parse(String(value));
        const admitted = statements.flatMap(
          ({ Condition }) => Condition!.ArnEquals!["aws:PrincipalArn"] as readonly string[],
        );
        expect([region, [...admitted].sort()]).toEqual([region, usersOf(recovery, queue, KEYS[region]!)]);
        for (const { Principal, Resource, Effect } of statements) {
          expect([Effect, Resource]).toEqual(["Allow", "*"]);
          expect(JSON.stringify(Principal)).not.toContain('"*"');
        }
      }
    },
  );
});

test("producers are told the ingress queue of every region, and nothing is said of the canary", () => {
  const { output } = Template.of(settings(true), "us-west-2").json;
  expect(output.orders_producer_urls!.value).toEqual(
    Object.fromEntries(
      REGIONS.map((region) => [region, topologyOf(settingsOf(settings(true)), "orders", region).ingress.url]),
    ),
  );
  expect(Object.keys(output).filter((name) => name.includes("canary"))).toEqual([]);
});

test("what is static is known before anything is made", () => {
  const { output } = Template.of(settings(true), "us-west-2").json;
  const known = Object.entries(output).filter(([name]) => /_static_arn$|_role_arn$|_urls$/.test(name));
  expect(known.length).toBeGreaterThan(20);
  for (const [, { value }] of known) expect(JSON.stringify(value)).not.toContain("${");
});
