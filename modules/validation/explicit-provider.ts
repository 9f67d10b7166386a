import { TerraformDataSource, TerraformResource } from "cdktf";
import type { IConstruct, IValidation } from "constructs";

/**
 * Every resource and data source below `root` names its provider. One that does not lands in the default provider's region,
 * silently: in a stack with several providers, that is another region than the one it was meant for.
 */
export class ExplicitProvider implements IValidation {
  constructor(private readonly root: IConstruct) {}

  validate(): string[] {
    return this.root.node
      .findAll()
      .filter(
        (node) =>
          TerraformResource.isTerraformResource(node) || TerraformDataSource.isTerraformDataSource(node),
      )
      .map((node) => node as TerraformResource | TerraformDataSource)
      .filter((element) => element.provider === undefined)
      .map(
        (element) =>
          `${element.terraformResourceType}.${element.friendlyUniqueId} names no provider; pass the provider of its region`,
      );
  }
}
