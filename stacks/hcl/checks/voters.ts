import { type ModuleCheck, through } from "./check";

/** Of the witness and of the tables of ownership. */

/** Region of the witness, in a list that is empty without one. */
const WITNESS = "compact([try(module.settings.recovery.witness.region, null)])";
const OF_WITNESS = [through(WITNESS, "witness")];

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
