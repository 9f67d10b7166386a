import type { Construct } from "constructs";
import type { Witness } from "../modules/recovery/witness";
import { output } from "./output";

/** Where the table of a witness is. */
export function addWitnessOutputs(scope: Construct, { table }: Witness): void {
  output(scope, "ownership_table_name", table.name, "Name of the table of ownership");
  output(scope, "ownership_table_arn", table.arn, "ARN of the witness's table of ownership");
}
