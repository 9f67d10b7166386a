resource "aws_iam_role" "drainer" {
  for_each = { for key, it in local.incoming : key => it if((local.queues[it.queue].recovery.is_set || (local.dns.is_set && !local.queues[it.queue].canary)) && (local.queues[it.queue].recovery.is_set && (length(local.queues[it.queue].homes) > 0))) }

  assume_role_policy   = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Lambda\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":[\"sts:AssumeRole\"]}]}"
  description          = "Drains ${each.value.queue}: copies of what ${each.value.home} took in, in ${var.region}"
  name                 = local.drainer_names[each.key]
  path                 = var.role_path
  permissions_boundary = ((var.permissions_boundary != null) ? replace(var.permissions_boundary, "{account}", local.region.account) : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.value.queue
    "sqs-multi-region:role"           = "drainer"
  }, local.queues[each.value.queue].tags)
}

resource "aws_iam_role_policy" "drainer" {
  for_each = { for key, it in local.incoming : key => it if((local.queues[it.queue].recovery.is_set || (local.dns.is_set && !local.queues[it.queue].canary)) && (local.queues[it.queue].recovery.is_set && (length(local.queues[it.queue].homes) > 0))) }

  name = local.drainer_names[each.key]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "Read"
          Effect = "Allow"
          Action = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
          ]
          Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.standby_names[each.key]}"
        },
        {
          Sid    = "ReadFromAfar"
          Effect = "Allow"
          Action = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
          ]
          Resource = concat(
            contains(["async", "semi-sync"], local.queues[each.value.queue].mode) ? [
              "arn:${local.partition}:sqs:${each.value.home}:${var.regions[each.value.home].account}:${local.outbox_names_2[each.key]}",
            ] : [],
            [
              "arn:${local.partition}:sqs:${each.value.home}:${var.regions[each.value.home].account}:${local.ingress_names_2[each.key]}",
            ],
          )
        },
        {
          Sid    = "Send"
          Effect = "Allow"
          Action = ["sqs:SendMessage"]
          Resource = [
            "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[each.value.queue]}",
            "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.dlq_names[each.value.queue]}",
          ]
        },
      ],
      (local.queues[each.value.queue].recovery.is_set && (local.queues[each.value.queue].recovery.rescue == "watermark")) ? [
        {
          Sid    = "TakeBack"
          Effect = "Allow"
          Action = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
          ]
          Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[each.value.queue]}"
        },
      ] : [],
      ((local.queues[each.value.queue].recovery.rescue == "ledger") && local.ledger.is_set) ? [
        {
          Sid       = "Ledger"
          Effect    = "Allow"
          Action    = ["dynamodb:GetItem", "dynamodb:BatchGetItem"]
          Resource  = "arn:${local.partition}:dynamodb:${var.region}:${local.region.account}:table/${local.ledger.table_name}"
          Condition = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["${each.value.queue}#*"] } }
        },
      ] : [],
      (((local.queues[each.value.queue].recovery.rescue == "ledger") && local.ledger.is_set) && (length([for item in [try(local.ledger.managed.kms_key_arns[var.region], null)] : item if item != null]) > 0)) ? [
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
          Resource = "arn:${local.partition}:logs:${var.region}:${local.region.account}:log-group:/aws/lambda/${local.drainer_names[each.key]}:*"
        },
      ],
      (length([for item in [
        try(local.queues[each.value.queue].encryption.kms_key_arns[var.region], null),
        try(local.queues[each.value.queue].encryption.kms_key_arns[each.value.home], null),
        ] : item if item != null]) > 0) ? [
        {
          Sid    = "Encrypt"
          Effect = "Allow"
          Action = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = [for item in [
            try(local.queues[each.value.queue].encryption.kms_key_arns[var.region], null),
            try(local.queues[each.value.queue].encryption.kms_key_arns[each.value.home], null),
          ] : item if item != null]
        },
      ] : [],
      (local.queues[each.value.queue].functions.tracing == "active") ? [
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
  role = aws_iam_role.drainer[each.key].name
}

