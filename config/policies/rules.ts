import {
  QUEUE_POLICY_MAX_BYTES,
  QUEUE_POLICY_MAX_CONDITIONS,
  QUEUE_POLICY_MAX_PRINCIPALS,
  QUEUE_POLICY_MAX_STATEMENTS,
  QUEUE_POLICY_STATEMENT_MAX_ACTIONS,
} from "../../core/limits";
import type { PolicyDocument } from "../access/document";
import {
  deadLetterPolicy,
  ingressDeadLetterPolicy,
  ingressPolicy,
  workPolicy,
} from "../access/queue-policies";
import { type QueueConfiguration, settingsOf } from "../configuration";
import type { QueueRule } from "../rule";
import { remoteDrainerRoles, topologyOf } from "../topology";
import { isObject, listed, type SourceStatement, statementsIn } from "./documents";

type Policies = QueueConfiguration["policies"];

/** What is allowed, in the words of the file and of the modules. */
export const WITH_CONDITION = "a condition with principals * that are allowed something";
export const DOCUMENT = `a JSON policy document whose statements each have Effect, Principal and at most ${QUEUE_POLICY_STATEMENT_MAX_ACTIONS} Actions of SQS, no NotAction, NotPrincipal or NotResource, and a Condition where Principal * is allowed something`;
export const ONE_QUEUE = "documents about one queue";

/** By the words of the file. */
const SETTINGS = {
  ingress: "ingress",
  work: "work",
  dlq: "dlq",
  ingress_dlq: "ingressDlq",
} as const satisfies Readonly<Record<string, keyof Policies>>;
type Role = keyof typeof SETTINGS;
const ROLES = Object.keys(SETTINGS) as readonly Role[];

/** Everybody is let in by a condition only. */
const openStatements: QueueRule = (_, name, { policies }) =>
  ROLES.flatMap((role) =>
    Object.entries(policies[SETTINGS[role]].queuePolicyStatements)
      .filter(
        ([, { effect, principals, condition, conditions }]) =>
          effect === "Allow" &&
          condition.length + conditions.length === 0 &&
          principals.some(({ type, identifiers }) => type === "*" || identifiers.includes("*")),
      )
      .map(([key, { principals }]) => ({
        path: `queues.${name}.policies.${role}.queue_policy_statements.${key}.principals`,
        value: principals,
        allowed: WITH_CONDITION,
        fix: "add a condition such as aws:SourceArn or aws:PrincipalOrgID, or name the principals",
      })),
  );

const documents: QueueRule = (_, name, { policies }) =>
  ROLES.flatMap((role) => {
    const path = `queues.${name}.policies.${role}.source_queue_policy_documents`;
    const all = policies[SETTINGS[role]].sourceQueuePolicyDocuments;
    const faults = all.flatMap((document, index) =>
      isSound(document)
        ? []
        : [
            {
              path: `${path}.${index}`,
              value: document,
              allowed: DOCUMENT,
              fix: "correct the document, or say the same by queue_policy_statements",
            },
          ],
    );
    const resources = queuesIn(all.flatMap((document) => statementsIn(document) ?? []));
    if (resources.length < 2) return faults;
    return [
      ...faults,
      {
        path,
        value: resources,
        allowed: ONE_QUEUE,
        fix: "take out what is about another queue: the policy of a queue is about that queue alone",
      },
    ];
  });

function isSound(document: string): boolean {
  const statements = statementsIn(document);
  return statements !== undefined && !document.includes("${") && statements.every(isSoundStatement);
}

function isSoundStatement(statement: SourceStatement): boolean {
  const { Effect, Principal, Action, Condition } = statement;
  const actions = listed(Action);
  return (
    (Effect === "Allow" || Effect === "Deny") &&
    Principal !== undefined &&
    actions.length > 0 &&
    actions.length <= QUEUE_POLICY_STATEMENT_MAX_ACTIONS &&
    actions.every((action) => typeof action === "string" && /^sqs:/i.test(action)) &&
    !["NotAction", "NotPrincipal", "NotResource"].some((key) => key in statement) &&
    (Effect === "Deny" || Condition !== undefined || !everybody(Principal))
  );
}

function everybody(principal: unknown): boolean {
  return principalsIn(principal).includes("*");
}

