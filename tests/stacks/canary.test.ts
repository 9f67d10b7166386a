import type { PolicyDocument } from "../../config/access/document";
import { QUEUE_POLICY_MAX_BYTES, QUEUE_POLICY_MAX_STATEMENTS } from "../../core/limits";
import { queueArn } from "../../core/names";
import type { Plain } from "../../core/value";
import { configuration, HOME_ACCOUNT } from "../fixtures";
import { Template } from "../template";

const HOME = "us-east-1";
const REGIONS = { [HOME]: { account: HOME_ACCOUNT }, "us-west-2": { account: HOME_ACCOUNT } };
const THREE = { ...REGIONS, "eu-west-1": { account: HOME_ACCOUNT } };
const DNS = { zone_id: "Z0", record: "orders.example.com" } as const;

const role = (name: string) => `arn:aws:iam::${HOME_ACCOUNT}:role/${name}`;
const CONTROLLER = role(`shop-controller-${HOME}`);
const HEALTH = role(`shop-health-${HOME}`);
const REPLICATOR = role(`shop-canary-replicator-${HOME}`);
const forwarder = (peer: string) => role(`shop-canary-forwarder-${HOME}-${peer}`);
/** Of the peer, which sends to the standby queue here. */
const arriving = (home: string) => role(`shop-canary-forwarder-${home}-${HOME}`);

const SEND = ["sqs:SendMessage"];
const TAKE = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:PurgeQueue"];
/** What Terraform and whoever looks at a queue do with one. */
const ADMINISTRATION = [
  "sqs:GetQueueAttributes",
  "sqs:GetQueueUrl",
  "sqs:SetQueueAttributes",
  "sqs:TagQueue",
  "sqs:UntagQueue",
  "sqs:ListQueueTags",
  "sqs:DeleteQueue",
];

type Over = Parameters<typeof configuration>[0];

const CASES: readonly (readonly [string, Over, readonly string[]])[] = [
  ["two regions", { regions: REGIONS }, ["us-west-2"]],
  ["two regions with a health endpoint", { regions: REGIONS, dns: DNS }, ["us-west-2"]],
  ["three regions", { regions: THREE }, ["us-west-2", "eu-west-1"]],
];

/** Queue policies as AWS evaluates a Deny: whether an IAM principal is refused an action. */
function isDenied({ Statement }: Plain<PolicyDocument>, principal: string, action: string): boolean {
  return Statement.some(
    ({ Effect, Action, Condition = {} }) =>
      Effect === "Deny" &&
      Action.includes(action) &&
      ![Condition.ArnNotEquals?.["aws:PrincipalArn"] ?? []].flat().includes(principal),
  );
}

describe.each(CASES)("the canary's queues in %s", (_, over, peers) => {
  const template = () => Template.of(configuration({ recovery: { takeover: "manual" }, ...over }), HOME);
  const policyOf = (address: string) =>
    template().document(
      "aws_sqs_queue",
      `shop-canary_${address}`,
      "policy",
    ) as unknown as Plain<PolicyDocument>;

  /** By queue: who sends there, and who takes from there. Undefined: whoever may by IAM. */
  const users = (): Readonly<Record<string, readonly [readonly string[], (readonly string[])?]>> => ({
    ingress: [[CONTROLLER], [REPLICATOR]],
    work: [[REPLICATOR], [CONTROLLER]],
    dlq: [[]],
    "ingress-dlq": [[REPLICATOR, ...peers.map(forwarder)]],
    ...Object.fromEntries(
      peers.flatMap((peer) => [
        [`outbox_${peer}`, [[REPLICATOR], [forwarder(peer)]]],
        [`standby_${peer}`, [[arriving(peer)], [CONTROLLER]]],
      ]),
    ),
  });

  const everybody = [
    role("administrator"),
    `arn:aws:iam::${HOME_ACCOUNT}:root`,
    role("shop-controller-us-west-2"),
    role("shop-health-us-west-2"),
    role(`orders-replicator-${HOME}`),
    CONTROLLER,
    HEALTH,
    REPLICATOR,
    ...peers.flatMap((peer) => [forwarder(peer), arriving(peer)]),
  ];

  test("are all of them", () => {
    const { aws_sqs_queue: queues = {} } = template().json.resource;
    const addresses = Object.keys(queues).filter((address) => address.startsWith("shop-canary_"));
    expect(addresses.sort()).toEqual(
      Object.keys(users())
        .map((queue) => `shop-canary_${queue}`)
        .sort(),
    );
  });

  test("are closed to all but the functions that send and take there", () => {
    for (const [queue, [senders, readers]] of Object.entries(users())) {
      const policy = policyOf(queue);
      const admitted = (action: string) =>
        everybody.filter((principal) => !isDenied(policy, principal, action));
      const known = (roles: readonly string[]) => everybody.filter((principal) => roles.includes(principal));
      for (const action of SEND) expect([queue, admitted(action)]).toEqual([queue, known(senders)]);
      for (const action of TAKE)
        expect([queue, action, admitted(action)]).toEqual([queue, action, known(readers ?? everybody)]);
      for (const action of ADMINISTRATION) expect([queue, admitted(action)]).toEqual([queue, everybody]);
    }
  });

  test("refuse no service by mistake, and let none in", () => {
    for (const queue of Object.keys(users())) {
      const { Statement } = policyOf(queue);
      for (const { Sid, Effect, Principal, Condition } of Statement) {
        if (Sid.startsWith("Canary"))
          expect(Condition).toMatchObject({ BoolIfExists: { "aws:PrincipalIsAWSService": "false" } });
        if (Effect === "Allow") expect(Object.keys(Principal as object)).toEqual(["AWS"]);
      }
    }
  });

  test("are no dead-letter queues but of each other: what is dead-lettered is not sent, and no policy is asked", () => {
    for (const queue of Object.keys(users())) {
      const allowed = template().document("aws_sqs_queue", `shop-canary_${queue}`, "redrive_allow_policy");
      const source = { dlq: "shop-canary", "ingress-dlq": "shop-canary-ingress" }[queue];
      expect([queue, allowed]).toEqual([
        queue,
        source === undefined
          ? { redrivePermission: "denyAll" }
          : { redrivePermission: "byQueue", sourceQueueArns: [queueArn(HOME, HOME_ACCOUNT, source)] },
      ]);
    }
  });

  test("have policies that SQS takes", () => {
    for (const queue of Object.keys(users())) {
      const policy = policyOf(queue);
      expect(Buffer.byteLength(JSON.stringify(policy))).toBeLessThan(QUEUE_POLICY_MAX_BYTES / 2);
      expect(policy.Statement.length).toBeLessThanOrEqual(QUEUE_POLICY_MAX_STATEMENTS);
      for (const { Action } of policy.Statement) expect(Action.length).toBeLessThanOrEqual(7);
      expect(new Set(policy.Statement.map(({ Sid }) => Sid)).size).toBe(policy.Statement.length);
    }
  });
});

test("the queues of users are as they were: no such statement, and dead letters from wherever they come", () => {
  const template = Template.of(configuration({ recovery: {} }), HOME);
  const { aws_sqs_queue: queues = {} } = template.json.resource;
  const orders = Object.keys(queues).filter((address) => address.startsWith("orders_"));
  expect(orders.length).toBe(6);
  for (const address of orders) {
    const { Statement } = template.document("aws_sqs_queue", address, "policy");
    expect(JSON.stringify(Statement)).not.toContain("Canary");
    expect(String(queues[address]!.redrive_allow_policy)).not.toContain("denyAll");
  }
});