resource "aws_cloudwatch_log_group" "drainer" {
  for_each = { for key, it in local.incoming : key => it if((local.queues[it.queue].recovery.is_set || (local.dns.is_set && !local.queues[it.queue].canary)) && (local.queues[it.queue].recovery.is_set && (length(local.queues[it.queue].homes) > 0))) }

  name              = "/aws/lambda/${local.drainer_names[each.key]}"
  retention_in_days = local.queues[each.value.queue].functions.log_retention_days
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.value.queue
    "sqs-multi-region:role"           = "drainer"
  }, local.queues[each.value.queue].tags)
}

resource "aws_lambda_function" "drainer" {
  for_each = { for key, it in local.incoming : key => it if((local.queues[it.queue].recovery.is_set || (local.dns.is_set && !local.queues[it.queue].canary)) && (local.queues[it.queue].recovery.is_set && (length(local.queues[it.queue].homes) > 0))) }

  architectures           = [local.queues[each.value.queue].functions.architecture]
  code_signing_config_arn = local.region.code_signing_config_arn
  description             = "Drains ${each.value.queue}: copies of what ${each.value.home} took in, in ${var.region}"
  filename                = ((local.region.package == null) ? "${path.module}/functions/drainer.zip" : null)
  function_name           = local.drainer_names[each.key]
  handler                 = "index.handler"
  memory_size             = local.recovery.drainer_memory_mb
  role                    = aws_iam_role.drainer[each.key].arn
  runtime                 = local.queues[each.value.queue].functions.runtime
  s3_bucket               = ((local.region.package != null) ? try(local.region.package.s3_bucket, null) : null)
  s3_key                  = ((local.region.package != null) ? "${try(local.region.package.s3_prefix, null)}drainer.zip" : null)
  source_code_hash        = ((local.region.package == null) ? filebase64sha256("${path.module}/functions/drainer.zip") : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.value.queue
    "sqs-multi-region:role"           = "drainer"
  }, local.queues[each.value.queue].tags)
  timeout = 60

  environment {
    variables = {
      SQS_MULTI_REGION = jsonencode(merge(
        {
          failoverGroup       = var.failover_group
          logicalQueue        = each.value.queue
          region              = var.region
          homeRegion          = each.value.home
          fifo                = local.queues[each.value.queue].fifo.is_set
          rescue              = local.queues[each.value.queue].recovery.rescue
          standbyQueueUrl     = "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.standby_names[each.key]}"
          workQueueUrl        = "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.work_names[each.value.queue]}"
          dlqUrl              = "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.dlq_names[each.value.queue]}"
          homeIngressQueueUrl = "https://sqs.${each.value.home}.${local.domain}/${var.regions[each.value.home].account}/${local.ingress_names_2[each.key]}"
        },
        { for name, value in {
          homeOutboxQueueUrl = "https://sqs.${each.value.home}.${local.domain}/${var.regions[each.value.home].account}/${local.outbox_names_2[each.key]}"
        } : name => value if contains(["async", "semi-sync"], local.queues[each.value.queue].mode) },
        {
          workRetentionSeconds            = local.queues[each.value.queue].message_retention_seconds
          transitVisibilityTimeoutSeconds = local.queues[each.value.queue].transit_visibility_timeout_seconds
        },
        { for name, value in { maxRate = local.queues[each.value.queue].recovery.max_rate } : name => value if(local.queues[each.value.queue].recovery.max_rate != null) },
        { onMissingIdentity = local.queues[each.value.queue].recovery.on_missing_identity },
        { for name, value in { ledgerTable = local.ledger.table_name } : name => value if((local.queues[each.value.queue].recovery.rescue == "ledger") && local.ledger.is_set) },
        { for name, value in { ledgerKey = local.queues[each.value.queue].recovery.ledger_key } : name => value if(local.queues[each.value.queue].recovery.ledger_key != null) },
      ))
    }
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.drainer[each.key].name
  }

  tracing_config {
    mode = ((local.queues[each.value.queue].functions.tracing == "active") ? "Active" : "PassThrough")
  }

  dynamic "vpc_config" {
    for_each = (local.region.vpc != null) ? [1] : []
    content {
      security_group_ids = try(local.region.vpc.security_group_ids, null)
      subnet_ids         = try(local.region.vpc.subnet_ids, null)
    }
  }
  depends_on = [
    aws_iam_role_policy.drainer,
  ]
}

