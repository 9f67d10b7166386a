import fc from "fast-check";
import { ingressPolicy, workPolicy } from "../../../config/access/queue-policies";
import { settingsOf } from "../../../config/configuration";
import { topologyOf } from "../../../config/topology";
import { CONSUMER_ROLE, configuration, HOME_ACCOUNT, PRODUCER_ROLE } from "../../fixtures";

type Input = NonNullable<Parameters<typeof configuration>[1]>;

const ARN = `arn:aws:sqs:us-east-1:${HOME_ACCOUNT}:orders`;
const policyOf = (orders: Input, region = "us-east-1") => {
  const settings = settingsOf(configuration({}, orders));
  return workPolicy(topologyOf(settings, "orders", region), settings.queues.orders!);
};
const statements = (orders: Input) => policyOf(orders).Statement;
const principals = [{ type: "AWS" as const, identifiers: [HOME_ACCOUNT] }];
const send = { actions: ["sqs:SendMessage"], principals };

test("a statement stands beside the project's own, by its key, about the queue", () => {
  const policies = { work: { queue_policy_statements: { partner: send } } };
  expect(statements({ policies })).toEqual([
    expect.objectContaining({ Sid: "TlsOnly" }),
    {
      Sid: "partner",
      Effect: "Allow",
      Principal: { AWS: [HOME_ACCOUNT] },
      Action: ["sqs:SendMessage"],
      Resource: ARN,
    },
  ]);
  expect(policyOf({ policies }, "us-west-2").Statement[1]?.Resource).toBe(
    ARN.replace("us-east-1", "us-west-2"),
  );
});

test("principals of one kind stand together, and everybody is one of AWS", () => {
  const condition = [{ test: "StringEquals", variable: "aws:PrincipalOrgID", values: ["o-1"] }];
  const said = [
    ...principals,
    { type: "Service" as const, identifiers: ["sns.amazonaws.com"] },
    { type: "*" as const, identifiers: ["*"] },
  ];
  const one = { ...send, sid: "all", principals: said, condition };
  expect(statements({ policies: { work: { queue_policy_statements: { one } } } })[1]).toMatchObject({
    Sid: "all",
    Principal: { AWS: [HOME_ACCOUNT, "*"], Service: ["sns.amazonaws.com"] },
  });
});

test("conditions by both names hold together, and values of one key are alternatives", () => {
  const test_ = fc.constantFrom("StringEquals", "ArnLike");
  const variable = fc.constantFrom("aws:SourceArn", "aws:PrincipalOrgID");
  const condition = fc.record({
    test: test_,
    variable,
    values: fc.array(fc.constantFrom("a", "b"), { minLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(condition), fc.array(condition), (some, more) => {
      const one = { ...send, condition: some, conditions: more };
      const [, found] = statements({ policies: { work: { queue_policy_statements: { one } } } });
      const all = [...some, ...more];
      const flat = Object.entries(found?.Condition ?? {}).flatMap(([test, keys]) =>
        Object.entries(keys).flatMap(([key, values]) => [values].flat().map((value) => [test, key, value])),
      );
      const expected = all.flatMap(({ test, variable: key, values }) =>
        values.map((value) => [test, key, value]),
      );
      expect(flat.map(String).sort()).toEqual(expected.map(String).sort());
      expect(found !== undefined && "Condition" in found).toBe(all.length > 0);
    }),
    { numRuns: 30 },
  );
});

test("statements of documents are about the queue, whatever they were about", () => {
  const document = {
    Effect: "Allow",
    Principal: { AWS: HOME_ACCOUNT },
    Action: "sqs:GetQueueUrl",
    Resource: "*",
  };
  const documents = [
    JSON.stringify({ Version: "2012-10-17", Statement: [{ ...document, Sid: "one" }] }),
    JSON.stringify({ Statement: document }),
  ];
  expect(statements({ policies: { work: { source_queue_policy_documents: documents } } }).slice(1)).toEqual([
    { ...document, Sid: "one", Action: ["sqs:GetQueueUrl"], Resource: ARN },
    { ...document, Action: ["sqs:GetQueueUrl"], Resource: ARN },
  ]);
});

test("a queue without TLS has a policy that changes nothing, and nobody named shuts nobody out", () => {
  expect(statements({ policies: { work: { tls_only: false } } })).toEqual([
    {
      Sid: "Owner",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${HOME_ACCOUNT}:root` },
      Action: ["sqs:*"],
      Resource: ARN,
    },
  ]);
});

test("each role has its own statements", () => {
  const settings = settingsOf(
    configuration(
      {},
      {
        producers: [PRODUCER_ROLE],
        consumers: [CONSUMER_ROLE],
        policies: { ingress: { queue_policy_statements: { partner: send } } },
      },
    ),
  );
  const topology = topologyOf(settings, "orders", "us-east-1");
  const ids = (policy: ReturnType<typeof workPolicy>) => policy.Statement.map(({ Sid }) => Sid);
  expect(ids(ingressPolicy(topology, settings.queues.orders!, []))).toEqual([
    "TlsOnly",
    "ProducersPrincipals",
    "ProducersNobodyElse",
    "partner",
  ]);
  expect(ids(workPolicy(topology, settings.queues.orders!))).not.toContain("partner");
});
