variable "create" {
  description = "Whether anything is made."
  type        = bool
  default     = true
  nullable    = false
}

variable "check_account" {
  description = "Whether a plan asks AWS for the account of the provider's credentials (sts:GetCallerIdentity, which needs no rights), and is refused in any but the region's. Only a plan without AWS needs false."
  type        = bool
  default     = true
  nullable    = false
}

variable "region" {
  description = "Region that this call makes: that of the provider, and a key of regions."
  type        = string
  nullable    = false
}

variable "failover_group" {
  description = "Name of the failover group: logical queues that fail over together. Stacks are called <failover_group>-<region>, and <failover_group>-global if it has a managed ledger or records."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,31}$", var.failover_group))
    error_message = "failover_group is ${jsonencode(var.failover_group)}: a lower-case letter, then up to 31 lower-case letters, digits and hyphens."
  }
}

variable "regions" {
  description = "Regions of the group, two to five. Every region carries the same set of queues and functions."
  type = map(object({
    # Account that owns this region's resources.
    account = string
    # Role that Terraform assumes for this region. Default: none.
    assume_role_arn = optional(string)
    # Runs the functions inside a VPC. Default: outside.
    vpc = optional(object({
      # Subnets of the functions; they need a route to SQS in every region of the group.
      subnet_ids = list(string)
      # Security groups of the functions.
      security_group_ids = list(string)
    }))
    # Where Lambda takes the functions' archives from, <prefix><function>.zip, for example signed ones.
    # Default: those that come with the stack or module are uploaded.
    package = optional(object({
      # Bucket in this region.
      s3_bucket = string
      # What keys begin with; change it with each release, as in v1.2.0/. Default: nothing.
      s3_prefix = optional(string, "")
    }))
    # Code signing configuration of the functions, in this region. Default: none.
    code_signing_config_arn = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.regions) >= 2 && length(var.regions) <= 5
    error_message = "regions is ${jsonencode(keys(var.regions))}: 2 to 5 regions."
  }

  validation {
    condition = alltrue([for name, region in var.regions : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", name))])
    error_message = join(" ", [
      for name, region in var.regions : "regions has the key ${jsonencode(name)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", name)))
    ])
  }

  validation {
    condition = alltrue([for region in var.regions : region != null])
    error_message = join(" ", [
      for name, region in var.regions : "regions.${name} is ${jsonencode(region)}: an object." if !(region != null)
    ])
  }

  validation {
    condition = alltrue([for region in var.regions : can(regex("^\\d{12}$", region.account)) if region != null])
    error_message = join(" ", [
      for name, region in var.regions : "regions.${name}.account is ${jsonencode(region.account)}: 12 digits." if region == null ? false : !(can(regex("^\\d{12}$", region.account)))
    ])
  }

  validation {
    condition = alltrue([
      for region in var.regions : region.assume_role_arn == null ? true : can(regex("^arn:aws(?:-cn|-us-gov)?:iam::\\d{12}:role/(?:[\\w+=,.@-]+/)*[\\w+=,.@-]+$", region.assume_role_arn)) if region != null
    ])
    error_message = join(" ", [
      for name, region in var.regions : "regions.${name}.assume_role_arn is ${jsonencode(region.assume_role_arn)}: the ARN of a role, \"arn:aws:iam::<account>:role/<name>\"." if region == null ? false : !(region.assume_role_arn == null ? true : can(regex("^arn:aws(?:-cn|-us-gov)?:iam::\\d{12}:role/(?:[\\w+=,.@-]+/)*[\\w+=,.@-]+$", region.assume_role_arn)))
    ])
  }

  validation {
    condition = alltrue([
      for region in var.regions : region.vpc == null ? true : try(length(region.vpc.subnet_ids) >= 1, false) if region != null
    ])
    error_message = join(" ", [
      for name, region in var.regions : "regions.${name}.vpc.subnet_ids is ${jsonencode(region.vpc.subnet_ids)}: at least one subnet id." if region == null ? false : !(region.vpc == null ? true : try(length(region.vpc.subnet_ids) >= 1, false))
    ])
  }

  validation {
    condition = alltrue(flatten([
      for region in var.regions : [
        for subnet_id in coalesce(try(region.vpc.subnet_ids, null), []) : can(regex("^subnet-[0-9a-f]+$", subnet_id))
      ] if region != null
    ]))
    error_message = join(" ", flatten([
      for name, region in var.regions : [
        for index, subnet_id in coalesce(try(region.vpc.subnet_ids, null), []) : "regions.${name}.vpc.subnet_ids.${index} is ${jsonencode(subnet_id)}: ids of subnets, \"subnet-…\"." if !(can(regex("^subnet-[0-9a-f]+$", subnet_id)))
      ] if region != null
    ]))
  }

  validation {
    condition = alltrue([
      for region in var.regions : region.vpc == null ? true : try(length(region.vpc.security_group_ids) >= 1, false) if region != null
    ])
    error_message = join(" ", [
      for name, region in var.regions : "regions.${name}.vpc.security_group_ids is ${jsonencode(region.vpc.security_group_ids)}: at least one security group id." if region == null ? false : !(region.vpc == null ? true : try(length(region.vpc.security_group_ids) >= 1, false))
    ])
  }

  validation {
    condition = alltrue(flatten([
      for region in var.regions : [
        for security_group_id in coalesce(try(region.vpc.security_group_ids, null), []) : can(regex("^sg-[0-9a-f]+$", security_group_id))
      ] if region != null
    ]))
    error_message = join(" ", flatten([
      for name, region in var.regions : [
        for index, security_group_id in coalesce(try(region.vpc.security_group_ids, null), []) : "regions.${name}.vpc.security_group_ids.${index} is ${jsonencode(security_group_id)}: ids of security groups, \"sg-…\"." if !(can(regex("^sg-[0-9a-f]+$", security_group_id)))
      ] if region != null
    ]))
  }

  validation {
    condition = alltrue([
      for region in var.regions : region.package == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", region.package.s3_bucket)) if region != null
    ])
    error_message = join(" ", [
      for name, region in var.regions : "regions.${name}.package.s3_bucket is ${jsonencode(region.package.s3_bucket)}: the name of a bucket, 3 to 63 lower-case letters, digits, dots and hyphens." if region == null ? false : !(region.package == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", region.package.s3_bucket)))
    ])
  }

  validation {
    condition = alltrue([
      for region in var.regions : region.package == null ? true : can(regex("^[\\w!.*'()/-]{0,200}$", region.package.s3_prefix)) if region != null
    ])
    error_message = join(" ", [
      for name, region in var.regions : "regions.${name}.package.s3_prefix is ${jsonencode(region.package.s3_prefix)}: at most 200 letters, digits and !-_.*'()/." if region == null ? false : !(region.package == null ? true : can(regex("^[\\w!.*'()/-]{0,200}$", region.package.s3_prefix)))
    ])
  }

  validation {
    condition = alltrue([
      for region in var.regions : region.code_signing_config_arn == null ? true : can(regex("^arn:aws(?:-cn|-us-gov)?:lambda:[a-z0-9-]+:\\d{12}:code-signing-config:csc-[a-z0-9]{17}$", region.code_signing_config_arn)) if region != null
    ])
    error_message = join(" ", [
      for name, region in var.regions : "regions.${name}.code_signing_config_arn is ${jsonencode(region.code_signing_config_arn)}: the ARN of a code signing configuration, \"arn:aws:lambda:<region>:<account>:code-signing-config:csc-…\"." if region == null ? false : !(region.code_signing_config_arn == null ? true : can(regex("^arn:aws(?:-cn|-us-gov)?:lambda:[a-z0-9-]+:\\d{12}:code-signing-config:csc-[a-z0-9]{17}$", region.code_signing_config_arn)))
    ])
  }

  validation {
    condition     = length(distinct([for name in keys(var.regions) : regexall("^(?:cn|us-gov)-", name)])) <= 1
    error_message = "regions is ${jsonencode(keys(var.regions))}: regions of one partition."
  }

  validation {
    condition = alltrue([
      for region in var.regions : region.account == null ? true : try(split(":", region.assume_role_arn)[4] == region.account, true) if region != null
    ])
    error_message = join(" ", [
      for name, region in var.regions : "regions.${name}.assume_role_arn is ${jsonencode(region.assume_role_arn)}: a role of the region's account ${region.account}." if region == null ? false : !(region.account == null ? true : try(split(":", region.assume_role_arn)[4] == region.account, true))
    ])
  }

  validation {
    condition = alltrue([
      for name, region in var.regions : try(split(":", region.code_signing_config_arn)[3] == name, true) if region != null
    ])
    error_message = join(" ", [
      for name, region in var.regions : "regions.${name}.code_signing_config_arn is ${jsonencode(region.code_signing_config_arn)}: a code signing configuration of ${name}." if region == null ? false : !(try(split(":", region.code_signing_config_arn)[3] == name, true))
    ])
  }
}

variable "queues" {
  description = "Logical queues by name: a name is that of the work queue."
  type = map(object({
    # Replication mode. async (default): through an outbox, the home never waits for a peer. semi-sync
    # (standard queues): straight to the peer beside the work queue, through the outbox when that fails;
    # least lag and cost. sync: the peers first, then the work queue; work waits while a peer is away.
    # none: no copies.
    mode = optional(string, "async")
    # Per home, the regions that get its copies. Default: all others.
    peers = optional(map(list(string)))
    # FIFO queues: order per message group, within one home. Default false.
    fifo = optional(bool, false)
    # FIFO: the ingress queue takes the body's digest where a producer gives no deduplication id. Default
    # false.
    content_based_deduplication = optional(bool)
    # FIFO: the same of the work queue, for producers that still send straight to an adopted one. Default
    # false.
    work_content_based_deduplication = optional(bool)
    # FIFO: where a deduplication id must be unique. Default messageGroup, which high throughput needs.
    deduplication_scope = optional(string)
    # FIFO: what the throughput quota is counted by. Default perMessageGroupId, high throughput.
    fifo_throughput_limit = optional(string)
    # Retention of the work queue, seconds. Default 345600 (4 days).
    message_retention_seconds = optional(number, 345600)
    # Retention of ingress, outbox and standby queues, seconds. Default 1209600 (14 days).
    transit_retention_seconds = optional(number, 1209600)
    # Retention of both dead-letter queues, seconds. Default 1209600 (14 days).
    dlq_retention_seconds = optional(number, 1209600)
    # Visibility timeout of the work queue, seconds. Default 30.
    visibility_timeout_seconds = optional(number, 30)
    # Visibility timeout of ingress, outbox and standby queues, seconds. Default: six times the function
    # timeout.
    transit_visibility_timeout_seconds = optional(number)
    # Longest time that a consumer works on one message, seconds; the visibility timeout of the work queue
    # must cover it. Default: not stated, not checked.
    consumer_processing_seconds = optional(number)
    # Delay of the ingress queue, seconds. Default 0. A message is unprotected until its delay has passed.
    delay_seconds = optional(number, 0)
    # Largest message that the ingress queue takes, bytes with attributes. Default 261120, which leaves
    # room for origin and producer key; a larger message travels without origin.
    max_message_size = optional(number, 261120)
    # Long polling of the work queue, seconds. Default 20.
    receive_wait_time_seconds = optional(number, 20)
    # Receives of a message on the work queue before SQS moves it to the dead-letter queue. Default 5.
    max_receive_count = optional(number, 5)
    # Encryption at rest; never off.
    encryption = optional(object({
      # KMS key of all queues, per region. Default: none, SQS manages the keys (SSE-SQS).
      kms_key_arns = optional(map(string))
      # Time that SQS reuses a data key, seconds. Default 300.
      kms_data_key_reuse_period_seconds = optional(number, 300)
    }), {})
    # Principals that may send to the ingress queues. When at least one is named, everyone else is
    # refused, whatever their own policies say. Default: none named, IAM policies of the account decide.
    # Each is a role or user by ARN, or a whole account by its 12 digits; for AWS services see
    # producer_services.
    producers = optional(list(string), [])
    # AWS services beside producers, each with the ARNs of the resources on whose behalf it calls.
    # Default: none.
    producer_services = optional(list(object({
      # Service principal.
      service = string
      # ARNs of the resources on whose behalf the service calls (aws:SourceArn).
      source_arns = list(string)
    })), [])
    # Principals that may receive from the work queues. When at least one is named, everyone else is
    # refused. Default: none named, IAM policies of the account decide. Each is a role or user by ARN, or
    # a whole account by its 12 digits; for AWS services see consumer_services.
    consumers = optional(list(string), [])
    # AWS services beside consumers, each with the ARNs of the resources on whose behalf it calls.
    # Default: none.
    consumer_services = optional(list(object({
      # Service principal.
      service = string
      # ARNs of the resources on whose behalf the service calls (aws:SourceArn).
      source_arns = list(string)
    })), [])
    # What the policies of the queues say beside what producers, consumers and functions need, by role:
    # ingress, work, dlq (of the work queue) or ingress_dlq. Default: nothing.
    policies = optional(map(object({
      # Statements beside the project's own, by id. Their resource is the queue. Default: none.
      queue_policy_statements = optional(map(object({
        # Id of the statement. Default: its key.
        sid = optional(string)
        # Allow (default) or Deny.
        effect = optional(string, "Allow")
        # Actions of SQS.
        actions = list(string)
        # Whom it is about.
        principals = list(object({
          # Kind of principals.
          type = string
          # Principals of that kind.
          identifiers = list(string)
        }))
        # Conditions, all of which must hold.
        condition = optional(list(object({
          # Condition operator.
          test = string
          # Condition key.
          variable = string
          # Values, any of which matches.
          values = list(string)
        })), [])
        # More conditions; the other name that terraform-aws-sqs has for them.
        conditions = optional(list(object({
          # Condition operator.
          test = string
          # Condition key.
          variable = string
          # Values, any of which matches.
          values = list(string)
        })), [])
      })), {})
      # Policy documents, JSON, whose statements stand beside the project's own. Their resource is replaced
      # by the queue. Default: none.
      source_queue_policy_documents = optional(list(string), [])
      # Whether calls without TLS are refused. Default true; false while somebody still calls an adopted
      # queue so.
      tls_only = optional(bool, true)
    })), {})
    # Whether the replicator reads the ingress queue. Default true; false while former consumers still
    # read an adopted one: what is sent waits there.
    replicator_enabled = optional(bool, true)
    # How a peer that takes a home over tells which copies are processed. ledger (default if the group has
    # one): by the ledger. watermark (default otherwise): by the age of the home's oldest messages.
    # manual: by the time that the operator gives.
    rescue = optional(string)
    # rescue watermark: taken off the watermark before copies count as processed, seconds. Default 120;
    # metrics are a minute or two old.
    rescue_margin_seconds = optional(number)
    # Messages per second that a drainer moves to the work queue, at most. Default: as many as it can.
    max_rate = optional(number)
    # rescue ledger: what becomes of a copy that the ledger cannot know because it has no origin. forward
    # (default): it is processed. dlq: it goes to the dead-letter queue.
    on_missing_identity = optional(string)
    # rescue ledger: JMESPath of the business key in the message, by which the ledger is kept. Default:
    # none, it is kept by producer key or origin.
    ledger_key = optional(string)
    # Function settings of this logical queue; default: those of the group.
    functions = optional(object({
      # Memory of each function, MB. Default 256.
      memory_mb = optional(number)
      # Timeout of each function, seconds. Default 20. Queues that functions read need six times as much
      # visibility timeout.
      timeout_seconds = optional(number)
      # Batching. latency (default): batches of up to 10, at once. throughput: batches of up to 100, waited
      # for up to 1 second; FIFO queues stay at 10, at once.
      profile = optional(string)
      # Messages per invocation, at most. Default: that of the profile. More than 10 needs a batching window
      # of at least 1 second.
      batch_size = optional(number)
      # Time that a mapping waits for a batch to fill, seconds. Default: that of the profile.
      batching_window_seconds = optional(number)
      # Invocations at once per mapping, at most. Default: none, Lambda scales to the account's concurrency.
      maximum_concurrency = optional(number)
      # Provisioned mode of each mapping; not together with maximum_concurrency. Default: none, Lambda
      # scales the pollers.
      provisioned_pollers = optional(object({
        # Pollers that are always there.
        minimum = number
        # Pollers, at most.
        maximum = number
      }))
      # Instruction set. Default arm64.
      architecture = optional(string)
      # Lambda runtime. Default nodejs22.x.
      runtime = optional(string)
      # Retention of the functions' log groups, days. Default 30.
      log_retention_days = optional(number)
      # X-Ray tracing of the functions. Default active.
      tracing = optional(string)
    }), {})
    # Name templates of this logical queue.
    names = optional(object({
      # Name template. Default "{prefix}{queue}-ingress".
      ingress = optional(string)
      # Name template. Default "{prefix}{queue}".
      work = optional(string)
      # Name template. Default "{prefix}{queue}-outbox-{peer}".
      outbox = optional(string)
      # Name template. Default "{prefix}{queue}-standby-{home}".
      standby = optional(string)
      # Name template. Default "{prefix}{queue}-dlq".
      dlq = optional(string)
      # Name template. Default "{prefix}{queue}-ingress-dlq".
      ingress_dlq = optional(string)
      # Name template. Default "{prefix}{queue}-replicator-{region}".
      replicator = optional(string)
      # Name template. Default "{prefix}{queue}-forwarder-{region}-{peer}".
      forwarder = optional(string)
      # Name template. Default "{prefix}{queue}-drainer-{region}-{home}".
      drainer = optional(string)
    }), {})
    # Tags of this logical queue's resources, over those of the group.
    tags = optional(map(string), {})
  }))
  nullable = false

  validation {
    condition     = length(var.queues) >= 1
    error_message = "queues is ${jsonencode(keys(var.queues))}: at least 1."
  }

  validation {
    condition = alltrue([for name, queue in var.queues : can(regex("^[\\w-]{1,80}$", name))])
    error_message = join(" ", [
      for name, queue in var.queues : "queues has the key ${jsonencode(name)}: 1 to 80 letters, digits, hyphens and underscores (a trailing .fifo is for FIFO queues)." if !(can(regex("^[\\w-]{1,80}$", name)))
    ])
  }

  validation {
    condition = alltrue([for queue in var.queues : queue != null])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name} is ${jsonencode(queue)}: an object." if !(queue != null)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : contains(["async", "semi-sync", "sync", "none"], queue.mode) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.mode is ${jsonencode(queue.mode)}: one of async, semi-sync, sync, none." if queue == null ? false : !(contains(["async", "semi-sync", "sync", "none"], queue.mode))
    ])
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for region, peer in coalesce(queue.peers, {}) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region))
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for region, peer in coalesce(queue.peers, {}) : "queues.${name}.peers has the key ${jsonencode(region)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region)))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [for peer in coalesce(queue.peers, {}) : try(length(peer) >= 1, false)] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for region, peer in coalesce(queue.peers, {}) : "queues.${name}.peers.${region} is ${jsonencode(peer)}: at least one region." if !(try(length(peer) >= 1, false))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for peer in coalesce(queue.peers, {}) : [
          for inner_peer in coalesce(peer, []) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", inner_peer))
        ]
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for region, peer in coalesce(queue.peers, {}) : [
          for index, inner_peer in coalesce(peer, []) : "queues.${name}.peers.${region}.${index} is ${jsonencode(inner_peer)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", inner_peer)))
        ]
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.deduplication_scope == null ? true : contains(["messageGroup", "queue"], queue.deduplication_scope) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.deduplication_scope is ${jsonencode(queue.deduplication_scope)}: one of messageGroup, queue." if queue == null ? false : !(queue.deduplication_scope == null ? true : contains(["messageGroup", "queue"], queue.deduplication_scope))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.fifo_throughput_limit == null ? true : contains(["perMessageGroupId", "perQueue"], queue.fifo_throughput_limit) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.fifo_throughput_limit is ${jsonencode(queue.fifo_throughput_limit)}: one of perMessageGroupId, perQueue." if queue == null ? false : !(queue.fifo_throughput_limit == null ? true : contains(["perMessageGroupId", "perQueue"], queue.fifo_throughput_limit))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : floor(queue.message_retention_seconds) == queue.message_retention_seconds && queue.message_retention_seconds >= 60 && queue.message_retention_seconds <= 1209600 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.message_retention_seconds is ${jsonencode(queue.message_retention_seconds)}: a whole number from 60 to 1209600." if queue == null ? false : !(floor(queue.message_retention_seconds) == queue.message_retention_seconds && queue.message_retention_seconds >= 60 && queue.message_retention_seconds <= 1209600)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : floor(queue.transit_retention_seconds) == queue.transit_retention_seconds && queue.transit_retention_seconds >= 60 && queue.transit_retention_seconds <= 1209600 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.transit_retention_seconds is ${jsonencode(queue.transit_retention_seconds)}: a whole number from 60 to 1209600." if queue == null ? false : !(floor(queue.transit_retention_seconds) == queue.transit_retention_seconds && queue.transit_retention_seconds >= 60 && queue.transit_retention_seconds <= 1209600)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : floor(queue.dlq_retention_seconds) == queue.dlq_retention_seconds && queue.dlq_retention_seconds >= 60 && queue.dlq_retention_seconds <= 1209600 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.dlq_retention_seconds is ${jsonencode(queue.dlq_retention_seconds)}: a whole number from 60 to 1209600." if queue == null ? false : !(floor(queue.dlq_retention_seconds) == queue.dlq_retention_seconds && queue.dlq_retention_seconds >= 60 && queue.dlq_retention_seconds <= 1209600)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : floor(queue.visibility_timeout_seconds) == queue.visibility_timeout_seconds && queue.visibility_timeout_seconds >= 0 && queue.visibility_timeout_seconds <= 43200 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.visibility_timeout_seconds is ${jsonencode(queue.visibility_timeout_seconds)}: a whole number from 0 to 43200." if queue == null ? false : !(floor(queue.visibility_timeout_seconds) == queue.visibility_timeout_seconds && queue.visibility_timeout_seconds >= 0 && queue.visibility_timeout_seconds <= 43200)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.transit_visibility_timeout_seconds == null ? true : floor(queue.transit_visibility_timeout_seconds) == queue.transit_visibility_timeout_seconds && queue.transit_visibility_timeout_seconds >= 0 && queue.transit_visibility_timeout_seconds <= 43200 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.transit_visibility_timeout_seconds is ${jsonencode(queue.transit_visibility_timeout_seconds)}: a whole number from 0 to 43200." if queue == null ? false : !(queue.transit_visibility_timeout_seconds == null ? true : floor(queue.transit_visibility_timeout_seconds) == queue.transit_visibility_timeout_seconds && queue.transit_visibility_timeout_seconds >= 0 && queue.transit_visibility_timeout_seconds <= 43200)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.consumer_processing_seconds == null ? true : floor(queue.consumer_processing_seconds) == queue.consumer_processing_seconds && queue.consumer_processing_seconds >= 0 && queue.consumer_processing_seconds <= 43200 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.consumer_processing_seconds is ${jsonencode(queue.consumer_processing_seconds)}: a whole number from 0 to 43200." if queue == null ? false : !(queue.consumer_processing_seconds == null ? true : floor(queue.consumer_processing_seconds) == queue.consumer_processing_seconds && queue.consumer_processing_seconds >= 0 && queue.consumer_processing_seconds <= 43200)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : floor(queue.delay_seconds) == queue.delay_seconds && queue.delay_seconds >= 0 && queue.delay_seconds <= 900 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.delay_seconds is ${jsonencode(queue.delay_seconds)}: a whole number from 0 to 900." if queue == null ? false : !(floor(queue.delay_seconds) == queue.delay_seconds && queue.delay_seconds >= 0 && queue.delay_seconds <= 900)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : floor(queue.max_message_size) == queue.max_message_size && queue.max_message_size >= 1024 && queue.max_message_size <= 262144 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.max_message_size is ${jsonencode(queue.max_message_size)}: a whole number from 1024 to 262144." if queue == null ? false : !(floor(queue.max_message_size) == queue.max_message_size && queue.max_message_size >= 1024 && queue.max_message_size <= 262144)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : floor(queue.receive_wait_time_seconds) == queue.receive_wait_time_seconds && queue.receive_wait_time_seconds >= 0 && queue.receive_wait_time_seconds <= 20 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.receive_wait_time_seconds is ${jsonencode(queue.receive_wait_time_seconds)}: a whole number from 0 to 20." if queue == null ? false : !(floor(queue.receive_wait_time_seconds) == queue.receive_wait_time_seconds && queue.receive_wait_time_seconds >= 0 && queue.receive_wait_time_seconds <= 20)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : floor(queue.max_receive_count) == queue.max_receive_count && queue.max_receive_count >= 1 && queue.max_receive_count <= 1000 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.max_receive_count is ${jsonencode(queue.max_receive_count)}: a whole number from 1 to 1000." if queue == null ? false : !(floor(queue.max_receive_count) == queue.max_receive_count && queue.max_receive_count >= 1 && queue.max_receive_count <= 1000)
    ])
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for region, kms_key_arn in coalesce(queue.encryption.kms_key_arns, {}) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region))
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for region, kms_key_arn in coalesce(queue.encryption.kms_key_arns, {}) : "queues.${name}.encryption.kms_key_arns has the key ${jsonencode(region)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region)))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for kms_key_arn in coalesce(queue.encryption.kms_key_arns, {}) : can(regex("^arn:aws(?:-cn|-us-gov)?:kms:[a-z0-9-]+:\\d{12}:key/[\\w-]+$", kms_key_arn))
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for region, kms_key_arn in coalesce(queue.encryption.kms_key_arns, {}) : "queues.${name}.encryption.kms_key_arns.${region} is ${jsonencode(kms_key_arn)}: the ARN of a KMS key, \"arn:aws:kms:<region>:<account>:key/<id>\"." if !(can(regex("^arn:aws(?:-cn|-us-gov)?:kms:[a-z0-9-]+:\\d{12}:key/[\\w-]+$", kms_key_arn)))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue([
      for queue in var.queues : floor(queue.encryption.kms_data_key_reuse_period_seconds) == queue.encryption.kms_data_key_reuse_period_seconds && queue.encryption.kms_data_key_reuse_period_seconds >= 60 && queue.encryption.kms_data_key_reuse_period_seconds <= 86400 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.encryption.kms_data_key_reuse_period_seconds is ${jsonencode(queue.encryption.kms_data_key_reuse_period_seconds)}: a whole number from 60 to 86400." if queue == null ? false : !(floor(queue.encryption.kms_data_key_reuse_period_seconds) == queue.encryption.kms_data_key_reuse_period_seconds && queue.encryption.kms_data_key_reuse_period_seconds >= 60 && queue.encryption.kms_data_key_reuse_period_seconds <= 86400)
    ])
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for producer in queue.producers : can(regex("^arn:aws(?:-cn|-us-gov)?:iam::\\d{12}:(?:role|user)/(?:[\\w+=,.@-]+/)*[\\w+=,.@-]+$", producer)) || can(regex("^\\d{12}$", producer))
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for index, producer in queue.producers : "queues.${name}.producers.${index} is ${jsonencode(producer)}: the ARN of a role or user without wildcards, or a 12-digit account id." if !(can(regex("^arn:aws(?:-cn|-us-gov)?:iam::\\d{12}:(?:role|user)/(?:[\\w+=,.@-]+/)*[\\w+=,.@-]+$", producer)) || can(regex("^\\d{12}$", producer)))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [for producer_service in queue.producer_services : producer_service != null] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for index, producer_service in queue.producer_services : "queues.${name}.producer_services.${index} is ${jsonencode(producer_service)}: an object." if !(producer_service != null)
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for producer_service in queue.producer_services : can(regex("^[a-z0-9.-]+\\.amazonaws\\.com(?:\\.cn)?$", producer_service.service)) if producer_service != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for index, producer_service in queue.producer_services : "queues.${name}.producer_services.${index}.service is ${jsonencode(producer_service.service)}: a service principal such as \"sns.amazonaws.com\"." if producer_service == null ? false : !(can(regex("^[a-z0-9.-]+\\.amazonaws\\.com(?:\\.cn)?$", producer_service.service)))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for producer_service in queue.producer_services : try(length(producer_service.source_arns) >= 1, false) if producer_service != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for index, producer_service in queue.producer_services : "queues.${name}.producer_services.${index}.source_arns is ${jsonencode(producer_service.source_arns)}: at least one ARN." if producer_service == null ? false : !(try(length(producer_service.source_arns) >= 1, false))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for producer_service in queue.producer_services : [
          for source_arn in coalesce(producer_service.source_arns, []) : can(regex("^arn:[^*?]+$", source_arn))
        ] if producer_service != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for index, producer_service in queue.producer_services : [
          for inner_index, source_arn in coalesce(producer_service.source_arns, []) : "queues.${name}.producer_services.${index}.source_arns.${inner_index} is ${jsonencode(source_arn)}: an ARN without wildcards." if !(can(regex("^arn:[^*?]+$", source_arn)))
        ] if producer_service != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for consumer in queue.consumers : can(regex("^arn:aws(?:-cn|-us-gov)?:iam::\\d{12}:(?:role|user)/(?:[\\w+=,.@-]+/)*[\\w+=,.@-]+$", consumer)) || can(regex("^\\d{12}$", consumer))
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for index, consumer in queue.consumers : "queues.${name}.consumers.${index} is ${jsonencode(consumer)}: the ARN of a role or user without wildcards, or a 12-digit account id." if !(can(regex("^arn:aws(?:-cn|-us-gov)?:iam::\\d{12}:(?:role|user)/(?:[\\w+=,.@-]+/)*[\\w+=,.@-]+$", consumer)) || can(regex("^\\d{12}$", consumer)))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [for consumer_service in queue.consumer_services : consumer_service != null] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for index, consumer_service in queue.consumer_services : "queues.${name}.consumer_services.${index} is ${jsonencode(consumer_service)}: an object." if !(consumer_service != null)
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for consumer_service in queue.consumer_services : can(regex("^[a-z0-9.-]+\\.amazonaws\\.com(?:\\.cn)?$", consumer_service.service)) if consumer_service != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for index, consumer_service in queue.consumer_services : "queues.${name}.consumer_services.${index}.service is ${jsonencode(consumer_service.service)}: a service principal such as \"sns.amazonaws.com\"." if consumer_service == null ? false : !(can(regex("^[a-z0-9.-]+\\.amazonaws\\.com(?:\\.cn)?$", consumer_service.service)))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for consumer_service in queue.consumer_services : try(length(consumer_service.source_arns) >= 1, false) if consumer_service != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for index, consumer_service in queue.consumer_services : "queues.${name}.consumer_services.${index}.source_arns is ${jsonencode(consumer_service.source_arns)}: at least one ARN." if consumer_service == null ? false : !(try(length(consumer_service.source_arns) >= 1, false))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for consumer_service in queue.consumer_services : [
          for source_arn in coalesce(consumer_service.source_arns, []) : can(regex("^arn:[^*?]+$", source_arn))
        ] if consumer_service != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for index, consumer_service in queue.consumer_services : [
          for inner_index, source_arn in coalesce(consumer_service.source_arns, []) : "queues.${name}.consumer_services.${index}.source_arns.${inner_index} is ${jsonencode(source_arn)}: an ARN without wildcards." if !(can(regex("^arn:[^*?]+$", source_arn)))
        ] if consumer_service != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for inner_name, policie in queue.policies : can(regex("^(?:ingress|work|dlq|ingress_dlq)$", inner_name))
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : "queues.${name}.policies has the key ${jsonencode(inner_name)}: ingress, work, dlq or ingress_dlq." if !(can(regex("^(?:ingress|work|dlq|ingress_dlq)$", inner_name)))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([for queue in var.queues : [for policie in queue.policies : policie != null] if queue != null]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : "queues.${name}.policies.${inner_name} is ${jsonencode(policie)}: an object." if !(policie != null)
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : can(regex("^[\\w-]{1,100}$", inner_inner_name))
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : "queues.${name}.policies.${inner_name}.queue_policy_statements has the key ${jsonencode(inner_inner_name)}: 1 to 100 letters, digits, hyphens and underscores." if !(can(regex("^[\\w-]{1,100}$", inner_inner_name)))
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [for queue_policy_statement in policie.queue_policy_statements : queue_policy_statement != null] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name} is ${jsonencode(queue_policy_statement)}: an object." if !(queue_policy_statement != null)
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : queue_policy_statement.sid == null ? true : can(regex("^[\\w-]{1,100}$", queue_policy_statement.sid)) if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.sid is ${jsonencode(queue_policy_statement.sid)}: 1 to 100 letters, digits, hyphens and underscores." if queue_policy_statement == null ? false : !(queue_policy_statement.sid == null ? true : can(regex("^[\\w-]{1,100}$", queue_policy_statement.sid)))
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : contains(["Allow", "Deny"], queue_policy_statement.effect) if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.effect is ${jsonencode(queue_policy_statement.effect)}: one of Allow, Deny." if queue_policy_statement == null ? false : !(contains(["Allow", "Deny"], queue_policy_statement.effect))
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : try(length(queue_policy_statement.actions) >= 1 && length(queue_policy_statement.actions) <= 7, false) if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.actions is ${jsonencode(queue_policy_statement.actions)}: 1 to 7 actions." if queue_policy_statement == null ? false : !(try(length(queue_policy_statement.actions) >= 1 && length(queue_policy_statement.actions) <= 7, false))
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [
            for action in coalesce(queue_policy_statement.actions, []) : can(regex("^[sS][qQ][sS]:[A-Za-z*?]+$", action))
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, action in coalesce(queue_policy_statement.actions, []) : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.actions.${index} is ${jsonencode(action)}: an action of SQS, \"sqs:…\"." if !(can(regex("^[sS][qQ][sS]:[A-Za-z*?]+$", action)))
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : try(length(queue_policy_statement.principals) >= 1, false) if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.principals is ${jsonencode(queue_policy_statement.principals)}: at least one principal." if queue_policy_statement == null ? false : !(try(length(queue_policy_statement.principals) >= 1, false))
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [for principal in coalesce(queue_policy_statement.principals, []) : principal != null] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, principal in coalesce(queue_policy_statement.principals, []) : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.principals.${index} is ${jsonencode(principal)}: an object." if !(principal != null)
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [
            for principal in coalesce(queue_policy_statement.principals, []) : try(contains(["AWS", "Service", "Federated", "CanonicalUser", "*"], principal.type), false) if principal != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, principal in coalesce(queue_policy_statement.principals, []) : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.principals.${index}.type is ${jsonencode(principal.type)}: one of AWS, Service, Federated, CanonicalUser, *." if principal == null ? false : !(try(contains(["AWS", "Service", "Federated", "CanonicalUser", "*"], principal.type), false))
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [
            for principal in coalesce(queue_policy_statement.principals, []) : try(length(principal.identifiers) >= 1, false) if principal != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, principal in coalesce(queue_policy_statement.principals, []) : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.principals.${index}.identifiers is ${jsonencode(principal.identifiers)}: at least one identifier." if principal == null ? false : !(try(length(principal.identifiers) >= 1, false))
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [
            for principal in coalesce(queue_policy_statement.principals, []) : [for identifier in coalesce(principal.identifiers, []) : can(regex("^[^$\\s][^$]*$", identifier))] if principal != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, principal in coalesce(queue_policy_statement.principals, []) : [
              for inner_index, identifier in coalesce(principal.identifiers, []) : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.principals.${index}.identifiers.${inner_index} is ${jsonencode(identifier)}: a text that does not begin with a space, without $: policy variables are not supported." if !(can(regex("^[^$\\s][^$]*$", identifier)))
            ] if principal != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [for condition in queue_policy_statement.condition : condition != null] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, condition in queue_policy_statement.condition : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.condition.${index} is ${jsonencode(condition)}: an object." if !(condition != null)
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [
            for condition in queue_policy_statement.condition : can(regex("^[A-Za-z]+(?::[A-Za-z]+)?$", condition.test)) if condition != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, condition in queue_policy_statement.condition : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.condition.${index}.test is ${jsonencode(condition.test)}: a condition operator such as ArnEquals." if condition == null ? false : !(can(regex("^[A-Za-z]+(?::[A-Za-z]+)?$", condition.test)))
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [
            for condition in queue_policy_statement.condition : can(regex("^[\\w-]+:[^$\\s]+$", condition.variable)) if condition != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, condition in queue_policy_statement.condition : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.condition.${index}.variable is ${jsonencode(condition.variable)}: a condition key such as aws:SourceArn." if condition == null ? false : !(can(regex("^[\\w-]+:[^$\\s]+$", condition.variable)))
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [
            for condition in queue_policy_statement.condition : try(length(condition.values) >= 1, false) if condition != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, condition in queue_policy_statement.condition : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.condition.${index}.values is ${jsonencode(condition.values)}: at least one value." if condition == null ? false : !(try(length(condition.values) >= 1, false))
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [
            for condition in queue_policy_statement.condition : [for value in coalesce(condition.values, []) : can(regex("^[^$\\s][^$]*$", value))] if condition != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, condition in queue_policy_statement.condition : [
              for inner_index, value in coalesce(condition.values, []) : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.condition.${index}.values.${inner_index} is ${jsonencode(value)}: a text that does not begin with a space, without $: policy variables are not supported." if !(can(regex("^[^$\\s][^$]*$", value)))
            ] if condition != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [for condition in queue_policy_statement.conditions : condition != null] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, condition in queue_policy_statement.conditions : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.conditions.${index} is ${jsonencode(condition)}: an object." if !(condition != null)
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [
            for condition in queue_policy_statement.conditions : can(regex("^[A-Za-z]+(?::[A-Za-z]+)?$", condition.test)) if condition != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, condition in queue_policy_statement.conditions : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.conditions.${index}.test is ${jsonencode(condition.test)}: a condition operator such as ArnEquals." if condition == null ? false : !(can(regex("^[A-Za-z]+(?::[A-Za-z]+)?$", condition.test)))
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [
            for condition in queue_policy_statement.conditions : can(regex("^[\\w-]+:[^$\\s]+$", condition.variable)) if condition != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, condition in queue_policy_statement.conditions : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.conditions.${index}.variable is ${jsonencode(condition.variable)}: a condition key such as aws:SourceArn." if condition == null ? false : !(can(regex("^[\\w-]+:[^$\\s]+$", condition.variable)))
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [
            for condition in queue_policy_statement.conditions : try(length(condition.values) >= 1, false) if condition != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, condition in queue_policy_statement.conditions : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.conditions.${index}.values is ${jsonencode(condition.values)}: at least one value." if condition == null ? false : !(try(length(condition.values) >= 1, false))
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policie in queue.policies : [
          for queue_policy_statement in policie.queue_policy_statements : [
            for condition in queue_policy_statement.conditions : [for value in coalesce(condition.values, []) : can(regex("^[^$\\s][^$]*$", value))] if condition != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for inner_name, policie in queue.policies : [
          for inner_inner_name, queue_policy_statement in policie.queue_policy_statements : [
            for index, condition in queue_policy_statement.conditions : [
              for inner_index, value in coalesce(condition.values, []) : "queues.${name}.policies.${inner_name}.queue_policy_statements.${inner_inner_name}.conditions.${index}.values.${inner_index} is ${jsonencode(value)}: a text that does not begin with a space, without $: policy variables are not supported." if !(can(regex("^[^$\\s][^$]*$", value)))
            ] if condition != null
          ] if queue_policy_statement != null
        ] if policie != null
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.rescue == null ? true : contains(["ledger", "watermark", "manual"], queue.rescue) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.rescue is ${jsonencode(queue.rescue)}: one of ledger, watermark, manual." if queue == null ? false : !(queue.rescue == null ? true : contains(["ledger", "watermark", "manual"], queue.rescue))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.rescue_margin_seconds == null ? true : floor(queue.rescue_margin_seconds) == queue.rescue_margin_seconds && queue.rescue_margin_seconds >= 0 && queue.rescue_margin_seconds <= 3600 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.rescue_margin_seconds is ${jsonencode(queue.rescue_margin_seconds)}: a whole number from 0 to 3600." if queue == null ? false : !(queue.rescue_margin_seconds == null ? true : floor(queue.rescue_margin_seconds) == queue.rescue_margin_seconds && queue.rescue_margin_seconds >= 0 && queue.rescue_margin_seconds <= 3600)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.max_rate == null ? true : floor(queue.max_rate) == queue.max_rate && queue.max_rate >= 1 && queue.max_rate <= 10000 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.max_rate is ${jsonencode(queue.max_rate)}: a whole number from 1 to 10000." if queue == null ? false : !(queue.max_rate == null ? true : floor(queue.max_rate) == queue.max_rate && queue.max_rate >= 1 && queue.max_rate <= 10000)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.on_missing_identity == null ? true : contains(["forward", "dlq"], queue.on_missing_identity) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.on_missing_identity is ${jsonencode(queue.on_missing_identity)}: one of forward, dlq." if queue == null ? false : !(queue.on_missing_identity == null ? true : contains(["forward", "dlq"], queue.on_missing_identity))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.ledger_key == null ? true : trimspace(queue.ledger_key) != "" if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.ledger_key is ${jsonencode(queue.ledger_key)}: a JMESPath expression such as \"powertools_json(body).order_id\"." if queue == null ? false : !(queue.ledger_key == null ? true : trimspace(queue.ledger_key) != "")
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.memory_mb == null ? true : floor(queue.functions.memory_mb) == queue.functions.memory_mb && queue.functions.memory_mb >= 128 && queue.functions.memory_mb <= 10240 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.memory_mb is ${jsonencode(queue.functions.memory_mb)}: a whole number from 128 to 10240." if queue == null ? false : !(queue.functions.memory_mb == null ? true : floor(queue.functions.memory_mb) == queue.functions.memory_mb && queue.functions.memory_mb >= 128 && queue.functions.memory_mb <= 10240)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.timeout_seconds == null ? true : floor(queue.functions.timeout_seconds) == queue.functions.timeout_seconds && queue.functions.timeout_seconds >= 10 && queue.functions.timeout_seconds <= 900 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.timeout_seconds is ${jsonencode(queue.functions.timeout_seconds)}: a whole number from 10 to 900." if queue == null ? false : !(queue.functions.timeout_seconds == null ? true : floor(queue.functions.timeout_seconds) == queue.functions.timeout_seconds && queue.functions.timeout_seconds >= 10 && queue.functions.timeout_seconds <= 900)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.profile == null ? true : contains(["latency", "throughput"], queue.functions.profile) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.profile is ${jsonencode(queue.functions.profile)}: one of latency, throughput." if queue == null ? false : !(queue.functions.profile == null ? true : contains(["latency", "throughput"], queue.functions.profile))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.batch_size == null ? true : floor(queue.functions.batch_size) == queue.functions.batch_size && queue.functions.batch_size >= 1 && queue.functions.batch_size <= 10000 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.batch_size is ${jsonencode(queue.functions.batch_size)}: a whole number from 1 to 10000." if queue == null ? false : !(queue.functions.batch_size == null ? true : floor(queue.functions.batch_size) == queue.functions.batch_size && queue.functions.batch_size >= 1 && queue.functions.batch_size <= 10000)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.batching_window_seconds == null ? true : floor(queue.functions.batching_window_seconds) == queue.functions.batching_window_seconds && queue.functions.batching_window_seconds >= 0 && queue.functions.batching_window_seconds <= 300 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.batching_window_seconds is ${jsonencode(queue.functions.batching_window_seconds)}: a whole number from 0 to 300." if queue == null ? false : !(queue.functions.batching_window_seconds == null ? true : floor(queue.functions.batching_window_seconds) == queue.functions.batching_window_seconds && queue.functions.batching_window_seconds >= 0 && queue.functions.batching_window_seconds <= 300)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.maximum_concurrency == null ? true : floor(queue.functions.maximum_concurrency) == queue.functions.maximum_concurrency && queue.functions.maximum_concurrency >= 2 && queue.functions.maximum_concurrency <= 1000 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.maximum_concurrency is ${jsonencode(queue.functions.maximum_concurrency)}: a whole number from 2 to 1000." if queue == null ? false : !(queue.functions.maximum_concurrency == null ? true : floor(queue.functions.maximum_concurrency) == queue.functions.maximum_concurrency && queue.functions.maximum_concurrency >= 2 && queue.functions.maximum_concurrency <= 1000)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.provisioned_pollers == null ? true : try(floor(queue.functions.provisioned_pollers.minimum) == queue.functions.provisioned_pollers.minimum && queue.functions.provisioned_pollers.minimum >= 2 && queue.functions.provisioned_pollers.minimum <= 200, false) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.provisioned_pollers.minimum is ${jsonencode(queue.functions.provisioned_pollers.minimum)}: a whole number from 2 to 200." if queue == null ? false : !(queue.functions.provisioned_pollers == null ? true : try(floor(queue.functions.provisioned_pollers.minimum) == queue.functions.provisioned_pollers.minimum && queue.functions.provisioned_pollers.minimum >= 2 && queue.functions.provisioned_pollers.minimum <= 200, false))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.provisioned_pollers == null ? true : try(floor(queue.functions.provisioned_pollers.maximum) == queue.functions.provisioned_pollers.maximum && queue.functions.provisioned_pollers.maximum >= 2 && queue.functions.provisioned_pollers.maximum <= 2000, false) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.provisioned_pollers.maximum is ${jsonencode(queue.functions.provisioned_pollers.maximum)}: a whole number from 2 to 2000." if queue == null ? false : !(queue.functions.provisioned_pollers == null ? true : try(floor(queue.functions.provisioned_pollers.maximum) == queue.functions.provisioned_pollers.maximum && queue.functions.provisioned_pollers.maximum >= 2 && queue.functions.provisioned_pollers.maximum <= 2000, false))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.architecture == null ? true : contains(["arm64", "x86_64"], queue.functions.architecture) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.architecture is ${jsonencode(queue.functions.architecture)}: one of arm64, x86_64." if queue == null ? false : !(queue.functions.architecture == null ? true : contains(["arm64", "x86_64"], queue.functions.architecture))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.runtime == null ? true : contains(["nodejs22.x", "nodejs20.x", "nodejs24.x"], queue.functions.runtime) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.runtime is ${jsonencode(queue.functions.runtime)}: one of nodejs22.x, nodejs20.x, nodejs24.x." if queue == null ? false : !(queue.functions.runtime == null ? true : contains(["nodejs22.x", "nodejs20.x", "nodejs24.x"], queue.functions.runtime))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.log_retention_days == null ? true : contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], queue.functions.log_retention_days) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.log_retention_days is ${jsonencode(queue.functions.log_retention_days)}: one of 0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 (0: never expires)." if queue == null ? false : !(queue.functions.log_retention_days == null ? true : contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], queue.functions.log_retention_days))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.tracing == null ? true : contains(["active", "pass_through"], queue.functions.tracing) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.tracing is ${jsonencode(queue.functions.tracing)}: one of active, pass_through." if queue == null ? false : !(queue.functions.tracing == null ? true : contains(["active", "pass_through"], queue.functions.tracing))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.ingress == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\})+$", queue.names.ingress)) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.ingress is ${jsonencode(queue.names.ingress)}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}." if queue == null ? false : !(queue.names.ingress == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\})+$", queue.names.ingress)))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.work == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\})+$", queue.names.work)) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.work is ${jsonencode(queue.names.work)}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}." if queue == null ? false : !(queue.names.work == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\})+$", queue.names.work)))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.outbox == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{peer\\})+$", queue.names.outbox)) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.outbox is ${jsonencode(queue.names.outbox)}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}, {peer}." if queue == null ? false : !(queue.names.outbox == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{peer\\})+$", queue.names.outbox)))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.standby == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{home\\})+$", queue.names.standby)) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.standby is ${jsonencode(queue.names.standby)}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}, {home}." if queue == null ? false : !(queue.names.standby == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{home\\})+$", queue.names.standby)))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.dlq == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\})+$", queue.names.dlq)) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.dlq is ${jsonencode(queue.names.dlq)}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}." if queue == null ? false : !(queue.names.dlq == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\})+$", queue.names.dlq)))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.ingress_dlq == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\})+$", queue.names.ingress_dlq)) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.ingress_dlq is ${jsonencode(queue.names.ingress_dlq)}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}." if queue == null ? false : !(queue.names.ingress_dlq == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\})+$", queue.names.ingress_dlq)))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.replicator == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{region\\})+$", queue.names.replicator)) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.replicator is ${jsonencode(queue.names.replicator)}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}." if queue == null ? false : !(queue.names.replicator == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{region\\})+$", queue.names.replicator)))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.forwarder == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{region\\}|\\{peer\\})+$", queue.names.forwarder)) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.forwarder is ${jsonencode(queue.names.forwarder)}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}, {peer}." if queue == null ? false : !(queue.names.forwarder == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{region\\}|\\{peer\\})+$", queue.names.forwarder)))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.drainer == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{region\\}|\\{home\\})+$", queue.names.drainer)) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.drainer is ${jsonencode(queue.names.drainer)}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}, {home}." if queue == null ? false : !(queue.names.drainer == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{region\\}|\\{home\\})+$", queue.names.drainer)))
    ])
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for key, tag in queue.tags : !can(regex("^(?:aws:)", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,128}$", key))
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for key, tag in queue.tags : "queues.${name}.tags has the key ${jsonencode(key)}: tag keys of 1 to 128 characters that do not begin with aws:." if !(!can(regex("^(?:aws:)", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,128}$", key)))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [for tag in queue.tags : try(length(tag) <= 256, false)] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for key, tag in queue.tags : "queues.${name}.tags.${key} is ${jsonencode(tag)}: a text of at most 256 characters." if !(try(length(tag) <= 256, false))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue([for queue in var.queues : !queue.fifo || queue.mode != "semi-sync" if queue != null])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.mode is ${jsonencode(queue.mode)}: async, sync or none on FIFO queues." if queue == null ? false : !(!queue.fifo || queue.mode != "semi-sync")
    ])
  }

  validation {
    condition = alltrue([for queue in var.queues : queue.fifo || queue.content_based_deduplication == null if queue != null])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.content_based_deduplication is ${jsonencode(queue.content_based_deduplication)}: nothing on a standard queue." if queue == null ? false : !(queue.fifo || queue.content_based_deduplication == null)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.fifo || queue.work_content_based_deduplication == null if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.work_content_based_deduplication is ${jsonencode(queue.work_content_based_deduplication)}: nothing on a standard queue." if queue == null ? false : !(queue.fifo || queue.work_content_based_deduplication == null)
    ])
  }

  validation {
    condition = alltrue([for queue in var.queues : queue.fifo || queue.deduplication_scope == null if queue != null])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.deduplication_scope is ${jsonencode(queue.deduplication_scope)}: nothing on a standard queue." if queue == null ? false : !(queue.fifo || queue.deduplication_scope == null)
    ])
  }

  validation {
    condition = alltrue([for queue in var.queues : queue.fifo || queue.fifo_throughput_limit == null if queue != null])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.fifo_throughput_limit is ${jsonencode(queue.fifo_throughput_limit)}: nothing on a standard queue." if queue == null ? false : !(queue.fifo || queue.fifo_throughput_limit == null)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : !queue.fifo || queue.deduplication_scope != "queue" || queue.fifo_throughput_limit == "perQueue" if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.deduplication_scope is ${jsonencode(queue.deduplication_scope)}: messageGroup with a fifo_throughput_limit of perMessageGroupId." if queue == null ? false : !(!queue.fifo || queue.deduplication_scope != "queue" || queue.fifo_throughput_limit == "perQueue")
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.consumer_processing_seconds == null ? true : queue.visibility_timeout_seconds >= queue.consumer_processing_seconds if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.visibility_timeout_seconds is ${jsonencode(queue.visibility_timeout_seconds)}: at least consumer_processing_seconds, ${queue.consumer_processing_seconds}." if queue == null ? false : !(queue.consumer_processing_seconds == null ? true : queue.visibility_timeout_seconds >= queue.consumer_processing_seconds)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.transit_visibility_timeout_seconds == null || queue.functions.timeout_seconds == null ? true : queue.transit_visibility_timeout_seconds >= 6 * queue.functions.timeout_seconds if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.transit_visibility_timeout_seconds is ${jsonencode(queue.transit_visibility_timeout_seconds)}: at least 6 times functions.timeout_seconds, ${queue.functions.timeout_seconds}." if queue == null ? false : !(queue.transit_visibility_timeout_seconds == null || queue.functions.timeout_seconds == null ? true : queue.transit_visibility_timeout_seconds >= 6 * queue.functions.timeout_seconds)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : !queue.fifo || queue.transit_visibility_timeout_seconds == null ? true : queue.transit_visibility_timeout_seconds <= 240 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.transit_visibility_timeout_seconds is ${jsonencode(queue.transit_visibility_timeout_seconds)}: at most 240 on FIFO queues." if queue == null ? false : !(!queue.fifo || queue.transit_visibility_timeout_seconds == null ? true : queue.transit_visibility_timeout_seconds <= 240)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : !queue.fifo || queue.functions.timeout_seconds == null ? true : queue.functions.timeout_seconds <= 40 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.timeout_seconds is ${jsonencode(queue.functions.timeout_seconds)}: at most 40 on FIFO queues." if queue == null ? false : !(!queue.fifo || queue.functions.timeout_seconds == null ? true : queue.functions.timeout_seconds <= 40)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : !queue.fifo || queue.functions.batch_size == null ? true : queue.functions.batch_size <= 10 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.batch_size is ${jsonencode(queue.functions.batch_size)}: at most 10 on FIFO queues." if queue == null ? false : !(!queue.fifo || queue.functions.batch_size == null ? true : queue.functions.batch_size <= 10)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : !queue.fifo || queue.functions.batching_window_seconds == null ? true : queue.functions.batching_window_seconds <= 0 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.batching_window_seconds is ${jsonencode(queue.functions.batching_window_seconds)}: at most 0 on FIFO queues." if queue == null ? false : !(!queue.fifo || queue.functions.batching_window_seconds == null ? true : queue.functions.batching_window_seconds <= 0)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.fifo || queue.functions.batch_size == null || queue.functions.batching_window_seconds == null ? true : queue.functions.batch_size <= 10 || queue.functions.batching_window_seconds >= 1 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.batching_window_seconds is ${jsonencode(queue.functions.batching_window_seconds)}: at least 1 with a batch_size of more than 10." if queue == null ? false : !(queue.fifo || queue.functions.batch_size == null || queue.functions.batching_window_seconds == null ? true : queue.functions.batch_size <= 10 || queue.functions.batching_window_seconds >= 1)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.functions.provisioned_pollers == null || queue.functions.maximum_concurrency == null if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.provisioned_pollers is ${jsonencode(queue.functions.provisioned_pollers)}: nothing together with maximum_concurrency." if queue == null ? false : !(queue.functions.provisioned_pollers == null || queue.functions.maximum_concurrency == null)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : try(queue.functions.provisioned_pollers.minimum <= queue.functions.provisioned_pollers.maximum, true) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.functions.provisioned_pollers.minimum is ${jsonencode(queue.functions.provisioned_pollers.minimum)}: at most the maximum." if queue == null ? false : !(try(queue.functions.provisioned_pollers.minimum <= queue.functions.provisioned_pollers.maximum, true))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.rescue != "watermark" || queue.max_receive_count >= 3 if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.max_receive_count is ${jsonencode(queue.max_receive_count)}: 3 to 1000 with rescue watermark." if queue == null ? false : !(queue.rescue != "watermark" || queue.max_receive_count >= 3)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.rescue_margin_seconds == null || queue.rescue == null || queue.rescue == "watermark" if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.rescue_margin_seconds is ${jsonencode(queue.rescue_margin_seconds)}: nothing with rescue ${queue.rescue}." if queue == null ? false : !(queue.rescue_margin_seconds == null || queue.rescue == null || queue.rescue == "watermark")
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.on_missing_identity == null || queue.rescue == null || queue.rescue == "ledger" if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.on_missing_identity is ${jsonencode(queue.on_missing_identity)}: nothing with rescue ${queue.rescue}." if queue == null ? false : !(queue.on_missing_identity == null || queue.rescue == null || queue.rescue == "ledger")
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.ledger_key == null || queue.rescue == null || queue.rescue == "ledger" if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.ledger_key is ${jsonencode(queue.ledger_key)}: nothing with rescue ${queue.rescue}." if queue == null ? false : !(queue.ledger_key == null || queue.rescue == null || queue.rescue == "ledger")
    ])
  }

  validation {
    condition = alltrue([for queue in var.queues : queue.rescue == null || queue.mode != "none" if queue != null])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.rescue is ${jsonencode(queue.rescue)}: nothing in mode none, in which there are no copies." if queue == null ? false : !(queue.rescue == null || queue.mode != "none")
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.rescue_margin_seconds == null || queue.mode != "none" if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.rescue_margin_seconds is ${jsonencode(queue.rescue_margin_seconds)}: nothing in mode none, in which there are no copies." if queue == null ? false : !(queue.rescue_margin_seconds == null || queue.mode != "none")
    ])
  }

  validation {
    condition = alltrue([for queue in var.queues : queue.max_rate == null || queue.mode != "none" if queue != null])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.max_rate is ${jsonencode(queue.max_rate)}: nothing in mode none, in which there are no copies." if queue == null ? false : !(queue.max_rate == null || queue.mode != "none")
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.on_missing_identity == null || queue.mode != "none" if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.on_missing_identity is ${jsonencode(queue.on_missing_identity)}: nothing in mode none, in which there are no copies." if queue == null ? false : !(queue.on_missing_identity == null || queue.mode != "none")
    ])
  }

  validation {
    condition = alltrue([for queue in var.queues : queue.ledger_key == null || queue.mode != "none" if queue != null])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.ledger_key is ${jsonencode(queue.ledger_key)}: nothing in mode none, in which there are no copies." if queue == null ? false : !(queue.ledger_key == null || queue.mode != "none")
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : alltrue([for home, peers in coalesce(queue.peers, {}) : !contains(coalesce(peers, []), home)]) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.peers is ${jsonencode(queue.peers)}: per home, other regions." if queue == null ? false : !(alltrue([for home, peers in coalesce(queue.peers, {}) : !contains(coalesce(peers, []), home)]))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : alltrue([for region, arn in coalesce(queue.encryption.kms_key_arns, {}) : try(split(":", arn)[3] == region, true)]) if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.encryption.kms_key_arns is ${jsonencode(queue.encryption.kms_key_arns)}: per region, the ARN of a key in that region." if queue == null ? false : !(alltrue([for region, arn in coalesce(queue.encryption.kms_key_arns, {}) : try(split(":", arn)[3] == region, true)]))
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.outbox == null ? true : replace(queue.names.outbox, "{peer}", "") != queue.names.outbox if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.outbox is ${jsonencode(queue.names.outbox)}: a template with {peer}." if queue == null ? false : !(queue.names.outbox == null ? true : replace(queue.names.outbox, "{peer}", "") != queue.names.outbox)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.standby == null ? true : replace(queue.names.standby, "{home}", "") != queue.names.standby if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.standby is ${jsonencode(queue.names.standby)}: a template with {home}." if queue == null ? false : !(queue.names.standby == null ? true : replace(queue.names.standby, "{home}", "") != queue.names.standby)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.replicator == null ? true : replace(queue.names.replicator, "{region}", "") != queue.names.replicator if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.replicator is ${jsonencode(queue.names.replicator)}: a template with {region}." if queue == null ? false : !(queue.names.replicator == null ? true : replace(queue.names.replicator, "{region}", "") != queue.names.replicator)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.forwarder == null ? true : replace(queue.names.forwarder, "{region}", "") != queue.names.forwarder if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.forwarder is ${jsonencode(queue.names.forwarder)}: a template with {region}." if queue == null ? false : !(queue.names.forwarder == null ? true : replace(queue.names.forwarder, "{region}", "") != queue.names.forwarder)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.forwarder == null ? true : replace(queue.names.forwarder, "{peer}", "") != queue.names.forwarder if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.forwarder is ${jsonencode(queue.names.forwarder)}: a template with {peer}." if queue == null ? false : !(queue.names.forwarder == null ? true : replace(queue.names.forwarder, "{peer}", "") != queue.names.forwarder)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.drainer == null ? true : replace(queue.names.drainer, "{region}", "") != queue.names.drainer if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.drainer is ${jsonencode(queue.names.drainer)}: a template with {region}." if queue == null ? false : !(queue.names.drainer == null ? true : replace(queue.names.drainer, "{region}", "") != queue.names.drainer)
    ])
  }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.names.drainer == null ? true : replace(queue.names.drainer, "{home}", "") != queue.names.drainer if queue != null
    ])
    error_message = join(" ", [
      for name, queue in var.queues : "queues.${name}.names.drainer is ${jsonencode(queue.names.drainer)}: a template with {home}." if queue == null ? false : !(queue.names.drainer == null ? true : replace(queue.names.drainer, "{home}", "") != queue.names.drainer)
    ])
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policy in queue.policies : alltrue([for statement in policy.queue_policy_statements : try(statement.effect == "Deny" || length(concat(statement.condition, statement.conditions)) > 0 || alltrue([for principal in statement.principals : principal.type != "*" && !contains(principal.identifiers, "*")]), true)]) if policy != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for role, policy in queue.policies : "queues.${name}.policies.${role}.queue_policy_statements is ${jsonencode(keys(policy.queue_policy_statements))}: a condition with principals * that are allowed something." if policy == null ? false : !(alltrue([for statement in policy.queue_policy_statements : try(statement.effect == "Deny" || length(concat(statement.condition, statement.conditions)) > 0 || alltrue([for principal in statement.principals : principal.type != "*" && !contains(principal.identifiers, "*")]), true)]))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policy in queue.policies : alltrue([for document in policy.source_queue_policy_documents : try(can(jsondecode(document).Statement) && !can(regex("[$][{]", document)) && alltrue([for statement in flatten([try(jsondecode(document).Statement, [])]) : contains(["Allow", "Deny"], statement.Effect) && can(statement.Principal) && length(flatten([statement.Action])) > 0 && alltrue([for action in flatten([statement.Action]) : can(regex("^[sS][qQ][sS]:", action))]) && length(setintersection(keys(statement), ["NotAction", "NotPrincipal", "NotResource"])) == 0 && (statement.Effect == "Deny" || can(statement.Condition) || !contains(flatten([try(values(statement.Principal), statement.Principal)]), "*"))]), false)]) if policy != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for role, policy in queue.policies : "queues.${name}.policies.${role}.source_queue_policy_documents is ${jsonencode(policy.source_queue_policy_documents)}: a JSON policy document whose statements each have Effect, Principal and Action of SQS, no NotAction, NotPrincipal or NotResource, and a Condition where Principal * is allowed something." if policy == null ? false : !(alltrue([for document in policy.source_queue_policy_documents : try(can(jsondecode(document).Statement) && !can(regex("[$][{]", document)) && alltrue([for statement in flatten([try(jsondecode(document).Statement, [])]) : contains(["Allow", "Deny"], statement.Effect) && can(statement.Principal) && length(flatten([statement.Action])) > 0 && alltrue([for action in flatten([statement.Action]) : can(regex("^[sS][qQ][sS]:", action))]) && length(setintersection(keys(statement), ["NotAction", "NotPrincipal", "NotResource"])) == 0 && (statement.Effect == "Deny" || can(statement.Condition) || !contains(flatten([try(values(statement.Principal), statement.Principal)]), "*"))]), false)]))
      ] if queue != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for queue in var.queues : [
        for policy in queue.policies : try(length(setsubtract([for resource in flatten([for document in policy.source_queue_policy_documents : [for statement in flatten([try(jsondecode(document).Statement, [])]) : try(statement.Resource, [])]]) : reverse(split(":", resource))[0]], ["*"])) <= 1, true) if policy != null
      ] if queue != null
    ]))
    error_message = join(" ", flatten([
      for name, queue in var.queues : [
        for role, policy in queue.policies : "queues.${name}.policies.${role}.source_queue_policy_documents is ${jsonencode(policy.source_queue_policy_documents)}: documents about one queue." if policy == null ? false : !(try(length(setsubtract([for resource in flatten([for document in policy.source_queue_policy_documents : [for statement in flatten([try(jsondecode(document).Statement, [])]) : try(statement.Resource, [])]]) : reverse(split(":", resource))[0]], ["*"])) <= 1, true))
      ] if queue != null
    ]))
  }
}