resource "aws_ssm_parameter" "control" {
  for_each = { for key, it in local.queues : key => it if(local.queues[key].recovery.is_set || (local.dns.is_set && !local.queues[key].canary)) }

  description = "${each.key} in ${var.region}, for the controller of ${var.failover_group}"
  insecure_value = jsonencode({
    queue         = each.key
    rescue        = (local.queues[each.key].recovery.is_set ? local.queues[each.key].recovery.rescue : "manual")
    marginSeconds = (local.queues[each.key].recovery.is_set ? local.queues[each.key].recovery.margin_seconds : 0)
    drainers      = { for home in local.queues[each.key].homes : home => local.drainer_names["${each.key}/${home}"] if(local.queues[each.key].recovery.is_set && (length(local.queues[each.key].homes) > 0)) }
    ingress       = local.ingress_names[each.key]
    work          = local.work_names[each.key]
  })
  name = "/sqs-multi-region/${var.failover_group}/queues/${each.key}"
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.key
    "sqs-multi-region:role"           = "control"
  }, local.queues[each.key].tags)
  type = "String"
  depends_on = [
    aws_sqs_queue.ingress,
    aws_sqs_queue.work,
    aws_iam_role_policy_attachment.controller_look_1,
    aws_iam_role_policy_attachment.controller_look_2,
    aws_iam_role_policy_attachment.controller_look_3,
    aws_iam_role_policy_attachment.controller_look_4,
    aws_iam_role_policy_attachment.health_look_1,
    aws_iam_role_policy_attachment.health_look_2,
    aws_iam_role_policy_attachment.health_look_3,
    aws_iam_role_policy_attachment.health_look_4,
  ]
}

resource "aws_ssm_parameter" "roles" {
  count = (var.create && local.recovery.is_set) ? 1 : 0

  description = "Who answers for each home of ${var.failover_group}"
  name        = "/sqs-multi-region/${var.failover_group}/roles"
  tags        = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "roles" }, var.tags)
  type        = "String"
  value = jsonencode({
    v = 1
    homes = merge(
      { (var.region) = { owner = var.region, epoch = 0, at = 0, from = [] } },
      { for other in local.other_regions : other => { owner = other, epoch = 0, at = 0, from = [] } },
    )
  })
  lifecycle {
    ignore_changes = [value]
  }
}

resource "aws_ssm_parameter" "states" {
  count = (var.create && local.recovery.is_set) ? 1 : 0

  description = "What ${var.region} does about each home of ${var.failover_group}"
  name        = "/sqs-multi-region/${var.failover_group}/states"
  tags        = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "states" }, var.tags)
  type        = "String"
  value = jsonencode({
    v         = 1
    region    = var.region
    checkedAt = 0
    homes = merge(
      { (var.region) = { phase = "owner", epoch = 0, since = 0 } },
      { for other in local.other_regions : other => { phase = "standing-by", epoch = 0, since = 0 } },
    )
  })
  lifecycle {
    ignore_changes = [value]
  }
}

resource "aws_iam_policy" "look_1" {
  count = ((var.create && local.recovery.is_set) && (local.dns.is_set && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1))],
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1))],
  ))) > 0))) ? 1 : 0

  description = "Looks at logical queues of ${var.failover_group} in ${var.region}"
  name        = one([for name in ["${var.naming.prefix}${var.failover_group}-look-${var.region}-1"] : length(name) <= 128 ? name : "${replace(substr(name, 0, 119), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"])
  path        = var.role_path
  policy      = local.look_1_policy
  tags        = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "look" }, var.tags)
}

