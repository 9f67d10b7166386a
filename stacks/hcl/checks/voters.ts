import { ownershipTableName } from "../../../core/names";
import { ALL_REGIONS, isRegion, type ModuleCheck, mapAt, through } from "./check";

/** Of the witness and of the tables of ownership. */

/** Region of the witness, in a list that is empty without one. */
const WITNESS = "compact([try(module.settings.recovery.witness.region, null)])";
const OF_WITNESS = [through(WITNESS, "witness")];

const partition = (region: string) =>
  `startswith(${region}, "cn-") ? "aws-cn" : startswith(${region}, "us-gov-") ? "aws-us-gov" : "aws"`;

/** Of a group with recovery. */
export const TAKEOVER_CHECK: ModuleCheck = {
  path: "recovery.takeover",
  value: "try(module.settings.recovery.takeover, null)",
  holds:
    'module.settings.recovery == null || length(local.regions) % 2 == 1 || try(module.settings.recovery.witness, null) != null || (local.recovery.takeover == "manual" && (module.settings.dns == null || local.recovery.takeover_is_chosen))',
  allowed: "manual in a group of two or four regions without a witness, which with dns has to say so",
};

export const WITNESS_CHECKS: readonly ModuleCheck[] = [
  {
    path: "recovery.witness.region",
    value: "witness",
    loops: OF_WITNESS,
    holds: `!${isRegion("witness")}`,
    allowed: `a region other than ${ALL_REGIONS}`,
  },
  {
    path: "recovery.witness",
    value: "witness",
    loops: OF_WITNESS,
    holds: "length(local.regions) % 2 == 0",
    allowed: "nothing with ${length(local.regions)} regions, whose own tables are an odd number",
  },
  {
    path: "recovery.witness.region",
    value: "witness",
    loops: OF_WITNESS,
    holds: `(${partition("witness")}) == (${partition("local.regions[0]")})`,
    allowed: `a region of the partition \${${partition("local.regions[0]")}}, that of \${local.regions[0]}`,
  },
  {
    path: "recovery.witness.assume_role_arn",
    value: "role",
    loops: [through("compact([try(module.settings.recovery.witness.assume_role_arn, null)])", "role")],
    holds: 'split(":", role)[4] == local.recovery.witness.account',
    allowed: "a role of the witness's account ${local.recovery.witness.account}",
  },
  {
    path: "recovery.ownership_kms_key_arns.${region}",
    value: "null",
    loops: [
      through(
        `try(module.settings.recovery.ownership_kms_key_arns, null) == null ? [] : concat(local.regions, ${WITNESS})`,
        "region",
      ),
    ],
    holds: `contains(keys(${mapAt("module.settings.recovery.ownership_kms_key_arns")}), region)`,
    allowed: "a key of ${region}, for every region of the group and its witness",
  },
];

/** What the module of a witness is called for. */
export const WITNESS_IS_GIVEN: ModuleCheck = {
  path: "recovery.witness",
  value: "null",
  holds: "local.recovery.witness.is_set",
  allowed: "the witness that the module makes",
};

export const WITNESS_REGION: ModuleCheck = {
  path: "region",
  value: "var.region",
  loops: OF_WITNESS,
  holds: "var.region == witness",
  allowed: "that of the witness, ${witness}",
};

export const OWNERSHIP_TABLE_CHECK: ModuleCheck = {
  path: "ledger.table_name",
  value: "local.ledger.table_name",
  holds: `module.settings.recovery == null || module.settings.ledger == null || local.ledger.table_name != "${ownershipTableName("${module.settings.naming.prefix}", "${var.failover_group}")}"`,
  allowed: "any name but that of the group's table of ownership",
};