variable "functions" {
  description = "Settings of all functions; a logical queue may override each."
  type = object({
    # Memory of each function, MB. Default 256.
    memory_mb = optional(number, 256)
    # Timeout of each function, seconds. Default 20. Queues that functions read need six times as much
    # visibility timeout.
    timeout_seconds = optional(number, 20)
    # Batching. latency (default): batches of up to 10, at once. throughput: batches of up to 100, waited
    # for up to 1 second; FIFO queues stay at 10, at once.
    profile = optional(string, "latency")
    # Messages per invocation, at most. Default: that of the profile. More than 10 needs a batching window
    # of at least 1 second.
    batch_size = optional(number)
    # Time that a mapping waits for a batch to fill, seconds. Default: that of the profile.
    batching_window_seconds = optional(number)
    # Invocations at once per mapping, at most. Default: none, Lambda scales to the account's concurrency.
    maximum_concurrency = optional(number)
    # Provisioned mode of each mapping; not together with maximum_concurrency. Default: none, Lambda
    # scales the pollers.
    provisioned_pollers = optional(object({
      # Pollers that are always there.
      minimum = number
      # Pollers, at most.
      maximum = number
    }))
    # Instruction set. Default arm64.
    architecture = optional(string, "arm64")
    # Lambda runtime. Default nodejs22.x.
    runtime = optional(string, "nodejs22.x")
    # Retention of the functions' log groups, days. Default 30.
    log_retention_days = optional(number, 30)
    # X-Ray tracing of the functions. Default active.
    tracing = optional(string, "active")
  })
  default  = {}
  nullable = false

  validation {
    condition     = floor(var.functions.memory_mb) == var.functions.memory_mb && var.functions.memory_mb >= 128 && var.functions.memory_mb <= 10240
    error_message = "functions.memory_mb is ${jsonencode(var.functions.memory_mb)}: a whole number from 128 to 10240."
  }

  validation {
    condition     = floor(var.functions.timeout_seconds) == var.functions.timeout_seconds && var.functions.timeout_seconds >= 10 && var.functions.timeout_seconds <= 900
    error_message = "functions.timeout_seconds is ${jsonencode(var.functions.timeout_seconds)}: a whole number from 10 to 900."
  }

  validation {
    condition     = contains(["latency", "throughput"], var.functions.profile)
    error_message = "functions.profile is ${jsonencode(var.functions.profile)}: one of latency, throughput."
  }

  validation {
    condition     = var.functions.batch_size == null ? true : floor(var.functions.batch_size) == var.functions.batch_size && var.functions.batch_size >= 1 && var.functions.batch_size <= 10000
    error_message = "functions.batch_size is ${jsonencode(try(var.functions.batch_size, null))}: a whole number from 1 to 10000."
  }

  validation {
    condition     = var.functions.batching_window_seconds == null ? true : floor(var.functions.batching_window_seconds) == var.functions.batching_window_seconds && var.functions.batching_window_seconds >= 0 && var.functions.batching_window_seconds <= 300
    error_message = "functions.batching_window_seconds is ${jsonencode(try(var.functions.batching_window_seconds, null))}: a whole number from 0 to 300."
  }

  validation {
    condition     = var.functions.maximum_concurrency == null ? true : floor(var.functions.maximum_concurrency) == var.functions.maximum_concurrency && var.functions.maximum_concurrency >= 2 && var.functions.maximum_concurrency <= 1000
    error_message = "functions.maximum_concurrency is ${jsonencode(try(var.functions.maximum_concurrency, null))}: a whole number from 2 to 1000."
  }

  validation {
    condition     = var.functions.provisioned_pollers == null ? true : try(floor(var.functions.provisioned_pollers.minimum) == var.functions.provisioned_pollers.minimum && var.functions.provisioned_pollers.minimum >= 2 && var.functions.provisioned_pollers.minimum <= 200, false)
    error_message = "functions.provisioned_pollers.minimum is ${jsonencode(try(var.functions.provisioned_pollers.minimum, null))}: a whole number from 2 to 200."
  }

  validation {
    condition     = var.functions.provisioned_pollers == null ? true : try(floor(var.functions.provisioned_pollers.maximum) == var.functions.provisioned_pollers.maximum && var.functions.provisioned_pollers.maximum >= 2 && var.functions.provisioned_pollers.maximum <= 2000, false)
    error_message = "functions.provisioned_pollers.maximum is ${jsonencode(try(var.functions.provisioned_pollers.maximum, null))}: a whole number from 2 to 2000."
  }

  validation {
    condition     = contains(["arm64", "x86_64"], var.functions.architecture)
    error_message = "functions.architecture is ${jsonencode(var.functions.architecture)}: one of arm64, x86_64."
  }

  validation {
    condition     = contains(["nodejs22.x", "nodejs20.x", "nodejs24.x"], var.functions.runtime)
    error_message = "functions.runtime is ${jsonencode(var.functions.runtime)}: one of nodejs22.x, nodejs20.x, nodejs24.x."
  }

  validation {
    condition     = contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.functions.log_retention_days)
    error_message = "functions.log_retention_days is ${jsonencode(var.functions.log_retention_days)}: one of 0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 (0: never expires)."
  }

  validation {
    condition     = contains(["active", "pass_through"], var.functions.tracing)
    error_message = "functions.tracing is ${jsonencode(var.functions.tracing)}: one of active, pass_through."
  }

  validation {
    condition     = var.functions.batch_size == null || var.functions.batching_window_seconds == null ? true : var.functions.batch_size <= 10 || var.functions.batching_window_seconds >= 1
    error_message = "functions.batching_window_seconds is ${jsonencode(try(var.functions.batching_window_seconds, null))}: at least 1 with a batch_size of more than 10."
  }

  validation {
    condition     = var.functions.provisioned_pollers == null || var.functions.maximum_concurrency == null
    error_message = "functions.provisioned_pollers is ${jsonencode(try(var.functions.provisioned_pollers, null))}: nothing together with maximum_concurrency."
  }

  validation {
    condition     = try(var.functions.provisioned_pollers.minimum <= var.functions.provisioned_pollers.maximum, true)
    error_message = "functions.provisioned_pollers.minimum is ${jsonencode(try(var.functions.provisioned_pollers.minimum, null))}: at most the maximum."
  }
}