resource "aws_iam_policy" "look_2" {
  count = ((var.create && local.recovery.is_set) && (local.dns.is_set && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2))],
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2))],
  ))) > 0))) ? 1 : 0

  description = "Looks at logical queues of ${var.failover_group} in ${var.region}"
  name        = one([for name in ["${var.naming.prefix}${var.failover_group}-look-${var.region}-2"] : length(name) <= 128 ? name : "${replace(substr(name, 0, 119), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"])
  path        = var.role_path
  policy      = local.look_2_policy
  tags        = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "look" }, var.tags)
}

resource "aws_iam_policy" "look_3" {
  count = ((var.create && local.recovery.is_set) && (local.dns.is_set && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3))],
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3))],
  ))) > 0))) ? 1 : 0

  description = "Looks at logical queues of ${var.failover_group} in ${var.region}"
  name        = one([for name in ["${var.naming.prefix}${var.failover_group}-look-${var.region}-3"] : length(name) <= 128 ? name : "${replace(substr(name, 0, 119), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"])
  path        = var.role_path
  policy      = local.look_3_policy
  tags        = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "look" }, var.tags)
}

resource "aws_iam_policy" "look_4" {
  count = ((var.create && local.recovery.is_set) && (local.dns.is_set && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4))],
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4))],
  ))) > 0))) ? 1 : 0

  description = "Looks at logical queues of ${var.failover_group} in ${var.region}"
  name        = one([for name in ["${var.naming.prefix}${var.failover_group}-look-${var.region}-4"] : length(name) <= 128 ? name : "${replace(substr(name, 0, 119), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"])
  path        = var.role_path
  policy      = local.look_4_policy
  tags        = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "look" }, var.tags)
}

resource "aws_iam_policy" "drain_1" {
  count = ((var.create && local.recovery.is_set) && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")}*" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && (length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))],
    flatten([for queue in keys(local.queues) : [for home in local.queues[queue].homes : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.drainer_names["${queue}/${home}"]}" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && !(length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))]]),
  ))) > 0)) ? 1 : 0

  description = "Runs drainers of ${var.failover_group} in ${var.region}"
  name        = one([for name in ["${var.naming.prefix}${var.failover_group}-drain-${var.region}-1"] : length(name) <= 128 ? name : "${replace(substr(name, 0, 119), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"])
  path        = var.role_path
  policy      = local.drain_1_policy
  tags        = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "drain" }, var.tags)
}

resource "aws_iam_policy" "drain_2" {
  count = ((var.create && local.recovery.is_set) && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")}*" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && (length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))],
    flatten([for queue in keys(local.queues) : [for home in local.queues[queue].homes : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.drainer_names["${queue}/${home}"]}" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && !(length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))]]),
  ))) > 0)) ? 1 : 0

  description = "Runs drainers of ${var.failover_group} in ${var.region}"
  name        = one([for name in ["${var.naming.prefix}${var.failover_group}-drain-${var.region}-2"] : length(name) <= 128 ? name : "${replace(substr(name, 0, 119), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"])
  path        = var.role_path
  policy      = local.drain_2_policy
  tags        = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "drain" }, var.tags)
}

resource "aws_iam_policy" "drain_3" {
  count = ((var.create && local.recovery.is_set) && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")}*" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && (length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))],
    flatten([for queue in keys(local.queues) : [for home in local.queues[queue].homes : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.drainer_names["${queue}/${home}"]}" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && !(length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))]]),
  ))) > 0)) ? 1 : 0

  description = "Runs drainers of ${var.failover_group} in ${var.region}"
  name        = one([for name in ["${var.naming.prefix}${var.failover_group}-drain-${var.region}-3"] : length(name) <= 128 ? name : "${replace(substr(name, 0, 119), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"])
  path        = var.role_path
  policy      = local.drain_3_policy
  tags        = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "drain" }, var.tags)
}

