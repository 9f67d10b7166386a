type Values = Readonly<Record<string, unknown>>;

/** What a plan does to one resource; `terraform show -json` has more. */
export interface ResourceChange {
  readonly address: string;
  /** Where it stood before, if it moves. */
  readonly previous_address?: string;
  readonly type: string;
  readonly change: {
    /** `["no-op"]`, `["create"]`, `["read"]`, `["update"]`, `["delete", "create"]`, `["create", "delete"]`, `["delete"]` or `["forget"]`. */
    readonly actions: readonly string[];
    readonly before: Values | null;
    readonly after: Values | null;
    readonly after_unknown?: unknown;
  };
}

/** https://developer.hashicorp.com/terraform/internals/json-format#plan-representation, as far as tests look at it. */
export interface TerraformPlan {
  readonly resource_changes?: readonly ResourceChange[];
  readonly output_changes?: Readonly<
    Record<string, { readonly actions: readonly string[]; readonly after?: unknown }>
  >;
}

/** A plan with the values that it leads to, as `terraform show -json` writes it. */
export interface ShownPlan extends TerraformPlan {
  readonly planned_values: { readonly root_module: PlannedModule };
}

interface PlannedModule {
  readonly resources?: readonly (Omit<PlannedResource, "values"> & { readonly values?: Values })[];
  readonly child_modules?: readonly PlannedModule[];
}

/** A resource as a plan would make or leave it, with what is known of it before. */
export interface PlannedResource {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  readonly index?: number | string;
  readonly schema_version: number;
  readonly values: Values;
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

/** Managed resources of a plan, those of all modules. What a plan forgets stands in it without values, and is not among them. */
export function plannedResources({ planned_values }: ShownPlan): readonly PlannedResource[] {
  const below = ({ resources = [], child_modules = [] }: PlannedModule): readonly PlannedResource[] => [
    ...resources.flatMap(({ values, ...resource }) =>
      values !== undefined && resource.mode === "managed" ? [{ ...resource, values }] : [],
    ),
    ...child_modules.flatMap(below),
  ];
  return below(planned_values.root_module);
}
