import type { Written } from "../../core/value";
/** A policy document as data, so that tests and size checks see what AWS will see. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

export type Statement = Parts<{
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: readonly string[];
  /** Absent from trust policies, which AWS refuses with one. */
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}>;

/** Each of its parts may be a value. */
type Parts<T> = { readonly [K in keyof T]: Written<T[K]> };

export function policyDocument(statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** A statement of a role's policy. */
export function allow(
  sid: string,
  actions: readonly string[],
  resource: Written<string | readonly string[]>,
  condition?: Statement["Condition"],
): Statement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: resource,
    ...(condition && { Condition: condition }),
  };
}
