import { call, fieldOf } from "../../core/expression";
import type { Group } from "../group";

type PoliciesInput = Group["queues"][string]["policies"];
type PolicyInput = PoliciesInput[string];

/** What is said of each queue's policy, with defaults. */
export function resolvePolicies(policies: PoliciesInput) {
  return {
    ingress: policyOf(policies, "ingress"),
    work: policyOf(policies, "work"),
    dlq: policyOf(policies, "dlq"),
    ingressDlq: policyOf(policies, "ingress_dlq"),
  };
}

const NOTHING: PolicyInput = { queuePolicyStatements: {}, sourceQueuePolicyDocuments: [], tlsOnly: true };

function policyOf(policies: PoliciesInput, role: string): PolicyInput {
  if (typeof policies !== "string") return policies[role] ?? NOTHING;
  const said = <T>(name: string, otherwise: T): T =>
    call("try", fieldOf(fieldOf<Record<string, Record<string, T>>, string>(policies, role), name), otherwise);
  return {
    queuePolicyStatements: said("queue_policy_statements", NOTHING.queuePolicyStatements),
    sourceQueuePolicyDocuments: said("source_queue_policy_documents", NOTHING.sourceQueuePolicyDocuments),
    tlsOnly: said("tls_only", NOTHING.tlsOnly),
  };
}
