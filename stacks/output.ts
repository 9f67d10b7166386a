import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { addressed } from "../modules/address";

/** An output under a name of its own. */
export function output(scope: Construct, id: string, value: unknown, description: string): void {
  addressed(new TerraformOutput(scope, id, { value, description }), id);
}
