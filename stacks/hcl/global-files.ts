import type { App } from "cdktf";
import { configurationSchema } from "../../config/schema";
import type { ResourceBlock } from "./blocks";
import { globalChecks } from "./checks/checks-file";
import { GlobalModule } from "./global-module";
import { globalLocals } from "./locals";
import { type SynthesizedModule, synthesized } from "./module-files";
import { CHECK_ACCOUNT, CREATE, GLOBAL_REGION, HEALTH_HOSTS } from "./own-variables";
import { variablesOf } from "./variables";

const SETTINGS = ["failover_group", "regions", "recovery", "ledger", "dns", "naming", "tags"] as const;

const FILES: readonly (readonly [file: string, isMeant: (resource: ResourceBlock) => boolean])[] = [
  ["ledger.tf", ({ type }) => type === "aws_dynamodb_table"],
  ["health-checks.tf", ({ type }) => type === "aws_route53_health_check"],
  ["records.tf", () => true],
];

/** The module of what spans the regions, by file. */
export function synthesizedGlobal(app: App): SynthesizedModule {
  const stack = new GlobalModule(app, "global");
  return synthesized({
    stack,
    variables: [
      CREATE,
      CHECK_ACCOUNT,
      GLOBAL_REGION,
      HEALTH_HOSTS,
      ...variablesOf(configurationSchema, SETTINGS),
    ],
    files: FILES,
    checks: (renderer) => globalChecks(stack.settings, renderer),
    locals: (renderer) => globalLocals(stack.settings, stack, renderer),
  });
}