variable "recovery" {
  description = "Recovery: drainers, controllers and what they need, so that a peer can take a home over. Default: none, standby copies are kept and not used."
  type = object({
    # Takeover. automatic (default with dns, and only there): a peer takes a home over by itself when
    # health check and heartbeats both say for takeover_delay_seconds that it is lost. manual (default
    # without): by order only.
    takeover = optional(string)
    # Time for which a home must be lost by every signal before a peer takes it over by itself, and before
    # which an isolated home fences itself, seconds. Without dns only the latter. Default 300.
    takeover_delay_seconds = optional(number, 300)
    # Hand-back. manual (default): by order. automatic: once the home has been healthy for
    # failback_after_seconds; only with dns.
    failback = optional(string, "manual")
    # Time for which a home must have been healthy before an automatic hand-back, seconds. Default 900.
    failback_after_seconds = optional(number, 900)
    # What a home does that neither reaches nor hears any peer, nor, with dns, can look a record up.
    # continue (default without dns): it goes on. fence (default with dns): it stops delivering before a
    # peer takes over. Without dns two regions cannot tell a cut between them from being alone.
    on_isolation = optional(string)
    # Per home, the peers in the order in which they take it over. Default: all others, in the order of
    # regions.
    takeover_order = optional(map(list(string)))
    # Longest time that work goes on after consumers and functions of a region were told to stop, seconds.
    # Default: the longest over the logical queues of function timeout plus consumer_processing_seconds
    # (or the visibility timeout).
    in_flight_seconds = optional(number)
    # Longest wait before the fence of a home that owns itself again opens all the same, seconds. Default
    # 900, or in_flight_seconds if that is longer.
    hand_back_timeout_seconds = optional(number)
    # Memory of each drainer, MB. Default 1024.
    drainer_memory_mb = optional(number, 1024)
    # Memory of each controller, MB. Default 256.
    controller_memory_mb = optional(number, 256)
    # Per region, the SNS topics that its alarms notify. Default: none.
    alarm_action_arns = optional(map(list(string)), {})
  })
  default  = null
  nullable = true

  validation {
    condition     = var.recovery == null ? true : var.recovery.takeover == null ? true : contains(["automatic", "manual"], var.recovery.takeover)
    error_message = "recovery.takeover is ${jsonencode(try(var.recovery.takeover, null))}: one of automatic, manual."
  }

  validation {
    condition     = var.recovery == null ? true : floor(var.recovery.takeover_delay_seconds) == var.recovery.takeover_delay_seconds && var.recovery.takeover_delay_seconds >= 120 && var.recovery.takeover_delay_seconds <= 3600
    error_message = "recovery.takeover_delay_seconds is ${jsonencode(try(var.recovery.takeover_delay_seconds, null))}: a whole number from 120 to 3600."
  }

  validation {
    condition     = var.recovery == null ? true : contains(["manual", "automatic"], var.recovery.failback)
    error_message = "recovery.failback is ${jsonencode(try(var.recovery.failback, null))}: one of manual, automatic."
  }

  validation {
    condition     = var.recovery == null ? true : floor(var.recovery.failback_after_seconds) == var.recovery.failback_after_seconds && var.recovery.failback_after_seconds >= 300 && var.recovery.failback_after_seconds <= 86400
    error_message = "recovery.failback_after_seconds is ${jsonencode(try(var.recovery.failback_after_seconds, null))}: a whole number from 300 to 86400."
  }

  validation {
    condition     = var.recovery == null ? true : var.recovery.on_isolation == null ? true : contains(["continue", "fence"], var.recovery.on_isolation)
    error_message = "recovery.on_isolation is ${jsonencode(try(var.recovery.on_isolation, null))}: one of continue, fence."
  }

  validation {
    condition = alltrue([
      for region, takeover_order in coalesce(try(var.recovery.takeover_order, null), {}) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region))
    ])
    error_message = join(" ", [
      for region, takeover_order in coalesce(try(var.recovery.takeover_order, null), {}) : "recovery.takeover_order has the key ${jsonencode(region)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region)))
    ])
  }

  validation {
    condition = alltrue([
      for takeover_order in coalesce(try(var.recovery.takeover_order, null), {}) : try(length(takeover_order) >= 1, false)
    ])
    error_message = join(" ", [
      for region, takeover_order in coalesce(try(var.recovery.takeover_order, null), {}) : "recovery.takeover_order.${region} is ${jsonencode(takeover_order)}: at least one region." if !(try(length(takeover_order) >= 1, false))
    ])
  }

  validation {
    condition = alltrue(flatten([
      for takeover_order in coalesce(try(var.recovery.takeover_order, null), {}) : [
        for inner_takeover_order in coalesce(takeover_order, []) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", inner_takeover_order))
      ]
    ]))
    error_message = join(" ", flatten([
      for region, takeover_order in coalesce(try(var.recovery.takeover_order, null), {}) : [
        for index, inner_takeover_order in coalesce(takeover_order, []) : "recovery.takeover_order.${region}.${index} is ${jsonencode(inner_takeover_order)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", inner_takeover_order)))
      ]
    ]))
  }

  validation {
    condition     = var.recovery == null ? true : var.recovery.in_flight_seconds == null ? true : floor(var.recovery.in_flight_seconds) == var.recovery.in_flight_seconds && var.recovery.in_flight_seconds >= 0 && var.recovery.in_flight_seconds <= 43200
    error_message = "recovery.in_flight_seconds is ${jsonencode(try(var.recovery.in_flight_seconds, null))}: a whole number from 0 to 43200."
  }

  validation {
    condition     = var.recovery == null ? true : var.recovery.hand_back_timeout_seconds == null ? true : floor(var.recovery.hand_back_timeout_seconds) == var.recovery.hand_back_timeout_seconds && var.recovery.hand_back_timeout_seconds >= 60 && var.recovery.hand_back_timeout_seconds <= 86400
    error_message = "recovery.hand_back_timeout_seconds is ${jsonencode(try(var.recovery.hand_back_timeout_seconds, null))}: a whole number from 60 to 86400."
  }

  validation {
    condition     = var.recovery == null ? true : floor(var.recovery.drainer_memory_mb) == var.recovery.drainer_memory_mb && var.recovery.drainer_memory_mb >= 128 && var.recovery.drainer_memory_mb <= 10240
    error_message = "recovery.drainer_memory_mb is ${jsonencode(try(var.recovery.drainer_memory_mb, null))}: a whole number from 128 to 10240."
  }

  validation {
    condition     = var.recovery == null ? true : floor(var.recovery.controller_memory_mb) == var.recovery.controller_memory_mb && var.recovery.controller_memory_mb >= 128 && var.recovery.controller_memory_mb <= 10240
    error_message = "recovery.controller_memory_mb is ${jsonencode(try(var.recovery.controller_memory_mb, null))}: a whole number from 128 to 10240."
  }

  validation {
    condition = alltrue([
      for region, alarm_action_arn in coalesce(try(var.recovery.alarm_action_arns, null), {}) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region))
    ])
    error_message = join(" ", [
      for region, alarm_action_arn in coalesce(try(var.recovery.alarm_action_arns, null), {}) : "recovery.alarm_action_arns has the key ${jsonencode(region)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region)))
    ])
  }

  validation {
    condition = alltrue(flatten([
      for alarm_action_arn in coalesce(try(var.recovery.alarm_action_arns, null), {}) : [
        for inner_alarm_action_arn in coalesce(alarm_action_arn, []) : can(regex("^arn:aws(?:-cn|-us-gov)?:sns:[a-z0-9-]+:\\d{12}:[\\w-]+$", inner_alarm_action_arn))
      ]
    ]))
    error_message = join(" ", flatten([
      for region, alarm_action_arn in coalesce(try(var.recovery.alarm_action_arns, null), {}) : [
        for index, inner_alarm_action_arn in coalesce(alarm_action_arn, []) : "recovery.alarm_action_arns.${region}.${index} is ${jsonencode(inner_alarm_action_arn)}: the ARN of an SNS topic, \"arn:aws:sns:<region>:<account>:<name>\"." if !(can(regex("^arn:aws(?:-cn|-us-gov)?:sns:[a-z0-9-]+:\\d{12}:[\\w-]+$", inner_alarm_action_arn)))
      ]
    ]))
  }

  validation {
    condition     = try(var.recovery.hand_back_timeout_seconds >= var.recovery.in_flight_seconds, true)
    error_message = "recovery.hand_back_timeout_seconds is ${jsonencode(try(var.recovery.hand_back_timeout_seconds, null))}: at least in_flight_seconds."
  }

  validation {
    condition     = alltrue([for home, order in coalesce(try(var.recovery.takeover_order, null), {}) : try(!contains(order, home) && length(distinct(order)) == length(order), true)])
    error_message = "recovery.takeover_order is ${jsonencode(try(var.recovery.takeover_order, null))}: per home, other regions, each once."
  }

  validation {
    condition     = alltrue(flatten([for region, arns in try(var.recovery.alarm_action_arns, {}) : [for arn in coalesce(arns, []) : try(split(":", arn)[3] == region, true)]]))
    error_message = "recovery.alarm_action_arns is ${jsonencode(try(var.recovery.alarm_action_arns, null))}: per region, the ARNs of topics in that region."
  }
}