resource "aws_iam_policy" "drain_4" {
  count = ((var.create && local.recovery.is_set) && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")}*" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && (length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))],
    flatten([for queue in keys(local.queues) : [for home in local.queues[queue].homes : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.drainer_names["${queue}/${home}"]}" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && !(length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))]]),
  ))) > 0)) ? 1 : 0

  description = "Runs drainers of ${var.failover_group} in ${var.region}"
  name        = one([for name in ["${var.naming.prefix}${var.failover_group}-drain-${var.region}-4"] : length(name) <= 128 ? name : "${replace(substr(name, 0, 119), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"])
  path        = var.role_path
  policy      = local.drain_4_policy
  tags        = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "drain" }, var.tags)
}

resource "aws_iam_role" "controller" {
  count = (var.create && local.recovery.is_set) ? 1 : 0

  assume_role_policy   = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Lambda\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":[\"sts:AssumeRole\"]}]}"
  description          = "Decides about ownership in ${var.failover_group}, in ${var.region}"
  name                 = local.controller_names
  path                 = var.role_path
  permissions_boundary = ((var.permissions_boundary != null) ? replace(var.permissions_boundary, "{account}", local.region.account) : null)
  tags                 = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "controller" }, var.tags)
}

resource "aws_iam_role_policy_attachment" "controller_look_1" {
  count = ((var.create && local.recovery.is_set) && (local.dns.is_set && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1))],
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1))],
  ))) > 0))) ? 1 : 0

  policy_arn = aws_iam_policy.look_1[0].arn
  role       = aws_iam_role.controller[0].name
}

resource "aws_iam_role_policy_attachment" "controller_look_2" {
  count = ((var.create && local.recovery.is_set) && (local.dns.is_set && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2))],
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2))],
  ))) > 0))) ? 1 : 0

  policy_arn = aws_iam_policy.look_2[0].arn
  role       = aws_iam_role.controller[0].name
}

resource "aws_iam_role_policy_attachment" "controller_look_3" {
  count = ((var.create && local.recovery.is_set) && (local.dns.is_set && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3))],
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3))],
  ))) > 0))) ? 1 : 0

  policy_arn = aws_iam_policy.look_3[0].arn
  role       = aws_iam_role.controller[0].name
}

resource "aws_iam_role_policy_attachment" "controller_look_4" {
  count = ((var.create && local.recovery.is_set) && (local.dns.is_set && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4))],
    [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4))],
  ))) > 0))) ? 1 : 0

  policy_arn = aws_iam_policy.look_4[0].arn
  role       = aws_iam_role.controller[0].name
}

resource "aws_iam_role_policy_attachment" "controller_drain_1" {
  count = ((var.create && local.recovery.is_set) && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")}*" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && (length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))],
    flatten([for queue in keys(local.queues) : [for home in local.queues[queue].homes : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.drainer_names["${queue}/${home}"]}" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && !(length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))]]),
  ))) > 0)) ? 1 : 0

  policy_arn = aws_iam_policy.drain_1[0].arn
  role       = aws_iam_role.controller[0].name
}

resource "aws_iam_role_policy_attachment" "controller_drain_2" {
  count = ((var.create && local.recovery.is_set) && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")}*" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && (length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))],
    flatten([for queue in keys(local.queues) : [for home in local.queues[queue].homes : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.drainer_names["${queue}/${home}"]}" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && !(length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))]]),
  ))) > 0)) ? 1 : 0

  policy_arn = aws_iam_policy.drain_2[0].arn
  role       = aws_iam_role.controller[0].name
}

resource "aws_iam_role_policy_attachment" "controller_drain_3" {
  count = ((var.create && local.recovery.is_set) && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")}*" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && (length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))],
    flatten([for queue in keys(local.queues) : [for home in local.queues[queue].homes : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.drainer_names["${queue}/${home}"]}" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && !(length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))]]),
  ))) > 0)) ? 1 : 0

  policy_arn = aws_iam_policy.drain_3[0].arn
  role       = aws_iam_role.controller[0].name
}

