import { z } from "zod";
import { QUEUE_POLICY_STATEMENT_MAX_ACTIONS } from "../../core/limits";
import { allowed, choice, flag, map, object, text } from "../fields";

/** What the policies of a logical queue say beside what this project puts there; names are those of terraform-aws-sqs. */

const SID_TEXT = "1 to 100 letters, digits, hyphens and underscores";
const SID = /^[\w-]{1,100}$/;
/** SQS takes no other actions in the policy of a queue; names of actions are the same in either case. */
const ACTION_TEXT = 'an action of SQS, "sqs:…"';
const PLAIN_TEXT = "a text that does not begin with a space, without $: policy variables are not supported";
const plain = (description: string) => text(/^[^$\s][^$]*$/, PLAIN_TEXT, description);
const actionsText = allowed(`1 to ${QUEUE_POLICY_STATEMENT_MAX_ACTIONS} actions`);
const listOf = <T extends z.ZodType>(item: T, what: string, description: string) =>
  z
    .array(item)
    .min(1, allowed(`at least one ${what}`))
    .describe(description);

const conditions = z
  .array(
    object({
      test: text(
        /^[A-Za-z]+(?::[A-Za-z]+)?$/,
        "a condition operator such as ArnEquals",
        "Condition operator.",
      ),
      variable: text(/^[\w-]+:[^$\s]+$/, "a condition key such as aws:SourceArn", "Condition key."),
      values: listOf(plain("Value."), "value", "Values, any of which matches."),
    }),
  )
  .default([]);

const statement = object({
  sid: text(SID, SID_TEXT, "Id of the statement. Default: its key.").optional(),
  effect: choice(["Allow", "Deny"], "Allow (default) or Deny.").default("Allow"),
  actions: z
    .array(text(/^[sS][qQ][sS]:[A-Za-z*?]+$/, ACTION_TEXT, "Action."))
    .min(1, actionsText)
    .max(QUEUE_POLICY_STATEMENT_MAX_ACTIONS, actionsText)
    .describe("Actions of SQS."),
  principals: listOf(
    object({
      type: choice(["AWS", "Service", "Federated", "CanonicalUser", "*"], "Kind of principals."),
      identifiers: listOf(plain("Principal."), "identifier", "Principals of that kind."),
    }),
    "principal",
    "Whom it is about.",
  ),
  condition: conditions.describe("Conditions, all of which must hold."),
  conditions: conditions.describe("More conditions; the other name that terraform-aws-sqs has for them."),
});

/** The policy of one queue. Outbox and standby queues are not among them: they are the functions' own. */
const queuePolicySettings = object({
  queue_policy_statements: map(
    z.string().regex(SID),
    SID_TEXT,
    statement,
    "Statements beside the project's own, by id. Their resource is the queue. Default: none.",
  ).default({}),
  source_queue_policy_documents: z
    .array(z.string(allowed("a text")))
    .describe(
      "Policy documents, JSON, whose statements stand beside the project's own. Their resource is replaced by the queue. Default: none.",
    )
    .default([]),
  tls_only: flag(
    "Whether calls without TLS are refused. Default true; false while somebody still calls an adopted queue so.",
  ).default(true),
});

/** By role of the queue. */
export const queuePolicies = map(
  z.string().regex(/^(?:ingress|work|dlq|ingress_dlq)$/),
  "ingress, work, dlq or ingress_dlq",
  queuePolicySettings,
  "What the policies of the queues say beside what producers, consumers and functions need, by role: ingress, work, dlq (of the work queue) or ingress_dlq. Default: nothing.",
).default({});
