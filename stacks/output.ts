import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { args } from "../core/expression";
import { addressed } from "../modules/address";

/** An output under a name of its own. */
export function output(scope: Construct, id: string, value: unknown, description: string): void {
  addressed(new TerraformOutput(scope, id, args({ value, description })), id);
}
