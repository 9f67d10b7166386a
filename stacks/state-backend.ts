import { join } from "node:path";
import { CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, type TerraformStack } from "cdktf";
import type { StateBackend } from "../config/configuration";

/** Sets where Terraform keeps a stack's state: per region, so that a plan never needs another region. */
export function setStateBackend(
  stack: TerraformStack,
  backend: StateBackend,
  group: string,
  region: string,
): void {
  const fill = (template: string) => template.replaceAll("{group}", group).replaceAll("{region}", region);
  switch (backend.type) {
    case "local":
      new LocalBackend(stack, {
        path: join(backend.directory ?? process.cwd(), `terraform.${stack.node.id}.tfstate`),
      });
      return;
    case "s3":
      new S3Backend(stack, {
        bucket: fill(backend.bucket),
        key: fill(backend.key),
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
        workspaces: new NamedCloudWorkspace(fill(backend.workspace)),
      });
  }
}
