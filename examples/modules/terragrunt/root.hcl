# What the units share. A unit is a folder that is named after its region.

locals {
  region  = path_relative_to_include()
  shared  = jsondecode(file(find_in_parent_folders("inputs.json")))
  account = local.shared.regions[local.region].account
}

terraform {
  source = "${get_parent_terragrunt_dir()}/../../../dist/modules//region"
}

# The state of a region is in that region, so that neither plan nor apply needs another.
remote_state {
  backend = "s3"

  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }

  config = {
    bucket       = "terraform-state-${local.account}-${local.region}"
    key          = "sqs-multi-region/${local.shared.failover_group}.tfstate"
    region       = local.region
    encrypt      = true
    use_lockfile = true
  }
}

generate "provider" {
  path      = "provider.tf"
  if_exists = "overwrite_terragrunt"
  contents  = <<-EOF
    provider "aws" {
      region              = "${local.region}"
      allowed_account_ids = ["${local.account}"]
    }
  EOF
}

inputs = merge(local.shared, { region = local.region })
