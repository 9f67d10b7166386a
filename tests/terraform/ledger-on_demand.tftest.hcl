# Runs against the synthesized global stack, without network and without AWS.

mock_provider "aws" {
  mock_resource "aws_dynamodb_table" {
    defaults = {
      arn = "arn:aws:dynamodb:us-east-1:111122223333:table/shop-ledger"
    }
  }
}

run "plans_from_nothing" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.shop_ledger.name == "shop-ledger" && aws_dynamodb_table.shop_ledger.billing_mode == "PAY_PER_REQUEST"
    error_message = "the table carries the name that all regions compute"
  }
  assert {
    condition     = [for replica in aws_dynamodb_table.shop_ledger.replica : replica.region_name] == ["us-west-2"]
    error_message = "there is a replica in every other region"
  }
  assert {
    condition     = aws_dynamodb_table.shop_ledger.deletion_protection_enabled && aws_dynamodb_table.shop_ledger.point_in_time_recovery[0].enabled && alltrue([for replica in aws_dynamodb_table.shop_ledger.replica : replica.point_in_time_recovery])
    error_message = "the table is protected, here and there"
  }
}

run "applies" {
  command = apply

  assert {
    condition     = output.ledger_table_arn_us-east-1 == "arn:aws:dynamodb:us-east-1:111122223333:table/shop-ledger" && output.ledger_table_arn_us-west-2 == "arn:aws:dynamodb:us-west-2:111122223333:table/shop-ledger"
    error_message = "outputs give the table's ARN in every region"
  }
}