resource "aws_iam_role_policy_attachment" "controller_drain_4" {
  count = ((var.create && local.recovery.is_set) && (length(concat(concat(
    [for queue in keys(local.queues) : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")}*" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && (length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))],
    flatten([for queue in keys(local.queues) : [for home in local.queues[queue].homes : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.drainer_names["${queue}/${home}"]}" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && !(length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))]]),
  ))) > 0)) ? 1 : 0

  policy_arn = aws_iam_policy.drain_4[0].arn
  role       = aws_iam_role.controller[0].name
}

resource "aws_iam_role_policy" "controller" {
  count = (var.create && local.recovery.is_set) ? 1 : 0

  name = local.controller_names
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "Own"
          Effect = "Allow"
          Action = ["ssm:GetParameter", "ssm:GetParameters", "ssm:PutParameter"]
          Resource = [
            "arn:${local.partition}:ssm:${var.region}:${local.region.account}:parameter/sqs-multi-region/${var.failover_group}/roles",
            "arn:${local.partition}:ssm:${var.region}:${local.region.account}:parameter/sqs-multi-region/${var.failover_group}/states",
          ]
        },
        {
          Sid    = "Peers"
          Effect = "Allow"
          Action = ["ssm:GetParameter", "ssm:GetParameters"]
          Resource = concat(
            [for other in local.other_regions : "arn:${local.partition}:ssm:${other}:${var.regions[other].account}:parameter/sqs-multi-region/${var.failover_group}/roles"],
            [for other in local.other_regions : "arn:${local.partition}:ssm:${other}:${var.regions[other].account}:parameter/sqs-multi-region/${var.failover_group}/states"],
          )
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
          Sid    = "Hear"
          Effect = "Allow"
          Action = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
          Resource = concat(
            ["arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names_2}"],
            [for other in local.other_regions : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.standby_names_3[other]}"],
          )
        },
      ],
      local.ledger.is_set ? [
        {
          Sid      = "ReadLedger"
          Effect   = "Allow"
          Action   = ["dynamodb:GetItem", "dynamodb:BatchGetItem"]
          Resource = "arn:${local.partition}:dynamodb:${var.region}:${local.region.account}:table/${local.ledger.table_name}"
          Condition = {
            "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["watermark#*", "probe#${var.region}"] }
          }
        },
      ] : [],
      local.ledger.is_set ? [
        {
          Sid      = "WriteLedger"
          Effect   = "Allow"
          Action   = ["dynamodb:PutItem"]
          Resource = "arn:${local.partition}:dynamodb:${var.region}:${local.region.account}:table/${local.ledger.table_name}"
          Condition = {
            "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["watermark#${var.region}#*", "probe#${var.region}"] }
          }
        },
      ] : [],
      (length([for item in [try(local.ledger.managed.kms_key_arns[var.region], null)] : item if item != null]) > 0) ? [
        {
          Sid      = "LedgerKey"
          Effect   = "Allow"
          Action   = ["kms:Decrypt"]
          Resource = [for item in [try(local.ledger.managed.kms_key_arns[var.region], null)] : item if item != null]
        },
      ] : [],
      [{ Sid = "Ages", Effect = "Allow", Action = ["cloudwatch:GetMetricData"], Resource = "*" }],
      local.dns.is_set ? [
        {
          Sid    = "Look"
          Effect = "Allow"
          Action = ["sqs:GetQueueAttributes"]
          Resource = [
            "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names_3}",
            "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names_2}",
          ]
        },
      ] : [],
      local.dns.is_set ? [
        {
          Sid       = "Publish"
          Effect    = "Allow"
          Action    = ["cloudwatch:PutMetricData"]
          Resource  = "*"
          Condition = { StringEquals = { "cloudwatch:namespace" = "SqsMultiRegion" } }
        },
      ] : [],
      [
        {
          Sid      = "Log"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "arn:${local.partition}:logs:${var.region}:${local.region.account}:log-group:/aws/lambda/${local.controller_names}:*"
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
  role = aws_iam_role.controller[0].name
  depends_on = [
    aws_iam_role_policy_attachment.controller_look_1,
    aws_iam_role_policy_attachment.controller_look_2,
    aws_iam_role_policy_attachment.controller_look_3,
    aws_iam_role_policy_attachment.controller_look_4,
    aws_iam_role_policy_attachment.controller_drain_1,
    aws_iam_role_policy_attachment.controller_drain_2,
    aws_iam_role_policy_attachment.controller_drain_3,
    aws_iam_role_policy_attachment.controller_drain_4,
  ]
}

resource "aws_cloudwatch_log_group" "controller" {
  count = (var.create && local.recovery.is_set) ? 1 : 0

  name              = "/aws/lambda/${local.controller_names}"
  retention_in_days = var.functions.log_retention_days
  tags              = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "controller" }, var.tags)
}

