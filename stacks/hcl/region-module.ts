import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { allOf, call, isSet, text } from "../../core/expression";
import type { FunctionWord } from "../../core/names";
import { under } from "../../modules/address";
import { HealthEndpoint } from "../../modules/dns/health-endpoint";
import type { ArchiveReference, BringsArchives } from "../../modules/function/function-code";
import { LogicalQueue } from "../../modules/logical-queue";
import { Recovery } from "../../modules/recovery/recovery";
import { archiveName } from "../../replicator/build/archive";
import { addHealthHostOutput, addOperatorOutput, addQueueOutputs } from "../region-outputs";
import { IS_MADE } from "./own-variables";
import { regionModuleSettings } from "./settings";
import { ANY_QUEUE } from "./symbols";

const REGION = "${var.region}";
/** Folder of the archives in the module. */
export const ARCHIVES = "functions";

/** One region of a failover group as a module: the constructs of the region's stack, given the variables of the module. */
export class RegionModule extends TerraformStack implements BringsArchives {
  readonly settings = regionModuleSettings();

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { configuration } = this.settings;
    const provider = new AwsProvider(this, "aws", {});
    const common = { configuration, region: REGION, provider };
    addQueueOutputs(this, configuration, new LogicalQueue(this, "queue", { ...common, queue: ANY_QUEUE }));
    const recovery = under(this, allOf(IS_MADE, isSet(configuration.recovery))) ?? this;
    const { health } = new Recovery(recovery, "recovery", common);
    addOperatorOutput(recovery, configuration);
    const endpoint = under(recovery, isSet(configuration.dns!.healthEndpoint)) ?? recovery;
    const { host } = new HealthEndpoint(endpoint, "endpoint", {
      ...common,
      functionName: health!.functionName,
    });
    addHealthHostOutput(endpoint, host);
  }

  /** Archives are in the module's own folder. */
  archiveOf(word: FunctionWord): ArchiveReference {
    const name = archiveName(word);
    const path = `\${path.module}/${ARCHIVES}/${name}`;
    return { name, path, hash: text(call("filebase64sha256", path)) };
  }
}