variable "ledger" {
  description = "Ledger of processed messages, a DynamoDB global table that consumers write. Needs recovery. Default: none, what is processed is told by watermark."
  type = object({
    # A table of your own, by that name in every region: key id (string), time to live by expiration.
    # Default: a managed global table, <prefix><failover_group>-ledger, in the global stack.
    table_name = optional(string)
    # Capacity of a managed table. Default on_demand. provisioned: scaled by use between the two limits,
    # which a replicated table needs.
    billing = optional(object({
      # on_demand or provisioned.
      type = string
      # Read capacity units per region, at least.
      read_capacity_units = optional(number)
      # Read capacity units per region, at most.
      maximum_read_capacity_units = optional(number)
      # Write capacity units per region, at least.
      write_capacity_units = optional(number)
      # Write capacity units per region, at most.
      maximum_write_capacity_units = optional(number)
    }))
    # KMS key of a managed table, per region. Default: none, the table is encrypted by a key of DynamoDB.
    kms_key_arns = optional(map(string))
    # Point-in-time recovery of a managed table. Default true.
    point_in_time_recovery = optional(bool)
    # Deletion protection of a managed table. Default true.
    deletion_protection = optional(bool)
  })
  default  = null
  nullable = true

  validation {
    condition     = var.ledger == null ? true : var.ledger.table_name == null ? true : can(regex("^[\\w.-]{3,255}$", var.ledger.table_name))
    error_message = "ledger.table_name is ${jsonencode(try(var.ledger.table_name, null))}: 3 to 255 letters, digits, underscores, hyphens and dots."
  }

  validation {
    condition     = var.ledger == null ? true : var.ledger.billing == null ? true : try(var.ledger.billing.type == "on_demand" && var.ledger.billing.read_capacity_units == null && var.ledger.billing.maximum_read_capacity_units == null && var.ledger.billing.write_capacity_units == null && var.ledger.billing.maximum_write_capacity_units == null || var.ledger.billing.type == "provisioned" && var.ledger.billing.read_capacity_units != null && var.ledger.billing.maximum_read_capacity_units != null && var.ledger.billing.write_capacity_units != null && var.ledger.billing.maximum_write_capacity_units != null, false)
    error_message = "ledger.billing is ${jsonencode(try(var.ledger.billing, null))}: an object whose \"type\" is on_demand or provisioned; on_demand with no more, provisioned with read_capacity_units, maximum_read_capacity_units, write_capacity_units, maximum_write_capacity_units."
  }

  validation {
    condition     = var.ledger == null ? true : var.ledger.billing == null ? true : var.ledger.billing.read_capacity_units == null ? true : floor(var.ledger.billing.read_capacity_units) == var.ledger.billing.read_capacity_units && var.ledger.billing.read_capacity_units >= 1 && var.ledger.billing.read_capacity_units <= 40000
    error_message = "ledger.billing.read_capacity_units is ${jsonencode(try(var.ledger.billing.read_capacity_units, null))}: a whole number from 1 to 40000."
  }

  validation {
    condition     = var.ledger == null ? true : var.ledger.billing == null ? true : var.ledger.billing.maximum_read_capacity_units == null ? true : floor(var.ledger.billing.maximum_read_capacity_units) == var.ledger.billing.maximum_read_capacity_units && var.ledger.billing.maximum_read_capacity_units >= 1 && var.ledger.billing.maximum_read_capacity_units <= 40000
    error_message = "ledger.billing.maximum_read_capacity_units is ${jsonencode(try(var.ledger.billing.maximum_read_capacity_units, null))}: a whole number from 1 to 40000."
  }

  validation {
    condition     = var.ledger == null ? true : var.ledger.billing == null ? true : var.ledger.billing.write_capacity_units == null ? true : floor(var.ledger.billing.write_capacity_units) == var.ledger.billing.write_capacity_units && var.ledger.billing.write_capacity_units >= 1 && var.ledger.billing.write_capacity_units <= 40000
    error_message = "ledger.billing.write_capacity_units is ${jsonencode(try(var.ledger.billing.write_capacity_units, null))}: a whole number from 1 to 40000."
  }

  validation {
    condition     = var.ledger == null ? true : var.ledger.billing == null ? true : var.ledger.billing.maximum_write_capacity_units == null ? true : floor(var.ledger.billing.maximum_write_capacity_units) == var.ledger.billing.maximum_write_capacity_units && var.ledger.billing.maximum_write_capacity_units >= 1 && var.ledger.billing.maximum_write_capacity_units <= 40000
    error_message = "ledger.billing.maximum_write_capacity_units is ${jsonencode(try(var.ledger.billing.maximum_write_capacity_units, null))}: a whole number from 1 to 40000."
  }

  validation {
    condition = alltrue([
      for region, kms_key_arn in coalesce(try(var.ledger.kms_key_arns, null), {}) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region))
    ])
    error_message = join(" ", [
      for region, kms_key_arn in coalesce(try(var.ledger.kms_key_arns, null), {}) : "ledger.kms_key_arns has the key ${jsonencode(region)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region)))
    ])
  }

  validation {
    condition = alltrue([
      for kms_key_arn in coalesce(try(var.ledger.kms_key_arns, null), {}) : can(regex("^arn:aws(?:-cn|-us-gov)?:kms:[a-z0-9-]+:\\d{12}:key/[\\w-]+$", kms_key_arn))
    ])
    error_message = join(" ", [
      for region, kms_key_arn in coalesce(try(var.ledger.kms_key_arns, null), {}) : "ledger.kms_key_arns.${region} is ${jsonencode(kms_key_arn)}: the ARN of a KMS key, \"arn:aws:kms:<region>:<account>:key/<id>\"." if !(can(regex("^arn:aws(?:-cn|-us-gov)?:kms:[a-z0-9-]+:\\d{12}:key/[\\w-]+$", kms_key_arn)))
    ])
  }

  validation {
    condition     = try(var.ledger.table_name, null) == null || try(var.ledger.billing, null) == null
    error_message = "ledger.billing is ${jsonencode(try(var.ledger.billing, null))}: nothing together with ledger.table_name."
  }

  validation {
    condition     = try(var.ledger.table_name, null) == null || try(var.ledger.kms_key_arns, null) == null
    error_message = "ledger.kms_key_arns is ${jsonencode(try(var.ledger.kms_key_arns, null))}: nothing together with ledger.table_name."
  }

  validation {
    condition     = try(var.ledger.table_name, null) == null || try(var.ledger.point_in_time_recovery, null) == null
    error_message = "ledger.point_in_time_recovery is ${jsonencode(try(var.ledger.point_in_time_recovery, null))}: nothing together with ledger.table_name."
  }

  validation {
    condition     = try(var.ledger.table_name, null) == null || try(var.ledger.deletion_protection, null) == null
    error_message = "ledger.deletion_protection is ${jsonencode(try(var.ledger.deletion_protection, null))}: nothing together with ledger.table_name."
  }

  validation {
    condition     = try(var.ledger.billing.read_capacity_units <= var.ledger.billing.maximum_read_capacity_units, true)
    error_message = "ledger.billing.read_capacity_units is ${jsonencode(try(var.ledger.billing.read_capacity_units, null))}: at most maximum_read_capacity_units."
  }

  validation {
    condition     = try(var.ledger.billing.write_capacity_units <= var.ledger.billing.maximum_write_capacity_units, true)
    error_message = "ledger.billing.write_capacity_units is ${jsonencode(try(var.ledger.billing.write_capacity_units, null))}: at most maximum_write_capacity_units."
  }

  validation {
    condition     = alltrue([for region, arn in coalesce(try(var.ledger.kms_key_arns, null), {}) : try(split(":", arn)[3] == region, true)])
    error_message = "ledger.kms_key_arns is ${jsonencode(try(var.ledger.kms_key_arns, null))}: per region, the ARN of a key in that region."
  }
}

