# Runs against the synthesized stack of us-east-1 with records, without network and without AWS.

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

run "applies" {
  command = apply

  assert {
    condition     = aws_lambda_function.shop_health.function_name == "shop-health-us-east-1" && aws_lambda_function.shop_health.reserved_concurrent_executions == 5
    error_message = "the health function has the name that the global stack computes, and concurrency of its own"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.shop_owned_us-west-2.alarm_name == "shop-owned-us-east-1-us-west-2" && aws_cloudwatch_metric_alarm.shop_claim.alarm_name == "shop-claim-us-east-1"
    error_message = "alarms have the names that the global stack computes"
  }
  assert {
    condition     = jsondecode(aws_lambda_function.shop_controller.environment[0].variables.SQS_MULTI_REGION).records.record == "orders.example.com"
    error_message = "the controller looks records up"
  }
}