resource "aws_lambda_function" "controller" {
  count = (var.create && local.recovery.is_set) ? 1 : 0

  architectures           = [var.functions.architecture]
  code_signing_config_arn = local.region.code_signing_config_arn
  description             = "Decides about ownership in ${var.failover_group}, in ${var.region}"
  filename                = ((local.region.package == null) ? "${path.module}/functions/controller.zip" : null)
  function_name           = local.controller_names
  handler                 = "index.handler"
  memory_size             = local.recovery.controller_memory_mb
  role                    = aws_iam_role.controller[0].arn
  runtime                 = var.functions.runtime
  s3_bucket               = ((local.region.package != null) ? try(local.region.package.s3_bucket, null) : null)
  s3_key                  = ((local.region.package != null) ? "${try(local.region.package.s3_prefix, null)}controller.zip" : null)
  source_code_hash        = ((local.region.package == null) ? filebase64sha256("${path.module}/functions/controller.zip") : null)
  tags                    = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "controller" }, var.tags)
  timeout                 = 120

  environment {
    variables = {
      SQS_MULTI_REGION = jsonencode(merge(
        {
          failoverGroup        = var.failover_group
          region               = var.region
          regions              = [for region in local.regions : region]
          takeoverDelaySeconds = local.recovery.takeover_delay_seconds
          takeoverOrder        = local.recovery.takeover_order
        },
        { for name, value in {
          records = merge(
            { record = local.dns.record, ttlSeconds = local.dns.ttl_seconds },
            { for name, value in { resolverAddresses = try(local.dns.resolver_addresses[var.region], null) } : name => value if(try(local.dns.resolver_addresses[var.region], null) != null) },
          )
        } : name => value if local.dns.is_set },
        {
          takeover               = local.recovery.takeover
          failback               = local.recovery.failback
          failbackAfterSeconds   = local.recovery.failback_after_seconds
          onIsolation            = local.recovery.on_isolation
          inFlightSeconds        = local.recovery.in_flight_seconds
          handBackTimeoutSeconds = local.recovery.hand_back_timeout_seconds
        },
        { for name, value in { ledgerTable = local.ledger.table_name } : name => value if local.ledger.is_set },
        {
          canary = {
            ingressQueueUrl  = "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.ingress_names_3}"
            workQueueUrl     = "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.work_names_2}"
            standbyQueueUrls = { for other in local.other_regions : other => "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.standby_names_3[other]}" }
          }
        },
      ))
    }
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.controller[0].name
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
    aws_iam_role_policy.controller,
  ]
}

resource "aws_lambda_function_event_invoke_config" "controller" {
  count = (var.create && local.recovery.is_set) ? 1 : 0

  function_name                = aws_lambda_function.controller[0].function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}

