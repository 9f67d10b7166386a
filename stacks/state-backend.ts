import { join } from "node:path";
import { CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, type TerraformStack } from "cdktf";
import type { StateBackend } from "../config/configuration";

/** Stands where a region's name stands in what belongs to one: name, object key or workspace of the stack that spans regions. */
export const GLOBAL = "global";

/** The same of a witness, whatever its region. */
export const WITNESS = "witness";

/** Which stack's state it is. */
export interface StateOwner {
  readonly group: string;
  /** Region of the stack, {@link GLOBAL} or {@link WITNESS}. */
  readonly name: string;
  /** Region in which the state stands. */
  readonly region: string;
}

/** Terraform that reads the stacks: the first with the language features that the provider's documentation uses. */
export const REQUIRED_TERRAFORM = ">= 1.5.0";
/** The first that locks by an object: https://developer.hashicorp.com/terraform/language/backend/s3#state-locking */
const REQUIRED_FOR_LOCKFILE = ">= 1.10.0";

/** Sets where Terraform keeps a stack's state, per region, so that a plan never needs another region; and which Terraform that takes. */
export function setStateBackend(
  stack: TerraformStack,
  backend: StateBackend,
  { group, name, region }: StateOwner,
): void {
  const fill = (template: string, place: string) =>
    template.replaceAll("{group}", group).replaceAll("{region}", place);
  const hasLockfile = backend.type === "s3" && backend.useLockfile;
  stack.addOverride("terraform.required_version", hasLockfile ? REQUIRED_FOR_LOCKFILE : REQUIRED_TERRAFORM);
  switch (backend.type) {
    case "local":
      new LocalBackend(stack, {
        path: join(backend.directory ?? process.cwd(), `terraform.${stack.node.id}.tfstate`),
      });
      return;
    case "s3":
      new S3Backend(stack, {
        bucket: fill(backend.bucket, region),
        key: fill(backend.key, name),
        region,
        encrypt: true,
        ...(backend.useLockfile && { useLockfile: true }),
        ...(backend.dynamodbTable && { dynamodbTable: backend.dynamodbTable }),
        ...(backend.kmsKeyId && { kmsKeyId: backend.kmsKeyId }),
      });
      return;
    case "terraform_cloud":
      new CloudBackend(stack, {
        hostname: backend.hostname,
        organization: backend.organization,
        workspaces: new NamedCloudWorkspace(fill(backend.workspace, name)),
      });
  }
}
