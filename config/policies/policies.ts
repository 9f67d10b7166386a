import { call, fieldOf, known, objectOf } from "../../core/expression";
import type { Plain, Value } from "../../core/value";
import type { GroupQueue } from "../group";

type PoliciesInput = GroupQueue["policies"];
type PolicyInput = Plain<PoliciesInput>[string];

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

function policyOf(policies: PoliciesInput, role: string) {
  const here = objectOf(policies);
  const said = <K extends keyof PolicyInput>(field: K): Value<PolicyInput[K]> =>
    here === undefined
      ? call("try", fieldOf(fieldOf(policies, role), field), NOTHING[field])
      : known((here[role] ?? NOTHING)[field]);
  return {
    queuePolicyStatements: said("queuePolicyStatements"),
    sourceQueuePolicyDocuments: said("sourceQueuePolicyDocuments"),
    tlsOnly: said("tlsOnly"),
  };
}