variable "dns" {
  description = "Health checks and records in Route 53: producers find a healthy region, and peers take over by themselves. Needs recovery. Default: none, takeover by order only."
  type = object({
    # Hosted zone of the records, in the account of the group.
    zone_id = string
    # The discovery record, in that zone; all others are below it. Not the zone's own name if other TXT
    # records stand there.
    record = string
    # Time to live of the records, seconds. Default 10. A takeover waits for it.
    ttl_seconds = optional(number, 10)
    # The discovery record.
    discovery = optional(object({
      # How the discovery record chooses a region. failover (default): the first of order while it is
      # healthy, then its peers. latency: the nearest. geolocation: by the producer's place.
      policy = optional(string, "failover")
      # failover: all regions, the first to send to first. Default: the first region, then its peers in the
      # order in which they take it over.
      order = optional(list(string))
      # geolocation: per region, the places whose producers send to it.
      locations = optional(map(list(object({
        # Code of a continent, such as EU.
        continent = optional(string)
        # Code of a country (ISO 3166-1), such as DE.
        country = optional(string)
        # Code of a state; only with country US.
        subdivision = optional(string)
      }))))
      # geolocation: region of producers from anywhere else.
      default = optional(string)
    }), {})
    # Health of a home.
    health = optional(object({
      # How Route 53 learns whether a home is healthy. endpoint (default): it asks a public function URL,
      # and notices a failure in seconds. metric: the controller publishes its verdict, nothing is public,
      # and a failure is noticed in minutes.
      type = optional(string, "endpoint")
      # endpoint: time between two requests of one health checker, seconds. Default 10.
      interval_seconds = optional(number)
      # endpoint: requests in a row that must fail, or succeed, to change the verdict. Default 3.
      failure_threshold = optional(number)
      # endpoint: invocations at once that are kept for the health function, and that a flood of requests
      # cannot exceed. Default 5.
      reserved_concurrency = optional(number)
      # endpoint: memory of the health function, MB. Default 512.
      memory_mb = optional(number)
    }), {})
    # Per region, health checks of your own that must be healthy for the region to be. Default: none.
    checks = optional(map(list(object({
      # Id of the health check.
      id = string
      # What it checks. calculated is refused: name its children.
      type = string
    }))), {})
    # Per region, a routing control of Application Recovery Controller that must be on for the region to
    # be healthy. Default: none.
    routing_controls = optional(map(string), {})
    # Records of application endpoints (CNAME, or alias of type A) that fail over with the regions.
    # Default: none.
    endpoints = optional(list(object({
      # Name of the record, in the same zone.
      record = string
      # Per region, where the record leads; every region has one.
      targets = map(object({
        # Name that a CNAME record answers.
        cname = optional(string)
        # A resource of AWS that an alias record answers.
        alias = optional(object({
          # DNS name of the load balancer, API or distribution that an alias record answers.
          name = string
          # Id of the hosted zone that AWS has for that kind of resource and region.
          zone_id = string
          # Whether the resource's own health counts too; not for CloudFront. Default false.
          evaluate_target_health = optional(bool, false)
        }))
      }))
    })), [])
    # Per region, the DNS servers that functions ask. Default: the resolver of the machine.
    resolver_addresses = optional(map(list(string)), {})
  })
  default  = null
  nullable = true

  validation {
    condition     = var.dns == null ? true : can(regex("^Z[A-Z0-9]{1,31}$", var.dns.zone_id))
    error_message = "dns.zone_id is ${jsonencode(try(var.dns.zone_id, null))}: the id of a hosted zone, \"Z…\"."
  }

  validation {
    condition     = var.dns == null ? true : can(regex("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$", var.dns.record))
    error_message = "dns.record is ${jsonencode(try(var.dns.record, null))}: a DNS name without a dot at its end, such as \"orders.example.com\": at least two labels of 1 to 63 lower-case letters, digits and hyphens."
  }

  validation {
    condition     = var.dns == null ? true : floor(var.dns.ttl_seconds) == var.dns.ttl_seconds && var.dns.ttl_seconds >= 1 && var.dns.ttl_seconds <= 60
    error_message = "dns.ttl_seconds is ${jsonencode(try(var.dns.ttl_seconds, null))}: a whole number from 1 to 60."
  }

  validation {
    condition     = var.dns == null ? true : contains(["failover", "latency", "geolocation"], var.dns.discovery.policy)
    error_message = "dns.discovery.policy is ${jsonencode(try(var.dns.discovery.policy, null))}: one of failover, latency, geolocation."
  }

  validation {
    condition = alltrue([
      for order in coalesce(try(var.dns.discovery.order, null), []) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", order))
    ])
    error_message = join(" ", [
      for index, order in coalesce(try(var.dns.discovery.order, null), []) : "dns.discovery.order.${index} is ${jsonencode(order)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", order)))
    ])
  }

  validation {
    condition = alltrue([
      for region, location in coalesce(try(var.dns.discovery.locations, null), {}) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region))
    ])
    error_message = join(" ", [
      for region, location in coalesce(try(var.dns.discovery.locations, null), {}) : "dns.discovery.locations has the key ${jsonencode(region)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region)))
    ])
  }

  validation {
    condition = alltrue([
      for location in coalesce(try(var.dns.discovery.locations, null), {}) : try(length(location) >= 1, false)
    ])
    error_message = join(" ", [
      for region, location in coalesce(try(var.dns.discovery.locations, null), {}) : "dns.discovery.locations.${region} is ${jsonencode(location)}: at least one location." if !(try(length(location) >= 1, false))
    ])
  }

  validation {
    condition = alltrue(flatten([
      for location in coalesce(try(var.dns.discovery.locations, null), {}) : [for inner_location in coalesce(location, []) : inner_location != null]
    ]))
    error_message = join(" ", flatten([
      for region, location in coalesce(try(var.dns.discovery.locations, null), {}) : [
        for index, inner_location in coalesce(location, []) : "dns.discovery.locations.${region}.${index} is ${jsonencode(inner_location)}: an object." if !(inner_location != null)
      ]
    ]))
  }

  validation {
    condition     = var.dns == null ? true : var.dns.discovery.default == null ? true : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", var.dns.discovery.default))
    error_message = "dns.discovery.default is ${jsonencode(try(var.dns.discovery.default, null))}: names of AWS regions such as \"us-east-1\"."
  }

  validation {
    condition     = var.dns == null ? true : contains(["endpoint", "metric"], var.dns.health.type)
    error_message = "dns.health.type is ${jsonencode(try(var.dns.health.type, null))}: one of endpoint, metric."
  }

  validation {
    condition     = var.dns == null ? true : var.dns.health.interval_seconds == null ? true : contains([10, 30], var.dns.health.interval_seconds)
    error_message = "dns.health.interval_seconds is ${jsonencode(try(var.dns.health.interval_seconds, null))}: 10 or 30."
  }

  validation {
    condition     = var.dns == null ? true : var.dns.health.failure_threshold == null ? true : floor(var.dns.health.failure_threshold) == var.dns.health.failure_threshold && var.dns.health.failure_threshold >= 1 && var.dns.health.failure_threshold <= 10
    error_message = "dns.health.failure_threshold is ${jsonencode(try(var.dns.health.failure_threshold, null))}: a whole number from 1 to 10."
  }

  validation {
    condition     = var.dns == null ? true : var.dns.health.reserved_concurrency == null ? true : floor(var.dns.health.reserved_concurrency) == var.dns.health.reserved_concurrency && var.dns.health.reserved_concurrency >= 2 && var.dns.health.reserved_concurrency <= 900
    error_message = "dns.health.reserved_concurrency is ${jsonencode(try(var.dns.health.reserved_concurrency, null))}: a whole number from 2 to 900."
  }

  validation {
    condition     = var.dns == null ? true : var.dns.health.memory_mb == null ? true : floor(var.dns.health.memory_mb) == var.dns.health.memory_mb && var.dns.health.memory_mb >= 128 && var.dns.health.memory_mb <= 10240
    error_message = "dns.health.memory_mb is ${jsonencode(try(var.dns.health.memory_mb, null))}: a whole number from 128 to 10240."
  }

  validation {
    condition = alltrue([
      for region, check in coalesce(try(var.dns.checks, null), {}) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region))
    ])
    error_message = join(" ", [
      for region, check in coalesce(try(var.dns.checks, null), {}) : "dns.checks has the key ${jsonencode(region)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region)))
    ])
  }

  validation {
    condition = alltrue(flatten([
      for check in coalesce(try(var.dns.checks, null), {}) : [for inner_check in coalesce(check, []) : inner_check != null]
    ]))
    error_message = join(" ", flatten([
      for region, check in coalesce(try(var.dns.checks, null), {}) : [
        for index, inner_check in coalesce(check, []) : "dns.checks.${region}.${index} is ${jsonencode(inner_check)}: an object." if !(inner_check != null)
      ]
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for check in coalesce(try(var.dns.checks, null), {}) : [
        for inner_check in coalesce(check, []) : can(regex("^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$", inner_check.id)) if inner_check != null
      ]
    ]))
    error_message = join(" ", flatten([
      for region, check in coalesce(try(var.dns.checks, null), {}) : [
        for index, inner_check in coalesce(check, []) : "dns.checks.${region}.${index}.id is ${jsonencode(inner_check.id)}: the id of a health check, a UUID in lower case." if inner_check == null ? false : !(can(regex("^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$", inner_check.id)))
      ]
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for check in coalesce(try(var.dns.checks, null), {}) : [
        for inner_check in coalesce(check, []) : try(contains(["endpoint", "alarm", "recovery_control", "calculated"], inner_check.type), false) if inner_check != null
      ]
    ]))
    error_message = join(" ", flatten([
      for region, check in coalesce(try(var.dns.checks, null), {}) : [
        for index, inner_check in coalesce(check, []) : "dns.checks.${region}.${index}.type is ${jsonencode(inner_check.type)}: one of endpoint, alarm, recovery_control, calculated." if inner_check == null ? false : !(try(contains(["endpoint", "alarm", "recovery_control", "calculated"], inner_check.type), false))
      ]
    ]))
  }

  validation {
    condition = alltrue([
      for region, routing_control in coalesce(try(var.dns.routing_controls, null), {}) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region))
    ])
    error_message = join(" ", [
      for region, routing_control in coalesce(try(var.dns.routing_controls, null), {}) : "dns.routing_controls has the key ${jsonencode(region)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region)))
    ])
  }

  validation {
    condition = alltrue([
      for routing_control in coalesce(try(var.dns.routing_controls, null), {}) : can(regex("^arn:aws(?:-cn|-us-gov)?:route53-recovery-control::\\d{12}:controlpanel/[\\w-]+/routingcontrol/[\\w-]+$", routing_control))
    ])
    error_message = join(" ", [
      for region, routing_control in coalesce(try(var.dns.routing_controls, null), {}) : "dns.routing_controls.${region} is ${jsonencode(routing_control)}: the ARN of a routing control, \"arn:aws:route53-recovery-control::<account>:controlpanel/<id>/routingcontrol/<id>\"." if !(can(regex("^arn:aws(?:-cn|-us-gov)?:route53-recovery-control::\\d{12}:controlpanel/[\\w-]+/routingcontrol/[\\w-]+$", routing_control)))
    ])
  }

  validation {
    condition = alltrue([for endpoint in coalesce(try(var.dns.endpoints, null), []) : endpoint != null])
    error_message = join(" ", [
      for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : "dns.endpoints.${index} is ${jsonencode(endpoint)}: an object." if !(endpoint != null)
    ])
  }

  validation {
    condition = alltrue([
      for endpoint in coalesce(try(var.dns.endpoints, null), []) : can(regex("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$", endpoint.record)) if endpoint != null
    ])
    error_message = join(" ", [
      for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : "dns.endpoints.${index}.record is ${jsonencode(endpoint.record)}: a DNS name without a dot at its end, such as \"orders.example.com\": at least two labels of 1 to 63 lower-case letters, digits and hyphens." if endpoint == null ? false : !(can(regex("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$", endpoint.record)))
    ])
  }

  validation {
    condition = alltrue(flatten([
      for endpoint in coalesce(try(var.dns.endpoints, null), []) : [
        for region, target in coalesce(endpoint.targets, {}) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region))
      ] if endpoint != null
    ]))
    error_message = join(" ", flatten([
      for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : [
        for region, target in coalesce(endpoint.targets, {}) : "dns.endpoints.${index}.targets has the key ${jsonencode(region)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region)))
      ] if endpoint != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for endpoint in coalesce(try(var.dns.endpoints, null), []) : [for target in coalesce(endpoint.targets, {}) : target != null] if endpoint != null
    ]))
    error_message = join(" ", flatten([
      for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : [
        for region, target in coalesce(endpoint.targets, {}) : "dns.endpoints.${index}.targets.${region} is ${jsonencode(target)}: { \"cname\": \"…\" } or { \"alias\": { \"name\": \"…\", \"zone_id\": \"…\" } }." if !(target != null)
      ] if endpoint != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for endpoint in coalesce(try(var.dns.endpoints, null), []) : [
        for target in coalesce(endpoint.targets, {}) : try(target.cname != null && target.alias == null || target.alias != null && target.cname == null, false) if target != null
      ] if endpoint != null
    ]))
    error_message = join(" ", flatten([
      for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : [
        for region, target in coalesce(endpoint.targets, {}) : "dns.endpoints.${index}.targets.${region} is ${jsonencode(target)}: { \"cname\": \"…\" } or { \"alias\": { \"name\": \"…\", \"zone_id\": \"…\" } }." if target == null ? false : !(try(target.cname != null && target.alias == null || target.alias != null && target.cname == null, false))
      ] if endpoint != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for endpoint in coalesce(try(var.dns.endpoints, null), []) : [
        for target in coalesce(endpoint.targets, {}) : target.cname == null ? true : can(regex("^(?:.{1,253}$)", target.cname)) && can(regex("^[\\w-]{1,63}(?:\\.[\\w-]{1,63})+$", target.cname)) if target != null
      ] if endpoint != null
    ]))
    error_message = join(" ", flatten([
      for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : [
        for region, target in coalesce(endpoint.targets, {}) : "dns.endpoints.${index}.targets.${region}.cname is ${jsonencode(target.cname)}: a DNS name without a dot at its end: at least two labels of 1 to 63 letters, digits, hyphens and underscores." if target == null ? false : !(target.cname == null ? true : can(regex("^(?:.{1,253}$)", target.cname)) && can(regex("^[\\w-]{1,63}(?:\\.[\\w-]{1,63})+$", target.cname)))
      ] if endpoint != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for endpoint in coalesce(try(var.dns.endpoints, null), []) : [
        for target in coalesce(endpoint.targets, {}) : target.alias == null ? true : can(regex("^(?:.{1,253}$)", target.alias.name)) && can(regex("^[\\w-]{1,63}(?:\\.[\\w-]{1,63})+$", target.alias.name)) if target != null
      ] if endpoint != null
    ]))
    error_message = join(" ", flatten([
      for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : [
        for region, target in coalesce(endpoint.targets, {}) : "dns.endpoints.${index}.targets.${region}.alias.name is ${jsonencode(target.alias.name)}: a DNS name without a dot at its end: at least two labels of 1 to 63 letters, digits, hyphens and underscores." if target == null ? false : !(target.alias == null ? true : can(regex("^(?:.{1,253}$)", target.alias.name)) && can(regex("^[\\w-]{1,63}(?:\\.[\\w-]{1,63})+$", target.alias.name)))
      ] if endpoint != null
    ]))
  }

  validation {
    condition = alltrue(flatten([
      for endpoint in coalesce(try(var.dns.endpoints, null), []) : [
        for target in coalesce(endpoint.targets, {}) : target.alias == null ? true : can(regex("^Z[A-Z0-9]{1,31}$", target.alias.zone_id)) if target != null
      ] if endpoint != null
    ]))
    error_message = join(" ", flatten([
      for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : [
        for region, target in coalesce(endpoint.targets, {}) : "dns.endpoints.${index}.targets.${region}.alias.zone_id is ${jsonencode(target.alias.zone_id)}: the id of a hosted zone, \"Z…\"." if target == null ? false : !(target.alias == null ? true : can(regex("^Z[A-Z0-9]{1,31}$", target.alias.zone_id)))
      ] if endpoint != null
    ]))
  }

  validation {
    condition = alltrue([
      for region, resolver_address in coalesce(try(var.dns.resolver_addresses, null), {}) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region))
    ])
    error_message = join(" ", [
      for region, resolver_address in coalesce(try(var.dns.resolver_addresses, null), {}) : "dns.resolver_addresses has the key ${jsonencode(region)}: names of AWS regions such as \"us-east-1\"." if !(can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\d$", region)))
    ])
  }

  validation {
    condition = alltrue([
      for resolver_address in coalesce(try(var.dns.resolver_addresses, null), {}) : try(length(resolver_address) >= 1, false)
    ])
    error_message = join(" ", [
      for region, resolver_address in coalesce(try(var.dns.resolver_addresses, null), {}) : "dns.resolver_addresses.${region} is ${jsonencode(resolver_address)}: at least one address." if !(try(length(resolver_address) >= 1, false))
    ])
  }

  validation {
    condition = alltrue(flatten([
      for resolver_address in coalesce(try(var.dns.resolver_addresses, null), {}) : [
        for inner_resolver_address in coalesce(resolver_address, []) : try(can(cidrnetmask("${replace(inner_resolver_address, "/:(?:0*(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5]))$/", "")}/32")) || can(cidrhost("${replace(inner_resolver_address, "/^\\[(.*)\\]:(?:0*(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5]))$/", "$1")}/128", 0)), false)
      ]
    ]))
    error_message = join(" ", flatten([
      for region, resolver_address in coalesce(try(var.dns.resolver_addresses, null), {}) : [
        for index, inner_resolver_address in coalesce(resolver_address, []) : "dns.resolver_addresses.${region}.${index} is ${jsonencode(inner_resolver_address)}: an IP address, or one with a port such as \"10.0.0.2:53\" or \"[2001:db8::2]:53\"." if !(try(can(cidrnetmask("${replace(inner_resolver_address, "/:(?:0*(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5]))$/", "")}/32")) || can(cidrhost("${replace(inner_resolver_address, "/^\\[(.*)\\]:(?:0*(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5]))$/", "$1")}/128", 0)), false))
      ]
    ]))
  }

  validation {
    condition     = try(var.dns.health.type, "endpoint") == "endpoint" || try(var.dns.health.interval_seconds, null) == null
    error_message = "dns.health.interval_seconds is ${jsonencode(try(var.dns.health.interval_seconds, null))}: nothing with type metric."
  }

  validation {
    condition     = try(var.dns.health.type, "endpoint") == "endpoint" || try(var.dns.health.failure_threshold, null) == null
    error_message = "dns.health.failure_threshold is ${jsonencode(try(var.dns.health.failure_threshold, null))}: nothing with type metric."
  }

  validation {
    condition     = try(var.dns.health.type, "endpoint") == "endpoint" || try(var.dns.health.reserved_concurrency, null) == null
    error_message = "dns.health.reserved_concurrency is ${jsonencode(try(var.dns.health.reserved_concurrency, null))}: nothing with type metric."
  }

  validation {
    condition     = try(var.dns.health.type, "endpoint") == "endpoint" || try(var.dns.health.memory_mb, null) == null
    error_message = "dns.health.memory_mb is ${jsonencode(try(var.dns.health.memory_mb, null))}: nothing with type metric."
  }

  validation {
    condition     = try(var.dns.discovery.policy, "failover") == "failover" || try(var.dns.discovery.order, null) == null
    error_message = "dns.discovery.order is ${jsonencode(try(var.dns.discovery.order, null))}: nothing but with policy failover."
  }

  validation {
    condition     = try(var.dns.discovery.policy, "geolocation") == "geolocation" || try(var.dns.discovery.locations, null) == null
    error_message = "dns.discovery.locations is ${jsonencode(try(var.dns.discovery.locations, null))}: nothing but with policy geolocation."
  }

  validation {
    condition     = try(var.dns.discovery.policy, "geolocation") == "geolocation" || try(var.dns.discovery.default, null) == null
    error_message = "dns.discovery.default is ${jsonencode(try(var.dns.discovery.default, null))}: nothing but with policy geolocation."
  }

  validation {
    condition     = try(var.dns.discovery.policy, null) != "geolocation" || try(var.dns.discovery.locations, null) != null
    error_message = "dns.discovery.locations is ${jsonencode(try(var.dns.discovery.locations, null))}: something with policy geolocation."
  }

  validation {
    condition     = try(var.dns.discovery.policy, null) != "geolocation" || try(var.dns.discovery.default, null) != null
    error_message = "dns.discovery.default is ${jsonencode(try(var.dns.discovery.default, null))}: something with policy geolocation."
  }

  validation {
    condition     = alltrue(flatten([for checks in try(var.dns.checks, {}) : [for check in coalesce(checks, []) : try(check.type != "calculated", true)]]))
    error_message = "dns.checks is ${jsonencode(try(var.dns.checks, null))}: none of type calculated, which cannot contain another one: name its children."
  }

  validation {
    condition     = alltrue([for endpoint in try(var.dns.endpoints, []) : try(length(distinct([for target in endpoint.targets : target.cname == null])) < 2, true)])
    error_message = "dns.endpoints is ${jsonencode(try(var.dns.endpoints, null))}: per endpoint, targets of one kind, all cname or all alias."
  }
}

