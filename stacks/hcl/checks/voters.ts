import { type ModuleCheck, through } from "./check";

/** Of the witness and of the tables of ownership. */

/** Region of the witness, in a list that is empty without one. */
const WITNESS = "compact([try(module.settings.recovery.witness.region, null)])";
const OF_WITNESS = [through(WITNESS, "witness")];

const partition = (region: string) =>
  `startswith(${region}, "cn-") ? "aws-cn" : startswith(${region}, "us-gov-") ? "aws-us-gov" : "aws"`;

export const WITNESS_CHECKS: readonly ModuleCheck[] = [
  {
    path: "recovery.witness.region",
    value: "witness",
    loops: OF_WITNESS,
    holds: `(${partition("witness")}) == (${partition("local.regions[0]")})`,
    allowed: `a region of the partition \${${partition("local.regions[0]")}}, that of \${local.regions[0]}`,
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
