# Both regions, the witness and what spans regions are in one state: while one region is down, none of it can be planned or applied. No
# failover needs that. For production give each call a state of its own, and hand health_hosts over as values.

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

    # Order holds per message group within a region.
    shipments = {
      fifo      = true
      producers = var.producers
      consumers = var.consumers

      consumer_processing_seconds = 30
      visibility_timeout_seconds  = 60
    }

    # Cheap to send twice: rescued by age, without the ledger.
    mails = {
      rescue    = "watermark"
      producers = var.producers
      consumers = var.consumers

      consumer_processing_seconds = 30
      visibility_timeout_seconds  = 60
    }

    # Not worth a copy.
    clicks = {
      mode      = "none"
      producers = var.producers
      consumers = var.consumers
    }
  }

  functions = {
    log_retention_days = 14
  }

  # Two regions have no majority when one of them is lost: a third one votes, which holds nothing but a table.
  recovery = {
    witness           = { region = "us-east-2" }
    alarm_action_arns = var.alarm_topics

    ownership_deletion_protection = var.deletion_protection
  }

  ledger = {
    deletion_protection = var.deletion_protection
  }

  dns = {
    zone_id = var.zone_id
    record  = var.record
  }

  tags = { team = "checkout" }
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

provider "aws" {
  alias               = "us_east_2"
  region              = "us-east-2"
  allowed_account_ids = [var.account]
}

module "us_east_1" {
  source    = "../../../dist/modules/region"
  providers = { aws = aws.us_east_1 }

  region         = "us-east-1"
  failover_group = local.failover_group
  regions        = local.regions
  queues         = local.queues
  functions      = local.functions
  recovery       = local.recovery
  ledger         = local.ledger
  dns            = local.dns
  tags           = local.tags
}

module "us_west_2" {
  source    = "../../../dist/modules/region"
  providers = { aws = aws.us_west_2 }

  region         = "us-west-2"
  failover_group = local.failover_group
  regions        = local.regions
  queues         = local.queues
  functions      = local.functions
  recovery       = local.recovery
  ledger         = local.ledger
  dns            = local.dns
  tags           = local.tags
}

module "witness" {
  source    = "../../../dist/modules/witness"
  providers = { aws = aws.us_east_2 }

  region         = "us-east-2"
  failover_group = local.failover_group
  regions        = local.regions
  recovery       = local.recovery
  tags           = local.tags
}

module "global" {
  source    = "../../../dist/modules/global"
  providers = { aws = aws.us_east_1 }

  region         = "us-east-1"
  failover_group = local.failover_group
  regions        = local.regions
  recovery       = local.recovery
  ledger         = local.ledger
  dns            = local.dns
  tags           = local.tags

  health_hosts = {
    us-east-1 = module.us_east_1.health_host
    us-west-2 = module.us_west_2.health_host
  }

  # Checks copy the settings of alarms that the regions make.
  depends_on = [module.us_east_1, module.us_west_2]
}