resource "aws_iam_role" "schedule" {
  count = (var.create && local.recovery.is_set) ? 1 : 0

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Scheduler"
        Effect    = "Allow"
        Principal = { Service = "scheduler.amazonaws.com" }
        Action    = ["sts:AssumeRole"]
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.region.account }
          ArnEquals = {
            "aws:SourceArn" = "arn:${local.partition}:scheduler:${var.region}:${local.region.account}:schedule-group/default"
          }
        }
      },
    ]
  })
  description          = "Runs the controller of ${var.failover_group} in ${var.region}"
  name                 = local.schedule_names
  path                 = var.role_path
  permissions_boundary = ((var.permissions_boundary != null) ? replace(var.permissions_boundary, "{account}", local.region.account) : null)
  tags                 = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "schedule" }, var.tags)
}

resource "aws_iam_role_policy" "schedule" {
  count = (var.create && local.recovery.is_set) ? 1 : 0

  name = local.schedule_names
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Run"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.controller_names}"
      },
    ]
  })
  role = aws_iam_role.schedule[0].name
}

resource "aws_scheduler_schedule" "schedule" {
  count = (var.create && local.recovery.is_set) ? 1 : 0

  description         = "Runs the controller of ${var.failover_group} in ${var.region}"
  name                = local.schedule_names
  schedule_expression = "rate(1 minute)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.controller[0].arn
    role_arn = aws_iam_role.schedule[0].arn

    retry_policy {
      maximum_event_age_in_seconds = 60
      maximum_retry_attempts       = 0
    }
  }
  depends_on = [
    aws_iam_role_policy.schedule,
  ]
}

resource "aws_cloudwatch_metric_alarm" "controller_silent" {
  count = (var.create && local.recovery.is_set) ? 1 : 0

  alarm_actions       = ((length(coalesce(try(local.recovery.alarm_action_arns[var.region], null), [])) > 0) ? coalesce(try(local.recovery.alarm_action_arns[var.region], null), []) : null)
  alarm_description   = "The controller of ${var.failover_group} in ${var.region} has not run for 5 minutes: this region sends no heartbeats, prunes no copies and follows no order about ownership. Messages are still replicated and consumed. Look at the log of the function ${local.controller_names} and at the schedule that runs it."
  alarm_name          = "${var.naming.prefix}${var.failover_group}-controller-silent-${var.region}"
  comparison_operator = "LessThanThreshold"
  dimensions          = { FailoverGroup = var.failover_group, Region = var.region }
  evaluation_periods  = 5
  metric_name         = "ControllerRuns"
  namespace           = "SqsMultiRegion"
  period              = 60
  statistic           = "Sum"
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:role"           = "controller-silent"
  }, var.tags)
  threshold          = 1
  treat_missing_data = "breaching"
}

resource "aws_cloudwatch_metric_alarm" "ledger_lag" {
  for_each = toset([for key in local.other_regions : key if((var.create && local.recovery.is_set) && local.ledger.is_set)])

  alarm_actions       = ((length(coalesce(try(local.recovery.alarm_action_arns[var.region], null), [])) > 0) ? coalesce(try(local.recovery.alarm_action_arns[var.region], null), []) : null)
  alarm_description   = "What consumers in ${each.key} note in the ledger ${local.ledger.table_name} has been visible in ${var.region} only after more than 60 seconds for 3 minutes. Nothing is lost, but a message claimed in both regions within that time may be processed twice: wait with a planned evacuation or failback until this is over, and look at ReplicationLatency of the table."
  alarm_name          = "${var.naming.prefix}${var.failover_group}-ledger-lag-${var.region}-${each.key}"
  comparison_operator = "GreaterThanThreshold"
  dimensions          = { FailoverGroup = var.failover_group, HomeRegion = each.key, PeerRegion = var.region }
  evaluation_periods  = 3
  metric_name         = "LedgerLag"
  namespace           = "SqsMultiRegion"
  period              = 60
  statistic           = "Maximum"
  tags                = merge({ "sqs-multi-region:failover-group" = var.failover_group, "sqs-multi-region:role" = "ledger-lag" }, var.tags)
  threshold           = 60000
  treat_missing_data  = "notBreaching"
}
