import { DOCUMENT, ONE_QUEUE, WITH_CONDITION } from "../../config/policies/rules";
import { templateWith } from "../../config/rules";
import { QUEUE_POLICY_STATEMENT_MAX_ACTIONS } from "../../core/limits";
import { REQUIRED_PLACEHOLDERS, spelled, type Word } from "../../core/names";
import { quoted } from "./hcl-text";
import { escaped } from "./render";
import type { Constraint } from "./validations";

/**
 * Rules across fields of one variable, as Terraform checks them: those of config/rules.ts that need no other variable. A logical queue
 * that leaves a function setting to the group is checked by what it says itself.
 */

interface VariableRule {
  /** Path of the field that is at fault, below the variable or below an entry of it. */
  readonly field: string;
  /** What stands there; default: the field. */
  readonly shown?: string;
  /** An expression. */
  readonly condition: string;
  /** What is allowed, inside of a text. */
  readonly message: string;
}

export function rulesOf(variable: string): readonly Constraint[] {
  if (variable === "queues") return [...QUEUE_RULES.map(ofQueue), ...POLICY_RULES.map(ofPolicy)];
  return (RULES[variable] ?? []).map((rule) => ofVariable(variable, rule));
}

const ofQueue = (rule: VariableRule): Constraint => ({
  field: `queues.${rule.field}`,
  subject: `queues.\${name}.${rule.field} is \${jsonencode(${rule.shown ?? `queue.${rule.field}`})}`,
  loops: [{ key: "name", value: "queue", over: "var.queues", skipsNull: true }],
  holds: rule.condition,
  allowed: rule.message,
});

const ofPolicy = (rule: VariableRule): Constraint => ({
  field: `queues.policies.${rule.field}`,
  subject: `queues.\${name}.policies.\${role}.${rule.field} is \${jsonencode(${rule.shown ?? `policy.${rule.field}`})}`,
  loops: [
    { key: "name", value: "queue", over: "var.queues", skipsNull: true },
    { key: "role", value: "policy", over: "queue.policies", skipsNull: true },
  ],
  holds: rule.condition,
  allowed: rule.message,
});

const ofVariable = (variable: string, { field, shown, condition, message }: VariableRule): Constraint => ({
  field: `${variable}.${field}`,
  subject: `${variable}.${field} is \${jsonencode(try(${shown ?? `var.${variable}.${field}`}, null))}`,
  loops: [],
  holds: condition,
  allowed: message,
});

/** Templates of what there is one per region of must say of which. */
const placeholders = (templates: string, field: string): readonly VariableRule[] =>
  (Object.keys(REQUIRED_PLACEHOLDERS) as Word[]).flatMap((word) =>
    REQUIRED_PLACEHOLDERS[word].map((placeholder) => {
      const key = spelled(word).replaceAll("-", "_");
      return {
        field: `${field}.${key}`,
        shown: `${templates}.${key}`,
        condition: `${templates}.${key} == null ? true : replace(${templates}.${key}, ${quoted(placeholder)}, "") != ${templates}.${key}`,
        message: escaped(templateWith(placeholder)),
      };
    }),
  );

/** What a statement of a JSON policy document has to be. */
const SOUND_STATEMENT = [
  'contains(["Allow", "Deny"], statement.Effect)',
  "can(statement.Principal)",
  "length(flatten([statement.Action])) > 0",
  `length(flatten([statement.Action])) <= ${QUEUE_POLICY_STATEMENT_MAX_ACTIONS}`,
  'alltrue([for action in flatten([statement.Action]) : can(regex("^[sS][qQ][sS]:", action))])',
  'length(setintersection(keys(statement), ["NotAction", "NotPrincipal", "NotResource"])) == 0',
  '(statement.Effect == "Deny" || can(statement.Condition) || !contains(flatten([try(values(statement.Principal), statement.Principal)]), "*"))',
].join(" && ");

const STATEMENTS_IN = "flatten([try(jsondecode(document).Statement, [])])";
const RESOURCES = `flatten([for document in policy.source_queue_policy_documents : [for statement in ${STATEMENTS_IN} : try(statement.Resource, [])]])`;

/** Rules of what is said of one queue's policy. */
const POLICY_RULES: readonly VariableRule[] = [
  {
    field: "queue_policy_statements",
    shown: "keys(policy.queue_policy_statements)",
    condition:
      'alltrue([for statement in policy.queue_policy_statements : try(statement.effect == "Deny" || length(concat(statement.condition, statement.conditions)) > 0 || alltrue([for principal in statement.principals : principal.type != "*" && !contains(principal.identifiers, "*")]), true)])',
    message: WITH_CONDITION,
  },
  {
    field: "source_queue_policy_documents",
    condition: `alltrue([for document in policy.source_queue_policy_documents : try(can(jsondecode(document).Statement) && !can(regex("[$][{]", document)) && alltrue([for statement in ${STATEMENTS_IN} : ${SOUND_STATEMENT}]), false)])`,
    message: DOCUMENT,
  },
  {
    field: "source_queue_policy_documents",
    condition: `try(length(setsubtract([for resource in ${RESOURCES} : reverse(split(":", resource))[0]], ["*"])) <= 1, true)`,
    message: ONE_QUEUE,
  },
];

const QUEUE_RULES = placeholders("queue.names", "names");

const RULES: Readonly<Record<string, readonly VariableRule[]>> = {
  naming: placeholders("var.naming.templates", "templates"),
};
