# The queues change their address and nothing else. "sqs" is what the call of the former module was named.

moved {
  from = module.sqs.aws_sqs_queue.this[0]
  to   = module.us_east_1.aws_sqs_queue.ingress["orders"]
}

moved {
  from = module.sqs.aws_sqs_queue.dlq[0]
  to   = module.us_east_1.aws_sqs_queue.ingress_dlq["orders"]
}

# Moved rather than forgotten: a FIFO ingress queue, and one in mode "sync", has none, and the plan then destroys it.

moved {
  from = module.sqs.aws_sqs_queue_redrive_policy.dlq[0]
  to   = module.us_east_1.aws_sqs_queue_redrive_policy.ingress["orders"]
}

# What the queues now say themselves is forgotten: destroyed, it would be taken from them.

removed {
  from = module.sqs.aws_sqs_queue_policy.this

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.sqs.aws_sqs_queue_redrive_allow_policy.dlq

  lifecycle {
    destroy = false
  }
}
