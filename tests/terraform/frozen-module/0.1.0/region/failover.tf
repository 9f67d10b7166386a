resource "aws_cloudwatch_metric_alarm" "owned" {
  for_each = toset([for key in local.other_regions : key if((var.create && local.recovery.is_set) && local.dns.is_set)])

  alarm_actions       = ((length(coalesce(try(local.recovery.alarm_action_arns[var.region], null), [])) > 0) ? coalesce(try(local.recovery.alarm_action_arns[var.region], null), []) : null)
  alarm_description   = "The home ${each.key} of ${var.failover_group} was taken over by ${var.region}, which answers for its messages. Route 53 sends producers of ${each.key} elsewhere until it is handed back. Look at the status that the command line shows, and hand back by failback when ${each.key} is sound."
  alarm_name          = "${var.naming.prefix}${var.failover_group}-owned-${var.region}-${each.key}"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions          = { FailoverGroup = var.failover_group, HomeRegion = each.key, PeerRegion = var.region }
  evaluation_periods  = 1
  metric_name         = "Owned"
  namespace           = "SqsMultiRegion"
  period              = 60
  statistic           = "Maximum"
  tags                = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "owned" }, var.tags)
  threshold           = 1
  treat_missing_data  = "ignore"
}

resource "aws_cloudwatch_metric_alarm" "claim" {
  count = ((var.create && local.recovery.is_set) && local.dns.is_set) ? 1 : 0

  alarm_description   = "A signal for Route 53, in alarm as a rule. It is not while ${var.region} claims its own home in ${var.failover_group} back from an owner that is gone and has not released it. Nobody needs to do anything; look at the health check that it feeds."
  alarm_name          = "${var.naming.prefix}${var.failover_group}-claim-${var.region}"
  comparison_operator = "LessThanThreshold"
  dimensions          = { FailoverGroup = var.failover_group, Region = var.region }
  evaluation_periods  = 1
  metric_name         = "Claim"
  namespace           = "SqsMultiRegion"
  period              = 60
  statistic           = "Maximum"
  tags                = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "claim" }, var.tags)
  threshold           = 1
  treat_missing_data  = "breaching"
}

resource "aws_cloudwatch_metric_alarm" "healthy" {
  count = ((var.create && local.recovery.is_set) && local.dns.is_set && (local.dns.health.type == "metric")) ? 1 : 0

  alarm_description   = "A signal for Route 53: in alarm while ${var.region} cannot work for ${var.failover_group} by its own verdict, or says nothing. Producers are sent elsewhere. Look at the alarm home-unhealthy, which tells when this lasts."
  alarm_name          = "${var.naming.prefix}${var.failover_group}-healthy-${var.region}"
  comparison_operator = "LessThanThreshold"
  dimensions          = { FailoverGroup = var.failover_group, Region = var.region }
  evaluation_periods  = 1
  metric_name         = "Healthy"
  namespace           = "SqsMultiRegion"
  period              = 60
  statistic           = "Minimum"
  tags                = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "healthy" }, var.tags)
  threshold           = 1
  treat_missing_data  = "breaching"
}

resource "aws_cloudwatch_metric_alarm" "home_unhealthy" {
  count = ((var.create && local.recovery.is_set) && local.dns.is_set) ? 1 : 0

  alarm_actions       = ((length(coalesce(try(local.recovery.alarm_action_arns[var.region], null), [])) > 0) ? coalesce(try(local.recovery.alarm_action_arns[var.region], null), []) : null)
  alarm_description   = "By its own verdict ${var.region} has not been able to work for ${var.failover_group} for 5 minutes, or has said nothing: producers are sent elsewhere. ${((local.recovery.takeover == "automatic") ? "A peer takes it over when its heartbeats say the same for ${local.recovery.takeover_delay_seconds} seconds" : "Nobody takes it over but by order")}. Look at what the controller logs about queues, canary and ledger there, and order an evacuation if the region does not recover."
  alarm_name          = "${var.naming.prefix}${var.failover_group}-home-unhealthy-${var.region}"
  comparison_operator = "LessThanThreshold"
  dimensions          = { FailoverGroup = var.failover_group, Region = var.region }
  evaluation_periods  = 5
  metric_name         = "Healthy"
  namespace           = "SqsMultiRegion"
  period              = 60
  statistic           = "Maximum"
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:role"           = "home-unhealthy"
  }, var.tags)
  threshold          = 1
  treat_missing_data = "breaching"
}

