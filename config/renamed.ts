/**
 * Names by which other modules call a setting of a logical queue, and what to say instead. They are those of
 * https://github.com/terraform-aws-modules/terraform-aws-sqs, which most estates come from.
 */
export const RENAMED: Readonly<Record<string, string>> = {
  create_dlq: "leave it out: every queue has a dead-letter queue",
  create_queue_policy: "leave it out: every queue has a policy; policies adds to it",
  create_dlq_queue_policy: "leave it out: every queue has a policy; policies.dlq adds to it",
  dlq_kms_master_key_id: "say encryption.kms_key_arns instead, one key per region",
  dlq_message_retention_seconds: "say dlq_retention_seconds instead",
  dlq_name: "say names.dlq instead",
  dlq_queue_policy_statements: "say policies.dlq.queue_policy_statements instead",
  dlq_source_queue_policy_documents: "say policies.dlq.source_queue_policy_documents instead",
  dlq_tags: "say tags instead",
  fifo_queue: "say fifo instead",
  kms_data_key_reuse_period_seconds: "say encryption.kms_data_key_reuse_period_seconds instead",
  kms_master_key_id: "say encryption.kms_key_arns instead, one key per region",
  name: "leave it out: a logical queue's name is its key in queues; names has templates",
  queue_policy_statements: "say policies.work.queue_policy_statements instead, or consumers",
  redrive_allow_policy: "leave it out: a dead-letter queue takes from its own queue alone",
  redrive_policy: "say max_receive_count instead: the dead-letter queue is made beside it",
  source_queue_policy_documents: "say policies.work.source_queue_policy_documents instead",
  sqs_managed_sse_enabled: "leave it out: queues are encrypted, with your keys by encryption.kms_key_arns",
  use_name_prefix: "leave it out: naming.prefix and names make names, which no region may choose at random",
};