variable "naming" {
  description = "Names of queues, functions and roles."
  type = object({
    # Put before every name. Default: none.
    prefix = optional(string, "")
    # Name templates of all logical queues, by role.
    templates = optional(object({
      # Name template. Default "{prefix}{queue}-ingress".
      ingress = optional(string)
      # Name template. Default "{prefix}{queue}".
      work = optional(string)
      # Name template. Default "{prefix}{queue}-outbox-{peer}".
      outbox = optional(string)
      # Name template. Default "{prefix}{queue}-standby-{home}".
      standby = optional(string)
      # Name template. Default "{prefix}{queue}-dlq".
      dlq = optional(string)
      # Name template. Default "{prefix}{queue}-ingress-dlq".
      ingress_dlq = optional(string)
      # Name template. Default "{prefix}{queue}-replicator-{region}".
      replicator = optional(string)
      # Name template. Default "{prefix}{queue}-forwarder-{region}-{peer}".
      forwarder = optional(string)
      # Name template. Default "{prefix}{queue}-drainer-{region}-{home}".
      drainer = optional(string)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[\\w-]{0,40}$", var.naming.prefix))
    error_message = "naming.prefix is ${jsonencode(var.naming.prefix)}: at most 40 letters, digits, hyphens and underscores."
  }

  validation {
    condition     = var.naming.templates.ingress == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\})+$", var.naming.templates.ingress))
    error_message = "naming.templates.ingress is ${jsonencode(try(var.naming.templates.ingress, null))}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}."
  }

  validation {
    condition     = var.naming.templates.work == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\})+$", var.naming.templates.work))
    error_message = "naming.templates.work is ${jsonencode(try(var.naming.templates.work, null))}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}."
  }

  validation {
    condition     = var.naming.templates.outbox == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{peer\\})+$", var.naming.templates.outbox))
    error_message = "naming.templates.outbox is ${jsonencode(try(var.naming.templates.outbox, null))}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}, {peer}."
  }

  validation {
    condition     = var.naming.templates.standby == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{home\\})+$", var.naming.templates.standby))
    error_message = "naming.templates.standby is ${jsonencode(try(var.naming.templates.standby, null))}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}, {home}."
  }

  validation {
    condition     = var.naming.templates.dlq == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\})+$", var.naming.templates.dlq))
    error_message = "naming.templates.dlq is ${jsonencode(try(var.naming.templates.dlq, null))}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}."
  }

  validation {
    condition     = var.naming.templates.ingress_dlq == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\})+$", var.naming.templates.ingress_dlq))
    error_message = "naming.templates.ingress_dlq is ${jsonencode(try(var.naming.templates.ingress_dlq, null))}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}."
  }

  validation {
    condition     = var.naming.templates.replicator == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{region\\})+$", var.naming.templates.replicator))
    error_message = "naming.templates.replicator is ${jsonencode(try(var.naming.templates.replicator, null))}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}."
  }

  validation {
    condition     = var.naming.templates.forwarder == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{region\\}|\\{peer\\})+$", var.naming.templates.forwarder))
    error_message = "naming.templates.forwarder is ${jsonencode(try(var.naming.templates.forwarder, null))}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}, {peer}."
  }

  validation {
    condition     = var.naming.templates.drainer == null ? true : can(regex("^(?:[\\w-]|\\{prefix\\}|\\{queue\\}|\\{region\\}|\\{region\\}|\\{home\\})+$", var.naming.templates.drainer))
    error_message = "naming.templates.drainer is ${jsonencode(try(var.naming.templates.drainer, null))}: letters, digits, hyphens, underscores and the placeholders {prefix}, {queue}, {region}, {home}."
  }

  validation {
    condition     = var.naming.templates.outbox == null ? true : replace(var.naming.templates.outbox, "{peer}", "") != var.naming.templates.outbox
    error_message = "naming.templates.outbox is ${jsonencode(try(var.naming.templates.outbox, null))}: a template with {peer}."
  }

  validation {
    condition     = var.naming.templates.standby == null ? true : replace(var.naming.templates.standby, "{home}", "") != var.naming.templates.standby
    error_message = "naming.templates.standby is ${jsonencode(try(var.naming.templates.standby, null))}: a template with {home}."
  }

  validation {
    condition     = var.naming.templates.replicator == null ? true : replace(var.naming.templates.replicator, "{region}", "") != var.naming.templates.replicator
    error_message = "naming.templates.replicator is ${jsonencode(try(var.naming.templates.replicator, null))}: a template with {region}."
  }

  validation {
    condition     = var.naming.templates.forwarder == null ? true : replace(var.naming.templates.forwarder, "{region}", "") != var.naming.templates.forwarder
    error_message = "naming.templates.forwarder is ${jsonencode(try(var.naming.templates.forwarder, null))}: a template with {region}."
  }

  validation {
    condition     = var.naming.templates.forwarder == null ? true : replace(var.naming.templates.forwarder, "{peer}", "") != var.naming.templates.forwarder
    error_message = "naming.templates.forwarder is ${jsonencode(try(var.naming.templates.forwarder, null))}: a template with {peer}."
  }

  validation {
    condition     = var.naming.templates.drainer == null ? true : replace(var.naming.templates.drainer, "{region}", "") != var.naming.templates.drainer
    error_message = "naming.templates.drainer is ${jsonencode(try(var.naming.templates.drainer, null))}: a template with {region}."
  }

  validation {
    condition     = var.naming.templates.drainer == null ? true : replace(var.naming.templates.drainer, "{home}", "") != var.naming.templates.drainer
    error_message = "naming.templates.drainer is ${jsonencode(try(var.naming.templates.drainer, null))}: a template with {home}."
  }
}

