import type { App } from "cdktf";
import { configurationSchema } from "../../config/schema";
import { witnessChecks } from "./checks/checks-file";
import { witnessLocals } from "./locals";
import { type SynthesizedModule, synthesized } from "./module-files";
import { CHECK_ACCOUNT, CREATE, WITNESS_REGION } from "./own-variables";
import { variablesOf } from "./variables";
import { WitnessModule } from "./witness-module";

const SETTINGS = ["failover_group", "regions", "recovery", "naming", "role_path", "tags"] as const;

/** The module of a witness, by file. */
export function synthesizedWitness(app: App): SynthesizedModule {
  const stack = new WitnessModule(app, "witness");
  return synthesized({
    stack,
    variables: [CREATE, CHECK_ACCOUNT, WITNESS_REGION, ...variablesOf(configurationSchema, SETTINGS)],
    files: [["witness.tf", () => true]],
    checks: (renderer) => witnessChecks(stack.settings, renderer),
    locals: (renderer) => witnessLocals(stack.recovery, renderer),
  });
}
