# Both regions are in one state, as in ../minimal: while one of them is down, neither can be planned or applied. A takeover needs no
# Terraform. ../terragrunt has a state per region.

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

      consumer_processing_seconds = 30
      visibility_timeout_seconds  = 60
    }
  }

  # Two regions without a witness have no majority when one is lost: a takeover is ordered, never begun by itself.
  recovery = {
    alarm_action_arns = var.alarm_topics
  }

  # A table of one's own, by its name.
  ledger = { table_name = aws_dynamodb_table.ledger.name }
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

# Both calls get the same settings: neither region is the first one.
module "us_east_1" {
  source    = "../../../dist/modules/region"
  providers = { aws = aws.us_east_1 }

  region         = "us-east-1"
  failover_group = local.failover_group
  regions        = local.regions
  queues         = local.queues
  recovery       = local.recovery
  ledger         = local.ledger
}

module "us_west_2" {
  source    = "../../../dist/modules/region"
  providers = { aws = aws.us_west_2 }

  region         = "us-west-2"
  failover_group = local.failover_group
  regions        = local.regions
  queues         = local.queues
  recovery       = local.recovery
  ledger         = local.ledger
}