function principalsIn(principal: unknown): readonly unknown[] {
  return (isObject(principal) ? Object.values(principal) : [principal]).flatMap(listed);
}

/** Names of the queues that statements are about. */
function queuesIn(statements: readonly SourceStatement[]): readonly string[] {
  const names = statements
    .flatMap(({ Resource }) => listed(Resource))
    .map((resource) => String(resource).split(":").at(-1)!);
  return [...new Set(names)].filter((resource) => resource !== "*");
}

/** The policies of one region; those of the others differ by names only. */
const wholePolicies: QueueRule = (configuration, name, queue) =>
  Object.keys(configuration.regions)
    .slice(0, 1)
    .flatMap((region) => {
      const topology = topologyOf(settingsOf(configuration), name, region);
      const settings = settingsOf(configuration).queues[name]!;
      const drainers = remoteDrainerRoles(settingsOf(configuration), topology);
      const isPlain = (role: Role) => {
        const { queuePolicyStatements, sourceQueuePolicyDocuments } = queue.policies[SETTINGS[role]];
        return Object.keys(queuePolicyStatements).length + sourceQueuePolicyDocuments.length === 0;
      };
      const ofUsers = (role: Role, field: "producers" | "consumers", make: () => PolicyDocument) =>
        ofRole(role, isPlain(role) ? field : `policies.${role}`, make, `${queue[field].length} principals, `);
      const ofRole = (role: Role, field: string, make: () => PolicyDocument, value = "") =>
        queue.policies[SETTINGS[role]].sourceQueuePolicyDocuments.every(isSound)
          ? [...tooLarge(field, make(), value), ...twice(field, make())]
          : [];
      return [
        ...ofUsers("ingress", "producers", () => ingressPolicy(topology, settings, drainers)),
        ...ofUsers("work", "consumers", () => workPolicy(topology, settings)),
        ...ofRole("dlq", "policies.dlq", () => deadLetterPolicy(topology, settings)),
        ...ofRole("ingress_dlq", "policies.ingress_dlq", () => ingressDeadLetterPolicy(topology, settings)),
      ].map(({ field, ...violation }) => ({ path: `queues.${name}.${field}`, ...violation }));
    });

/** What is allowed, in words that a module has too. */
export const POLICY_ALLOWED = `a queue policy of at most ${QUEUE_POLICY_MAX_BYTES} bytes, ${QUEUE_POLICY_MAX_STATEMENTS} statements, and in them ${QUEUE_POLICY_MAX_PRINCIPALS} principals and ${QUEUE_POLICY_MAX_CONDITIONS} conditions`;

function tooLarge(field: string, policy: PolicyDocument, given: string) {
  const bytes = Buffer.byteLength(JSON.stringify(policy));
  const statements = policy.Statement.length;
  const principals = policy.Statement.flatMap(({ Principal }) => principalsIn(Principal)).length;
  const conditions = policy.Statement.flatMap(({ Condition = {} }) =>
    Object.values(Condition).flatMap((keys) => Object.keys(keys)),
  ).length;
  if (
    bytes <= QUEUE_POLICY_MAX_BYTES &&
    statements <= QUEUE_POLICY_MAX_STATEMENTS &&
    principals <= QUEUE_POLICY_MAX_PRINCIPALS &&
    conditions <= QUEUE_POLICY_MAX_CONDITIONS
  )
    return [];
  return [
    {
      field,
      value: `${given}a policy of ${bytes} bytes, ${statements} statements, and in them ${principals} principals and ${conditions} conditions`,
      allowed: POLICY_ALLOWED,
      fix: "name fewer principals, whole accounts instead of their roles, or one entry for several ARNs of a service; join statements that differ by principals alone",
    },
  ];
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html: an id is unique in its policy. */
function twice(field: string, { Statement }: PolicyDocument) {
  const ids = Statement.flatMap(({ Sid }) => Sid ?? []);
  const repeated = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  return repeated.map((id) => ({
    field,
    value: id,
    allowed: "statement ids that are unique in the policy, the project's own among them",
    fix: "give the statement another sid",
  }));
}

export const POLICY_RULES: readonly QueueRule[] = [openStatements, documents, wholePolicies];
