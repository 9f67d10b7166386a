# Runs against the synthesized stack of us-east-1, without network and without AWS.

mock_provider "aws" {
  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:us-east-1:111122223333:mock"
      url = "https://sqs.us-east-1.amazonaws.com/111122223333/mock"
    }
  }
  mock_resource "aws_iam_policy" {
    defaults = {
      arn = "arn:aws:iam::111122223333:policy/mock"
    }
  }

  mock_resource "aws_iam_role" {
    defaults = {
      arn = "arn:aws:iam::111122223333:role/mock"
    }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = {
      arn = "arn:aws:events:us-east-1:111122223333:rule/mock"
    }
  }
  mock_resource "aws_lambda_function" {
    defaults = {
      arn = "arn:aws:lambda:us-east-1:111122223333:function:mock"
    }
  }
}

override_resource {
  target = aws_sqs_queue.orders_dlq
  values = {
    arn = "arn:aws:sqs:us-east-1:111122223333:orders-dlq"
  }
}

override_resource {
  target = aws_sqs_queue.orders_ingress-dlq
  values = {
    arn = "arn:aws:sqs:us-east-1:111122223333:orders-ingress-dlq"
  }
}

override_resource {
  target = aws_sqs_queue.orders_ingress
  values = {
    arn = "arn:aws:sqs:us-east-1:111122223333:orders-ingress"
  }
}

override_resource {
  target = aws_lambda_function.shop_controller
  values = {
    arn = "arn:aws:lambda:us-east-1:111122223333:function:shop-controller-us-east-1"
  }
}

override_resource {
  target = aws_sqs_queue.orders_outbox_us-west-2
  values = {
    arn = "arn:aws:sqs:us-east-1:111122223333:orders-outbox-us-west-2"
  }
}

run "plans_from_nothing" {
  command = plan

  assert {
    condition     = aws_sqs_queue.orders_work.name == "orders" && aws_sqs_queue.orders_standby_us-west-2.name == "orders-standby-us-west-2"
    error_message = "queues carry the names that other regions compute"
  }
  assert {
    condition     = aws_lambda_function.orders_replicator.function_name == aws_iam_role.orders_replicator.name
    error_message = "a function and its role share a name"
  }
  assert {
    condition     = jsondecode(output.orders_producer_policy).Statement[0].Resource == ["arn:aws:sqs:us-east-1:111122223333:orders-ingress", "arn:aws:sqs:us-west-2:111122223333:orders-ingress"]
    error_message = "a producer may send in every region"
  }
}

run "applies" {
  command = apply

  assert {
    condition = jsondecode(aws_sqs_queue.orders_work.redrive_policy) == {
      deadLetterTargetArn = "arn:aws:sqs:us-east-1:111122223333:orders-dlq"
      maxReceiveCount     = 5
    }
    error_message = "the work queue redrives to its own dead-letter queue"
  }
  assert {
    condition = jsondecode(aws_sqs_queue_redrive_policy.orders_ingress.redrive_policy) == {
      deadLetterTargetArn = "arn:aws:sqs:us-east-1:111122223333:orders-ingress-dlq"
      maxReceiveCount     = 1000
    }
    error_message = "the ingress queue redrives to its own dead-letter queue, as a last resort"
  }
  assert {
    condition     = aws_lambda_event_source_mapping.orders_replicator.event_source_arn == "arn:aws:sqs:us-east-1:111122223333:orders-ingress"
    error_message = "the replicator reads the ingress queue"
  }
  assert {
    condition     = aws_lambda_event_source_mapping.orders_forwarder_us-west-2.event_source_arn == "arn:aws:sqs:us-east-1:111122223333:orders-outbox-us-west-2"
    error_message = "the forwarder reads the outbox queue"
  }
  assert {
    condition     = output.orders_ingress_queue_arn == "arn:aws:sqs:us-east-1:111122223333:orders-ingress"
    error_message = "outputs give the resource's own ARN"
  }
}

run "recovers" {
  command = apply

  assert {
    condition     = aws_scheduler_schedule.shop_schedule.target[0].arn == "arn:aws:lambda:us-east-1:111122223333:function:shop-controller-us-east-1"
    error_message = "the schedule runs the controller"
  }
  assert {
    condition     = aws_cloudwatch_event_target.shop_rule.arn == "arn:aws:lambda:us-east-1:111122223333:function:shop-controller-us-east-1" && aws_cloudwatch_event_target.shop_rule.rule == "shop-rule-us-east-1" && aws_lambda_permission.shop_rule.source_arn == aws_cloudwatch_event_rule.shop_rule.arn
    error_message = "the rule runs the controller, which admits the rule"
  }
  assert {
    condition     = jsondecode(aws_scheduler_schedule.shop_schedule.target[0].input).trigger == "schedule" && jsondecode(aws_cloudwatch_event_target.shop_rule.input).trigger == "rule"
    error_message = "a run knows what has started it"
  }
  assert {
    condition     = aws_lambda_function.shop_controller.timeout == 900 && aws_lambda_function.shop_controller.reserved_concurrent_executions == 3
    error_message = "a run may last, with its successor beside it"
  }
  assert {
    condition     = jsondecode(aws_ssm_parameter.orders_control.insecure_value).drainers == { "us-west-2" = aws_lambda_function.orders_drainer_us-west-2.function_name }
    error_message = "the controller knows the drainers by their names"
  }
  assert {
    condition     = keys(jsondecode(aws_lambda_function.orders_replicator.environment[0].variables.SQS_MULTI_REGION).ownership.tables) == ["us-east-1", "us-west-2"]
    error_message = "the replicator knows the tables of ownership"
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.shop_controller.maximum_retry_attempts == 0
    error_message = "a failed run is not repeated: the next one comes in a minute"
  }
}

run "applies_again_without_change" {
  command = plan

  assert {
    condition     = aws_sqs_queue.orders_ingress.arn == "arn:aws:sqs:us-east-1:111122223333:orders-ingress"
    error_message = "nothing is replaced by a second plan"
  }
}
