output "regions" {
  description = "By region, what the module puts out: ingress_queue_urls, work_queue_urls, producer_policies and so on, each by logical queue."
  value = {
    us-east-1 = module.us_east_1
    us-west-2 = module.us_west_2
  }
}

output "discovery_record" {
  description = "TXT record that producers look up."
  value       = module.global.discovery_record
}

output "health_check_ids" {
  description = "By region, its health check."
  value       = module.global.health_check_ids
}

output "ledger_table_name" {
  description = "Table that consumers write, for the client's LEDGER_TABLE."
  value       = module.global.ledger_table_name
}

output "operator_policy" {
  description = "Policy for the role that orders takeovers and hand-backs."
  value       = module.us_east_1.operator_policy
}
