# What consumers have processed, in both regions: string key id, time to live by expiration.
resource "aws_dynamodb_table" "ledger" {
  provider = aws.us_east_1

  name         = "shop-processed"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expiration"
    enabled        = true
  }

  # A replica is written by the stream of the table.
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"

  replica {
    region_name            = "us-west-2"
    point_in_time_recovery = true
  }

  point_in_time_recovery {
    enabled = true
  }

  # A new table knows of nothing that was processed.
  deletion_protection_enabled = true
}
