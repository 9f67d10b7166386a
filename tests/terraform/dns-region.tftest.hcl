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
    condition     = jsondecode(aws_lambda_function.shop_health.environment[0].variables.SQS_MULTI_REGION).ownershipTable == aws_dynamodb_table.shop_ownership.name
    error_message = "the health function looks into the table of its own region"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.shop_home-unhealthy.alarm_name == "shop-home-unhealthy-us-east-1"
    error_message = "somebody is told when the region does not do its own work"
  }
}
