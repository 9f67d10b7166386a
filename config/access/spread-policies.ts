import { createHash } from "node:crypto";
import { allOf, call, decided, equal, expression, isEmpty, known, not, plain } from "../../core/expression";
import { logicalId } from "../../core/names";
import { type Condition, isKnown, type Operand, type Value } from "../../core/value";
import type { GroupSettings } from "../configuration";
import { drainQueues } from "./controller-policies";
import { type PolicyDocument, policyDocument } from "./document";
import { lookAtQueues } from "./look-policies";

/**
 * Policies per kind over which the logical queues are spread. Another number would move queues from one to another. Those of both kinds
 * leave a controller's role two of the ten that it may have, for what an account attaches to all of its roles:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const SPREAD = 4;
const NUMBERS = Array.from({ length: SPREAD }, (_, index) => index + 1);

/** For the controller. `look`: whether queues answer. `drain`: to run drainers, where there is something for them. */
export type SpreadWord = "look" | "drain";

/** A managed policy of a failover group in one region. */
export interface SpreadPolicy {
  readonly word: SpreadWord;
  /** 1 to {@link SPREAD}. */
  readonly number: number;
  /** Logical queues that it names, by name. */
  readonly queues: readonly string[];
  readonly document: PolicyDocument;
  readonly exists: Condition;
}

/**
 * What grows with the logical queues of a group, which is too much for the policy inside a role. A queue's name alone decides which policy
 * of a kind names it, so another queue changes one of each, and none ever moves. A queue that moved could not be looked at for a moment,
 * and its region would be unfit. Policies without a resource are left out.
 */
export function spreadPolicies(configuration: GroupSettings, region: string): readonly SpreadPolicy[] {
  const kinds = [
    { word: "look", statements: lookAtQueues } as const,
    { word: "drain", statements: drainQueues } as const,
  ];
  return kinds.flatMap(({ word, statements }) =>
    NUMBERS.flatMap((number) => {
      const isMeant = (queue: string) =>
        allOf(not(configuration.queues[queue]!.canary), equal(policyNumber(queue), number));
      const queues = Object.keys(configuration.queues)
        .filter((queue) => decided(isMeant(queue)) !== false)
        .sort();
      const allowed = [statements(configuration, region, queues, isMeant)].flat();
      const exists = not(isEmpty(among(allowed[0]!.Resource as readonly string[])));
      const document = policyDocument(allowed);
      return decided(exists) === false ? [] : [{ word, number, queues, document, exists }];
    }),
  );
}

/** A list that Terraform alone knows as one, so that it can be asked about. */
function among(list: readonly string[]): Operand<readonly string[]> {
  return isKnown(list) ? list : call("concat", list);
}

/** Numbers of the policies that name a logical queue; all where Terraform alone knows its name. */
export function policyNumbers(queue: string): readonly number[] {
  const number = policyNumber(queue);
  return isKnown(number) ? [plain(number, "number")] : NUMBERS;
}

/** Number of the policies that name a logical queue. */
export function policyNumber(queue: string): Value<number> {
  if (!isKnown(queue)) return expression`(1 + parseint(substr(sha256(${queue}), 0, 2), 16) % ${SPREAD})`;
  return known(1 + (createHash("sha256").update(queue).digest()[0]! % SPREAD));
}

/** Address of a policy. */
export function policyAddress(failoverGroup: Operand<string>, word: SpreadWord, number: number): string {
  return logicalId(failoverGroup, word, `${number}`);
}

/** Address of what attaches a policy to the controller's role. */
export function attachmentAddress(failoverGroup: Operand<string>, word: SpreadWord, number: number): string {
  return logicalId(failoverGroup, "controller", word, `${number}`);
}
