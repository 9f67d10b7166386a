# Both regions are in one state, which is short to write. While one of them is down, Terraform cannot read what is there, and
# neither can be planned or applied. The README says how to split it.

locals {
  failover_group = "shop"

  regions = {
    us-east-1 = { account = var.account }
    us-west-2 = { account = var.account }
  }

  queues = {
    orders = {
      producers = var.producers
      consumers = var.consumers
    }
  }
}

provider "aws" {
  alias               = "us_east_1"
  region              = "us-east-1"
  allowed_account_ids = [var.account]
}

provider "aws" {
  alias               = "us_west_2"
  region              = "us-west-2"
  allowed_account_ids = [var.account]
}

# Both calls get the same settings: each computes from them what it has to know of the other region.
module "us_east_1" {
  source    = "../../../dist/modules/region"
  providers = { aws = aws.us_east_1 }

  region         = "us-east-1"
  failover_group = local.failover_group
  regions        = local.regions
  queues         = local.queues
}

module "us_west_2" {
  source    = "../../../dist/modules/region"
  providers = { aws = aws.us_west_2 }

  region         = "us-west-2"
  failover_group = local.failover_group
  regions        = local.regions
  queues         = local.queues
}