resource "aws_iam_role" "health" {
  count = ((var.create && local.recovery.is_set) && local.dns.is_set && local.dns.health_endpoint.is_set) ? 1 : 0

  assume_role_policy   = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Lambda\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":[\"sts:AssumeRole\"]}]}"
  description          = "Tells whether ${var.region} can work for ${var.failover_group}"
  name                 = local.health_names
  path                 = var.role_path
  permissions_boundary = ((var.permissions_boundary != null) ? replace(var.permissions_boundary, "{account}", local.region.account) : null)
  tags                 = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "health" }, var.tags)
}

resource "aws_iam_role_policy_attachment" "health_look_1" {
  count = ((var.create && local.recovery.is_set) && local.dns.is_set && local.dns.health_endpoint.is_set && (local.dns.is_set && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1))],
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1))],
  ))) > 0))) ? 1 : 0

  policy_arn = aws_iam_policy.look_1[0].arn
  role       = aws_iam_role.health[0].name
}

resource "aws_iam_role_policy_attachment" "health_look_2" {
  count = ((var.create && local.recovery.is_set) && local.dns.is_set && local.dns.health_endpoint.is_set && (local.dns.is_set && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2))],
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2))],
  ))) > 0))) ? 1 : 0

  policy_arn = aws_iam_policy.look_2[0].arn
  role       = aws_iam_role.health[0].name
}

resource "aws_iam_role_policy_attachment" "health_look_3" {
  count = ((var.create && local.recovery.is_set) && local.dns.is_set && local.dns.health_endpoint.is_set && (local.dns.is_set && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3))],
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3))],
  ))) > 0))) ? 1 : 0

  policy_arn = aws_iam_policy.look_3[0].arn
  role       = aws_iam_role.health[0].name
}

resource "aws_iam_role_policy_attachment" "health_look_4" {
  count = ((var.create && local.recovery.is_set) && local.dns.is_set && local.dns.health_endpoint.is_set && (local.dns.is_set && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4))],
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4))],
  ))) > 0))) ? 1 : 0

  policy_arn = aws_iam_policy.look_4[0].arn
  role       = aws_iam_role.health[0].name
}

resource "aws_iam_role_policy" "health" {
  count = ((var.create && local.recovery.is_set) && local.dns.is_set && local.dns.health_endpoint.is_set) ? 1 : 0

  name = local.health_names
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "Own"
          Effect = "Allow"
          Action = ["ssm:GetParameter", "ssm:GetParameters"]
          Resource = [
            "arn:${local.partition}:ssm:${var.region}:${local.region.account}:parameter/sqs-multi-region/${var.failover_group}/roles",
            "arn:${local.partition}:ssm:${var.region}:${local.region.account}:parameter/sqs-multi-region/${var.failover_group}/states",
          ]
        },
        {
          Sid    = "Queues"
          Effect = "Allow"
          Action = ["ssm:GetParametersByPath"]
          Resource = [
            "arn:${local.partition}:ssm:${var.region}:${local.region.account}:parameter/sqs-multi-region/${var.failover_group}/queues",
            "arn:${local.partition}:ssm:${var.region}:${local.region.account}:parameter/sqs-multi-region/${var.failover_group}/queues/*",
          ]
        },
        {
          Sid      = "Beat"
          Effect   = "Allow"
          Action   = ["sqs:SendMessage"]
          Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names_3}"
        },
        {
          Sid      = "Hear"
          Effect   = "Allow"
          Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
          Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names_2}"
        },
        {
          Sid    = "Look"
          Effect = "Allow"
          Action = ["sqs:GetQueueAttributes"]
          Resource = [
            "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names_3}",
            "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names_2}",
          ]
        },
      ],
      local.ledger.is_set ? [
        {
          Sid       = "ProbeLedger"
          Effect    = "Allow"
          Action    = ["dynamodb:GetItem", "dynamodb:PutItem"]
          Resource  = "arn:${local.partition}:dynamodb:${var.region}:${local.region.account}:table/${local.ledger.table_name}"
          Condition = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["probe#${var.region}"] } }
        },
      ] : [],
      (local.ledger.is_set && (length([for item in [try(local.ledger.managed.kms_key_arns[var.region], null)] : item if item != null]) > 0)) ? [
        {
          Sid      = "LedgerKey"
          Effect   = "Allow"
          Action   = ["kms:Decrypt"]
          Resource = [for item in [try(local.ledger.managed.kms_key_arns[var.region], null)] : item if item != null]
        },
      ] : [],
      [
        {
          Sid      = "Log"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "arn:${local.partition}:logs:${var.region}:${local.region.account}:log-group:/aws/lambda/${local.health_names}:*"
        },
      ],
      (var.functions.tracing == "active") ? [
        {
          Sid      = "Trace"
          Effect   = "Allow"
          Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
          Resource = "*"
        },
      ] : [],
      (local.region.vpc != null) ? [
        {
          Sid    = "Network"
          Effect = "Allow"
          Action = [
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
          ]
          Resource = "*"
        },
      ] : [],
    )
  })
  role = aws_iam_role.health[0].name
  depends_on = [
    aws_iam_role_policy_attachment.health_look_1,
    aws_iam_role_policy_attachment.health_look_2,
    aws_iam_role_policy_attachment.health_look_3,
    aws_iam_role_policy_attachment.health_look_4,
  ]
}

