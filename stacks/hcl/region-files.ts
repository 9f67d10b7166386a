import type { App } from "cdktf";
import { configurationSchema } from "../../config/schema";
import type { ResourceBlock } from "./blocks";
import { regionChecks } from "./checks/checks-file";
import { regionLocals } from "./locals";
import { type SynthesizedModule, synthesized } from "./module-files";
import { CHECK_ACCOUNT, CREATE, REGION } from "./own-variables";
import { RegionModule } from "./region-module";
import { SETTINGS } from "./settings-module";
import { SINGLE_QUEUE_OUTPUTS } from "./single-queue";
import { variablesOf } from "./variables";

const FILES: readonly (readonly [file: string, isMeant: (resource: ResourceBlock) => boolean])[] = [
  ["queues.tf", ({ type }) => type.startsWith("aws_sqs_queue")],
  ["replication.tf", ({ name }) => /^(replicator|forwarder)$/.test(name)],
  ["dns.tf", ({ name }) => /^(health|health_.*|owned|claim|healthy|home_unhealthy)$/.test(name)],
  ["recovery.tf", () => true],
];

/** The module of a region, by file: one provider, one region per call. */
export function synthesizedRegion(app: App): SynthesizedModule {
  const stack = new RegionModule(app, "region");
  return synthesized({
    stack,
    variables: [CREATE, CHECK_ACCOUNT, REGION, ...variablesOf(configurationSchema, SETTINGS)],
    files: FILES,
    locals: (renderer) => regionLocals(stack.settings, renderer),
    outputs: SINGLE_QUEUE_OUTPUTS,
    checks: (renderer) => regionChecks(stack.settings, renderer),
  });
}
