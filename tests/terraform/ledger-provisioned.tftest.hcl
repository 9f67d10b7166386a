# Runs against the synthesized global stack, without network and without AWS.

mock_provider "aws" {
  mock_resource "aws_dynamodb_table" {
    defaults = {
      arn = "arn:aws:dynamodb:us-east-1:111122223333:table/shop-ledger"
    }
  }
}

mock_provider "aws" {
  alias = "us-west-2"
}

run "plans_from_nothing" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.shop_ledger.billing_mode == "PROVISIONED" && aws_dynamodb_table.shop_ledger.write_capacity == 10
    error_message = "the table has the capacity of the configuration"
  }
  assert {
    condition     = aws_appautoscaling_target.shop_ledger_write.max_capacity == 1000 && aws_appautoscaling_target.shop_ledger_read.min_capacity == 5
    error_message = "capacity is scaled between the limits of the configuration"
  }
}

run "applies" {
  command = apply

  assert {
    condition     = aws_dynamodb_table_replica.shop_ledger_us-west-2.global_table_arn == "arn:aws:dynamodb:us-east-1:111122223333:table/shop-ledger"
    error_message = "the replica is one of the table"
  }
  assert {
    condition     = aws_appautoscaling_policy.shop_ledger_write.resource_id == "table/shop-ledger"
    error_message = "the policy scales the table"
  }
}
