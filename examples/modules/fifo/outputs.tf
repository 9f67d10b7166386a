output "regions" {
  description = "By region, what the module puts out: ingress_queue_urls, work_queue_urls, producer_policies and so on, each by logical queue."
  value = {
    us-east-1 = module.us_east_1
    us-west-2 = module.us_west_2
  }
}
