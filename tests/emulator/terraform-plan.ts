/** What a plan does to one resource; `terraform show -json` has more. */
export interface ResourceChange {
  readonly address: string;
  readonly type: string;
  readonly change: {
    /** `["no-op"]`, `["create"]`, `["read"]`, `["update"]`, `["delete", "create"]`, `["create", "delete"]` or `["delete"]`. */
    readonly actions: readonly string[];
    readonly before: unknown;
    readonly after: unknown;
    readonly after_unknown?: unknown;
  };
}

/** https://developer.hashicorp.com/terraform/internals/json-format#plan-representation, as far as tests look at it. */
export interface TerraformPlan {
  readonly resource_changes?: readonly ResourceChange[];
  readonly output_changes?: Readonly<Record<string, { readonly actions: readonly string[] }>>;
}

/** A plan, and whether it would change anything. */
export interface PlanResult {
  readonly changes: boolean;
  readonly plan: TerraformPlan;
}

/** Resources that a plan would change. */
export function changedResources(plan: TerraformPlan): readonly ResourceChange[] {
  const unchanged = new Set(["no-op", "read"]);
  return (plan.resource_changes ?? []).filter(({ change }) =>
    change.actions.some((action) => !unchanged.has(action)),
  );
}
