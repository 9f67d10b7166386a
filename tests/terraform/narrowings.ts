import type { PolicyDocument, Statement } from "../../config/access/document";

/**
 * What a policy admitted that another one may not admit: its permissions that are not there word by word, and what the other one refuses in
 * words of its own. None: the other policy admits all that the first one did.
 */
export function narrowings(before: string, after: string): readonly Statement[] {
  const [old, next] = [statementsOf(before), statementsOf(after)];
  const lacks = (statements: readonly Statement[]) => {
    const known = statements.map(wording);
    return (statement: Statement) => !known.includes(wording(statement));
  };
  return [
    ...old.filter(({ Effect }) => Effect === "Allow").filter(lacks(next)),
    ...next.filter(({ Effect }) => Effect === "Deny").filter(lacks(old)),
  ];
}

function statementsOf(policy: string): readonly Statement[] {
  return policy === "" ? [] : [(JSON.parse(policy) as PolicyDocument).Statement].flat();
}

/** A statement but for its id, in one of the ways in which it can be written. */
function wording({ Effect, Principal, Action, Resource, Condition }: Statement): string {
  const principals = typeof Principal === "string" ? { AWS: Principal } : Principal;
  return JSON.stringify(
    sorted({ Effect, Principal: principals, Action: [Action].flat(), Resource, Condition: Condition ?? {} }),
  );
}

/** Lists and what stands alone are one, in a fixed order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? sorted(value[0]) : value.map(sorted).sort();
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
