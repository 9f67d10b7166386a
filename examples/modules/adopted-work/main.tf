# What this queue had before, by terraform-aws-sqs: a name, settings, a dead-letter queue and a policy.

locals {
  failover_group = "shop"

  regions = {
    us-east-1 = { account = var.account }
    us-west-2 = { account = var.account }
  }

  # The map that the former module was called with.
  queue_policy_statements = {
    topic = {
      actions    = ["sqs:SendMessage"]
      principals = [{ type = "Service", identifiers = ["sns.amazonaws.com"] }]
      condition  = [{ test = "ArnEquals", variable = "aws:SourceArn", values = [var.topic] }]
    }
    partner = {
      actions    = ["sqs:SendMessage", "sqs:GetQueueUrl"]
      principals = [{ type = "AWS", identifiers = ["arn:aws:iam::${var.partner}:root"] }]
    }
  }

  queues = {
    orders = {
      names = { work = "orders", dlq = "orders-dlq" }

      # As they are.
      visibility_timeout_seconds = 60
      message_retention_seconds  = 345600
      dlq_retention_seconds      = 1209600
      receive_wait_time_seconds  = 20
      max_receive_count          = 5
      tags                       = { team = "checkout" }

      # Nobody is named as producer or consumer: a list of them would shut the others out.
      policies = {
        work    = { queue_policy_statements = local.queue_policy_statements, tls_only = false }
        ingress = { queue_policy_statements = local.queue_policy_statements }
        dlq     = { tls_only = false }
      }
    }
  }
}

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = [var.account]
}

provider "aws" {
  alias               = "us_west_2"
  region              = "us-west-2"
  allowed_account_ids = [var.account]
}

module "us_east_1" {
  source = "../../../dist/modules/region"

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
