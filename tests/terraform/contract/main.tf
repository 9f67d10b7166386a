# What somebody who uses the module may have written: `npm run freeze:module` writes down what comes of it.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

locals {
  account = "111122223333"
  regions = ["eu-west-1", "us-east-1", "us-west-2"]
  key     = { for region in local.regions : region => "arn:aws:kms:${region}:${local.account}:key/1a2b" }
}

module "region" {
  source = "./region"

  region         = "us-east-1"
  failover_group = "pay"
  regions = {
    eu-west-1 = { account = local.account }
    us-east-1 = { account = local.account, vpc = { subnet_ids = ["subnet-0a"], security_group_ids = ["sg-01"] } }
    us-west-2 = { account = local.account }
  }

  queues = {
    orders = {
      producers           = ["arn:aws:iam::${local.account}:role/api", "444455556666"]
      producer_services   = [{ service = "sns.amazonaws.com", source_arns = ["arn:aws:sns:us-east-1:${local.account}:orders"] }]
      consumers           = ["arn:aws:iam::${local.account}:role/worker"]
      encryption          = { kms_key_arns = local.key }
      max_rate            = 50
      ledger_key          = "body.id"
      on_missing_identity = "dlq"
    }
    shipments = { fifo = true, content_based_deduplication = true, delay_seconds = 5 }
    payments  = { mode = "sync", functions = { provisioned_pollers = { minimum = 2, maximum = 4 } } }
    mails = {
      mode      = "semi-sync"
      rescue    = "watermark"
      consumers = ["arn:aws:iam::${local.account}:role/mailer"]
      functions = { memory_mb = 512, timeout_seconds = 30, maximum_concurrency = 20 }
    }
    logs = { mode = "none", tags = { tier = "low" } }
    events = {
      rescue    = "manual"
      peers     = { us-east-1 = ["us-west-2"], us-west-2 = ["us-east-1"], eu-west-1 = ["us-west-2"] }
      functions = { profile = "latency" }
      names     = { dlq = "{prefix}{queue}-dead" }
    }
    a-long-queue-name-so-that-functions-are-short = { consumer_processing_seconds = 20 }
  }

  recovery = {
    failback          = "automatic"
    takeover_order    = { us-east-1 = ["us-west-2"], us-west-2 = ["us-east-1"], eu-west-1 = ["us-west-2"] }
    alarm_action_arns = { us-east-1 = ["arn:aws:sns:us-east-1:${local.account}:ops"] }
  }
  ledger = { kms_key_arns = local.key }
  dns = {
    zone_id = "Z0123456789ABC"
    record  = "pay.example.com"
  }

  functions            = { profile = "throughput", tracing = "pass_through" }
  naming               = { prefix = "prod-" }
  permissions_boundary = "arn:aws:iam::{account}:policy/boundary"
  role_path            = "/sqs/"
  tags                 = { team = "pay" }
}
