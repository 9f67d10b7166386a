import {
  call,
  each,
  eachEntry,
  expression,
  fallback,
  fieldOf,
  fields,
  flattened,
  grouped,
  isEmpty,
  joinedLists,
  not,
  plain,
  replaced,
  spread,
} from "../../core/expression";
import { isKnown, type Operand, type Plain, type Value } from "../../core/value";
import type { LogicalQueueSettings } from "../configuration";
import { listed, type SourceStatement, statementsIn } from "../policies/documents";
import type { Statement } from "./document";

/** What an author says of one queue's policy. */
export type QueuePolicySettings = LogicalQueueSettings["policies"]["work"];
type GivenStatement = Plain<QueuePolicySettings["queuePolicyStatements"]>[string];
type GivenCondition = GivenStatement["conditions"][number];

/**
 * Statements of an author, with the queue as their resource: the same settings are those of the queues in every region, and SQS takes no
 * statements about another queue.
 * @param resource ARN of the queue
 */
export function givenStatements(
  { queuePolicyStatements, sourceQueuePolicyDocuments }: QueuePolicySettings,
  resource: string,
): readonly Statement[] {
  return [
    ...spread(eachEntry(queuePolicyStatements, (statement, key) => statementOf(statement, key, resource))),
    ...spread(documentStatements(sourceQueuePolicyDocuments, resource)),
  ];
}

function statementOf(statement: Value<GivenStatement>, key: string, resource: string): Statement {
  const principals = fieldOf(statement, "principals");
  const conditions = joinedLists(fieldOf(statement, "condition"), fieldOf(statement, "conditions"));
  return {
    Sid: fallback(fieldOf(statement, "sid"), key),
    Effect: fieldOf(statement, "effect"),
    Principal: grouped(principals, kindOf, (group) =>
      flattened(each(group, (principal) => fieldOf(principal, "identifiers"))),
    ),
    Action: fieldOf(statement, "actions"),
    Resource: resource,
    ...fields(not(isEmpty(conditions)), { Condition: conditionOf(conditions) }),
  };
}

/** Everybody is `*` of the kind AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
function kindOf(principal: Value<GivenStatement["principals"][number]>): string {
  return replaced(fieldOf(principal, "type"), "*", "AWS");
}

function conditionOf(conditions: Value<readonly GivenCondition[]>): NonNullable<Statement["Condition"]> {
  return grouped(
    conditions,
    (condition) => fieldOf(condition, "test"),
    (ofTest) =>
      grouped(
        ofTest,
        (condition) => fieldOf(condition, "variable"),
        (ofKey) => flattened(each(ofKey, (condition) => fieldOf(condition, "values"))),
      ),
  );
}

function documentStatements(
  documents: Value<readonly string[]>,
  resource: string,
): Operand<readonly Statement[]> {
  if (isKnown(documents)) {
    return plain(documents, "documents")
      .flatMap((document) => statementsIn(document) ?? [])
      .map((statement) => ({ ...withLists(statement), Resource: resource }));
  }
  const statements = flattened(
    each(documents, (document) => expression<readonly object[]>`[jsondecode(${document}).Statement]`),
  );
  return each(statements, (statement) =>
    call<Statement>("merge", statement, {
      Action: expression`flatten([${statement}.Action])`,
      Resource: resource,
    }),
  );
}

function withLists(statement: SourceStatement): Statement {
  return { ...(statement as unknown as Statement), Action: listed(statement.Action) as readonly string[] };
}
