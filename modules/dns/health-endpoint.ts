import { LambdaFunctionUrl } from "@cdktf/provider-aws/lib/lambda-function-url";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import type { GroupSettings } from "../../config/configuration";
import { logicalId } from "../../core/names";
import { addressed } from "../address";

export interface HealthEndpointProps {
  /** With a health endpoint. */
  readonly configuration: GroupSettings;
  readonly region: string;
  /** Name of the health function. */
  readonly functionName: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/**
 * The public URL of a region's health function, which must exist. Public callers need both permissions:
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 *
 * AWS also suggests the condition `lambda:InvokedViaFunctionUrl` on the second one. Provider aws sets the condition from 6.29.0 on
 * (`invoked_via_function_url`); 5.100.0 does not know it. So whoever has an AWS account may invoke the function without the URL too.
 */
export class HealthEndpoint extends Construct {
  /** Where it is reached: a name that Lambda has made up. */
  readonly host: string;

  constructor(
    scope: Construct,
    id: string,
    { configuration, region, functionName, provider }: HealthEndpointProps,
  ) {
    super(scope, id);
    const { failoverGroup } = configuration;
    const url = addressed(
      new LambdaFunctionUrl(this, "url", { provider, functionName, authorizationType: "NONE" }),
      logicalId(failoverGroup, "health", region),
    );
    const permit = (id: string, action: string, functionUrlAuthType?: string) =>
      addressed(
        new LambdaPermission(this, id, {
          provider,
          functionName,
          statementId: `sqs-multi-region-${id}`,
          principal: "*",
          action,
          ...(functionUrlAuthType && { functionUrlAuthType }),
        }),
        logicalId(failoverGroup, "health", region, id),
      );
    permit("invoke-url", "lambda:InvokeFunctionUrl", "NONE");
    permit("invoke", "lambda:InvokeFunction");
    this.host = Fn.element(Fn.split("/", url.functionUrl), 2);
  }
}
