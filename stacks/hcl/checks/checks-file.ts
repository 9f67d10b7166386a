import type { GroupSettings } from "../../../config/configuration";
import { DNS_TABLE } from "../../../config/dns/table";
import { LEDGER_TABLE, RECOVERY_TABLE, TAKEOVER_TABLE, WITNESS_TABLE } from "../../../config/recovery/table";
import { REGION_TABLE } from "../../../config/region-rules";
import { HEALTH_CHECK_TAG_TABLE, TAG_TABLE } from "../../../config/tag-rules";
import type { GlobalSettings } from "../global-settings";
import { argumentLines, indented, quoted } from "../hcl-text";
import type { Renderer } from "../render";
import type { ModuleSettings } from "../settings";
import { type Constraint, validationOf } from "../validations";
import { ALL_REGIONS, constraintOf, type ModuleCheck, through } from "./check";
import { DNS_CHECKS, RECORD_LOCALS } from "./dns";
import { NAME_CHECKS, nameLocals } from "./names";
import { QUEUE_CHECKS } from "./queues";
import { POLICY_SIZES, RECOVERY_CHECKS } from "./recovery";
import { groupTableChecks, queueTableChecks } from "./table";
import { WITNESS_IS_GIVEN, WITNESS_REGION } from "./voters";

const OWN_REGION: ModuleCheck = {
  path: "region",
  value: "var.region",
  holds: "contains(local.regions, var.region)",
  allowed: `one of ${ALL_REGIONS}`,
};

/** All that a call of the module of a region is checked for beyond its single variables. */
export function regionPreconditions(settings: ModuleSettings, renderer: Renderer): readonly Constraint[] {
  return [
    OWN_REGION,
    ...queueTableChecks(settings, renderer),
    ...QUEUE_CHECKS,
    ...NAME_CHECKS,
    ...groupTableChecks(
      [
        ...REGION_TABLE,
        ...TAG_TABLE,
        ...HEALTH_CHECK_TAG_TABLE,
        ...RECOVERY_TABLE,
        ...LEDGER_TABLE,
        ...DNS_TABLE,
      ],
      settings.configuration,
      renderer,
    ),
    ...RECOVERY_CHECKS,
    ...DNS_CHECKS,
  ].map(constraintOf);
}

/** A provisioned table needs a provider for each of its replicas, and a module has a fixed number of them. */
const ON_DEMAND: ModuleCheck = {
  path: "ledger.billing.type",
  value: "try(module.settings.ledger.billing.type, null)",
  holds: 'try(module.settings.ledger.billing.type, "on_demand") == "on_demand"',
  allowed: "on_demand in a module; a provisioned table is made elsewhere and named by ledger.table_name",
};

const HOSTS: ModuleCheck = {
  path: "health_hosts.${region}",
  value: "null",
  loops: [through('try(module.settings.dns.health.type, "") == "endpoint" ? local.regions : []', "region")],
  holds: "contains(keys(var.health_hosts), region)",
  allowed: "the output health_host of the module of ${region}, for every region of the group",
};

/** All that a call of the global module is checked for. */
function globalPreconditions({ configuration }: GlobalSettings, renderer: Renderer): readonly Constraint[] {
  return [
    OWN_REGION,
    ...groupTableChecks(
      [
        ...REGION_TABLE,
        ...TAG_TABLE,
        ...HEALTH_CHECK_TAG_TABLE,
        ...TAKEOVER_TABLE,
        ...LEDGER_TABLE,
        ...DNS_TABLE,
      ],
      configuration,
      renderer,
    ),
    ON_DEMAND,
    ...DNS_CHECKS,
    HOSTS,
  ].map(constraintOf);
}

/** All that a call of the module of a witness is checked for. */
function witnessPreconditions(settings: GroupSettings, renderer: Renderer): readonly Constraint[] {
  return [
    WITNESS_IS_GIVEN,
    WITNESS_REGION,
    ...groupTableChecks([...REGION_TABLE, ...TAG_TABLE, ...WITNESS_TABLE], settings, renderer),
  ].map(constraintOf);
}

const REGION_OF_PROVIDER: ModuleCheck = {
  path: "region",
  value: "var.region",
  holds: "self.id == var.region",
  allowed: "that of the provider, ${self.id}",
};

const ACCOUNT_OF_PROVIDER: ModuleCheck = {
  path: "regions.${var.region}.account",
  value: "local.region.account",
  holds: "!contains(local.regions, var.region) || self.account_id == local.region.account",
  allowed: "that of the provider, ${self.account_id}",
};

const ACCOUNT_OF_WITNESS: ModuleCheck = {
  path: "recovery.witness.account",
  value: "local.recovery.witness.account",
  holds: "!local.recovery.witness.is_set || self.account_id == local.recovery.witness.account",
  allowed: "that of the provider, ${self.account_id}",
};

/** The file `checks.tf` of the module of a region. */
export function regionChecks(settings: ModuleSettings, renderer: Renderer): string {
  const locals = { ...nameLocals(renderer), ...RECORD_LOCALS, policy_sizes: POLICY_SIZES };
  return checksFile(locals, regionPreconditions(settings, renderer));
}

/** That of the global module. */
export function globalChecks(settings: GlobalSettings, renderer: Renderer): string {
  return checksFile(RECORD_LOCALS, globalPreconditions(settings, renderer));
}

/** That of the module of a witness. */
export function witnessChecks(settings: GroupSettings, renderer: Renderer): string {
  return checksFile({}, witnessPreconditions(settings, renderer), ACCOUNT_OF_WITNESS);
}

/**
 * The conditions of one data source are evaluated once per call, before anything is made, and at the apply where a value is known no
 * sooner. Region and account of the provider have data sources of their own, which wait for no value that an apply makes known. Those of
 * regions ask AWS nothing; that of the account can be left out.
 */
function checksFile(
  locals: Readonly<Record<string, string>>,
  preconditions: readonly Constraint[],
  account = ACCOUNT_OF_PROVIDER,
): string {
  const lines = Object.entries(locals).map(([name, value]) => argumentLines([[name, value]]));
  return [
    ...(lines.length > 0 ? [block("locals", lines)] : []),
    DEFAULT_TAGS,
    dataSource("aws_region", "provider", "var.create", "postcondition", [constraintOf(REGION_OF_PROVIDER)]),
    dataSource("aws_caller_identity", "provider", "var.create && var.check_account", "postcondition", [
      constraintOf(account),
    ]),
    dataSource("aws_region", "this", "var.create", "precondition", preconditions),
  ].join("\n");
}

/** Known without a call to AWS. */
const DEFAULT_TAGS = block('data "aws_default_tags" "provider"', []);

function dataSource(
  type: string,
  name: string,
  exists: string,
  kind: "precondition" | "postcondition",
  constraints: readonly Constraint[],
): string {
  const conditions = constraints.map(validationOf).map(({ condition, errorMessage }) =>
    block(kind, [
      argumentLines([
        ["condition", condition],
        ["error_message", errorMessage],
      ]),
    ]),
  );
  const count = argumentLines([["count", `${exists} ? 1 : 0`]]);
  return `${UNREAD}${block(`data ${quoted(type)} ${quoted(name)}`, [count, block("lifecycle", conditions)])}`;
}

/** tflint knows no use of a data source but a reference to it. */
const UNREAD = "# Read for its conditions alone.\n# tflint-ignore: terraform_unused_declarations\n";

function block(head: string, parts: readonly string[]): string {
  return `${head} {\n${indented(parts.map((part) => part.trimEnd()).join("\n\n"))}\n}\n`;
}