variable "permissions_boundary" {
  description = "Permissions boundary of every role; {account} is replaced by the region's account. Default: none."
  type        = string
  default     = null
  nullable    = true

  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:aws(?:-cn|-us-gov)?:iam::(?:\\d{12}|aws|\\{account\\}):policy/[\\w+=,.@/-]+$", var.permissions_boundary))
    error_message = "permissions_boundary is ${jsonencode(try(var.permissions_boundary, null))}: the ARN of a managed policy, \"arn:aws:iam::<account>:policy/<name>\"."
  }
}

variable "role_path" {
  description = "Path of every role. Default /."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/(?:[!-.0-~]+/)*$", var.role_path))
    error_message = "role_path is ${jsonencode(var.role_path)}: a path that begins and ends with a slash, such as \"/sqs/\"."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for key, tag in var.tags : !can(regex("^(?:aws:)", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,128}$", key))
    ])
    error_message = join(" ", [
      for key, tag in var.tags : "tags has the key ${jsonencode(key)}: tag keys of 1 to 128 characters that do not begin with aws:." if !(!can(regex("^(?:aws:)", key)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,128}$", key)))
    ])
  }

  validation {
    condition = alltrue([for tag in var.tags : try(length(tag) <= 256, false)])
    error_message = join(" ", [
      for key, tag in var.tags : "tags.${key} is ${jsonencode(tag)}: a text of at most 256 characters." if !(try(length(tag) <= 256, false))
    ])
  }
}
