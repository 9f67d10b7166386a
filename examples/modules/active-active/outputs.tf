output "regions" {
  description = "By region, what the module puts out: ingress_queue_urls, work_queue_urls, producer_policies and so on, each by logical queue."
  value = {
    us-east-1 = module.us_east_1
    us-west-2 = module.us_west_2
  }
}

output "ledger_table_name" {
  description = "Table that consumers write, for the client's LEDGER_TABLE."
  value       = aws_dynamodb_table.ledger.name
}

output "operator_policy" {
  description = "Policy for the role that orders takeovers and hand-backs."
  value       = module.us_east_1.operator_policy
}
