import fc from "fast-check";
import { QUEUE_POLICY_STATEMENT_MAX_ACTIONS } from "../../core/limits";
import { configurationInput, HOME_ACCOUNT } from "../fixtures";
import { violationsIn } from "./violations";

type QueueInput = NonNullable<Parameters<typeof configurationInput>[1]>;
type Policies = NonNullable<QueueInput["policies"]>;

const of = (policies: Policies | Record<string, unknown>) =>
  violationsIn(configurationInput({}, { policies } as QueueInput));
const AWS = [{ type: "AWS", identifiers: [HOME_ACCOUNT] }] as const;
const statement = { actions: ["sqs:SendMessage"], principals: [...AWS] };
const inStatements = (one: object, role = "work") => of({ [role]: { queue_policy_statements: { one } } });
const inDocuments = (...documents: readonly unknown[]) =>
  of({
    dlq: {
      source_queue_policy_documents: documents.map((one) =>
        typeof one === "string" ? one : JSON.stringify(one),
      ),
    },
  });
const PATH = "queues.orders.policies.work.queue_policy_statements.one";
const DOCUMENTS = "queues.orders.policies.dlq.source_queue_policy_documents";
const sound = { Effect: "Allow", Principal: { AWS: HOME_ACCOUNT }, Action: "sqs:SendMessage" };

test("statements as terraform-aws-sqs takes them are accepted, in every role that users have to do with", () => {
  for (const role of ["ingress", "work", "dlq", "ingress_dlq"]) {
    expect(inStatements({ ...statement, sid: "a", effect: "Deny" }, role)).toEqual([]);
  }
});

test("fails on a role whose queue is the functions' own", () => {
  expect(inStatements(statement, "outbox")).toMatchObject([
    { path: "queues.orders.policies.outbox", allowed: "ingress, work, dlq or ingress_dlq" },
  ]);
});

test.each([
  ["an action of another service", { actions: ["sns:Publish"] }, "actions.0", 'an action of SQS, "sqs:…"'],
  ["every action", { actions: ["*"] }, "actions.0", 'an action of SQS, "sqs:…"'],
  ["no action", { actions: [] }, "actions", "1 to 7 actions"],
  ["no principal", { principals: [] }, "principals", "at least one principal"],
  [
    "a policy variable",
    { principals: [{ type: "AWS", identifiers: ["${aws:username}"] }] },
    "principals.0.identifiers.0",
    "a text that does not begin with a space, without $: policy variables are not supported",
  ],
  ["not_actions", { not_actions: ["sqs:SendMessage"] }, "not_actions", expect.stringContaining("only sid")],
])("fails on %s", (_, over, field, allowed) => {
  const violations = inStatements({ ...statement, ...over });
  expect(violations).toContainEqual(expect.objectContaining({ path: `${PATH}.${field}`, allowed }));
});

test("fails on more actions than a statement may have", () => {
  const actions = Array.from({ length: QUEUE_POLICY_STATEMENT_MAX_ACTIONS + 1 }, () => "sqs:SendMessage");
  expect(inStatements({ ...statement, actions })).toMatchObject([{ path: `${PATH}.actions` }]);
});

describe("everybody", () => {
  const everybody = fc.constantFrom(
    { type: "*", identifiers: ["*"] },
    { type: "AWS", identifiers: [HOME_ACCOUNT, "*"] },
  );
  const condition = [{ test: "StringEquals", variable: "aws:PrincipalOrgID", values: ["o-1"] }];

  test("is allowed something under a condition only, and may always be refused it", () => {
    fc.assert(
      fc.property(everybody, fc.constantFrom("condition", "conditions"), (principal, field) => {
        const open = { ...statement, principals: [principal] };
        expect(inStatements(open)).toMatchObject([
          {
            path: `${PATH}.principals`,
            allowed: "a condition with principals * that are allowed something",
          },
        ]);
        expect(inStatements({ ...open, effect: "Deny" })).toEqual([]);
        expect(inStatements({ ...open, [field]: condition })).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });
});

describe("documents", () => {
  test("are JSON with one statement or several", () => {
    const resource = `arn:aws:sqs:us-east-1:${HOME_ACCOUNT}:orders-dlq`;
    expect(inDocuments({ Statement: sound }, { Statement: [{ ...sound, Resource: resource }] })).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["text that is no JSON", "{"],
    ["JSON that is no policy", '"text"'],
    ["no statement", {}],
    ["a statement that is none", { Statement: ["text"] }],
    ["an effect that is none", { Statement: { ...sound, Effect: "Maybe" } }],
    ["no principal", { Statement: { ...sound, Principal: undefined } }],
    ["no action", { Statement: { ...sound, Action: undefined } }],
    ["an action of another service", { Statement: { ...sound, Action: ["sqs:SendMessage", "*"] } }],
    ["NotAction", { Statement: { ...sound, NotAction: "sqs:SendMessage" } }],
    ["NotPrincipal", { Statement: { ...sound, NotPrincipal: "*" } }],
    ["NotResource", { Statement: { ...sound, NotResource: "*" } }],
    ["everybody without a condition", { Statement: { ...sound, Principal: "*" } }],
    ["everybody among others", { Statement: { ...sound, Principal: { AWS: [HOME_ACCOUNT, "*"] } } }],
    ["a policy variable", { Statement: { ...sound, Sid: "a-${aws:username}" } }],
  ])("fail with %s, by their number", (_, document) => {
    const text = typeof document === "string" ? document : JSON.stringify(document);
    expect(inDocuments({ Statement: sound }, document)).toEqual([
      expect.objectContaining({ path: `${DOCUMENTS}.1`, value: text }),
    ]);
  });

  test("fail together when they are about several queues", () => {
    const about = (queue: string) => ({
      Statement: { ...sound, Resource: ["*", `arn:aws:sqs:us-east-1:${HOME_ACCOUNT}:${queue}`] },
    });
    expect(inDocuments(about("orders-dlq"), about("mails"))).toMatchObject([
      { path: DOCUMENTS, value: ["orders-dlq", "mails"], allowed: "documents about one queue" },
    ]);
  });
});

describe("the whole policy", () => {
  const many = (count: number, actions = statement.actions) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, { ...statement, actions }]));

  test("has at most 20 statements, the project's own among them", () => {
    expect(of({ dlq: { queue_policy_statements: many(19) } })).toEqual([]);
    expect(of({ dlq: { queue_policy_statements: many(20) } })).toMatchObject([
      { path: "queues.orders.policies.dlq", value: expect.stringContaining("21 statements") },
    ]);
  });

  test("has at most 8,192 bytes", () => {
    const identifiers = Array.from(
      { length: 200 },
      (_, index) => `arn:aws:iam::${HOME_ACCOUNT}:role/a-long-name-${index}`,
    );
    const one = { ...statement, principals: [{ type: "AWS", identifiers }] };
    expect(inStatements(one)).toMatchObject([
      { path: "queues.orders.policies.work", allowed: expect.stringContaining("8192 bytes") },
    ]);
  });

  test.each([
    ["the project's own", { TlsOnly: statement }],
    ["another", { a: statement, b: { ...statement, sid: "a" } }],
  ])("has no statement with the id of %s", (_, statements) => {
    expect(of({ ingress: { queue_policy_statements: statements } })).toMatchObject([
      { path: "queues.orders.policies.ingress", allowed: expect.stringContaining("unique") },
    ]);
  });
});

test("fails on deduplication by content for the work queue of a standard queue", () => {
  expect(violationsIn(configurationInput({}, { work_content_based_deduplication: true }))).toMatchObject([
    { path: "queues.orders.work_content_based_deduplication" },
  ]);
});