resource "aws_cloudwatch_log_group" "health" {
  count = ((var.create && local.recovery.is_set) && local.dns.is_set && local.dns.health_endpoint.is_set) ? 1 : 0

  name              = "/aws/lambda/${local.health_names}"
  retention_in_days = var.functions.log_retention_days
  tags              = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "health" }, var.tags)
}

resource "aws_lambda_function" "health" {
  count = ((var.create && local.recovery.is_set) && local.dns.is_set && local.dns.health_endpoint.is_set) ? 1 : 0

  architectures                  = [var.functions.architecture]
  code_signing_config_arn        = local.region.code_signing_config_arn
  description                    = "Tells whether ${var.region} can work for ${var.failover_group}"
  filename                       = ((local.region.package == null) ? "${path.module}/functions/health.zip" : null)
  function_name                  = local.health_names
  handler                        = "index.handler"
  memory_size                    = local.dns.health_endpoint.memory_mb
  reserved_concurrent_executions = local.dns.health_endpoint.reserved_concurrency
  role                           = aws_iam_role.health[0].arn
  runtime                        = var.functions.runtime
  s3_bucket                      = ((local.region.package != null) ? try(local.region.package.s3_bucket, null) : null)
  s3_key                         = ((local.region.package != null) ? "${try(local.region.package.s3_prefix, null)}health.zip" : null)
  source_code_hash               = ((local.region.package == null) ? filebase64sha256("${path.module}/functions/health.zip") : null)
  tags                           = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "health" }, var.tags)
  timeout                        = 10

  environment {
    variables = {
      SQS_MULTI_REGION = jsonencode(merge(
        {
          failoverGroup = var.failover_group
          region        = var.region
          regions       = [for region in local.regions : region]
          account       = local.region.account
        },
        { for name, value in { ledgerTable = local.ledger.table_name } : name => value if local.ledger.is_set },
        {
          canary = {
            ingressQueueUrl = "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.ingress_names_3}"
            workQueueUrl    = "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.work_names_2}"
          }
        },
      ))
    }
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.health[0].name
  }

  tracing_config {
    mode = ((var.functions.tracing == "active") ? "Active" : "PassThrough")
  }

  dynamic "vpc_config" {
    for_each = (local.region.vpc != null) ? [1] : []
    content {
      security_group_ids = try(local.region.vpc.security_group_ids, null)
      subnet_ids         = try(local.region.vpc.subnet_ids, null)
    }
  }
  depends_on = [
    aws_iam_role_policy.health,
  ]
}

resource "aws_lambda_function_event_invoke_config" "health" {
  count = ((var.create && local.recovery.is_set) && local.dns.is_set && local.dns.health_endpoint.is_set) ? 1 : 0

  function_name                = aws_lambda_function.health[0].function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}

resource "aws_lambda_function_url" "health" {
  count = ((var.create && local.recovery.is_set) && local.dns.health_endpoint.is_set) ? 1 : 0

  authorization_type = "NONE"
  function_name      = aws_lambda_function.health[0].function_name
}

resource "aws_lambda_permission" "health_invoke_url" {
  count = ((var.create && local.recovery.is_set) && local.dns.health_endpoint.is_set) ? 1 : 0

  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.health[0].function_name
  function_url_auth_type = "NONE"
  principal              = "*"
  statement_id           = "sqs-multi-region-invoke-url"
}

resource "aws_lambda_permission" "health_invoke" {
  count = ((var.create && local.recovery.is_set) && local.dns.health_endpoint.is_set) ? 1 : 0

  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.health[0].function_name
  principal     = "*"
  statement_id  = "sqs-multi-region-invoke"
}
