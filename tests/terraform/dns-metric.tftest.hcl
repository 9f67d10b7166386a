# Runs against the synthesized global stack, without network and without AWS.

mock_provider "aws" {}

run "applies" {
  command = apply

  assert {
    condition     = aws_route53_health_check.shop_metric-health_us-east-1.cloudwatch_alarm_name == "shop-healthy-us-east-1"
    error_message = "health is the verdict that the controller publishes"
  }
  assert {
    condition     = aws_route53_record.shop_routing_us-east-1_primary.health_check_id == aws_route53_health_check.shop_metric-health_us-east-1.id
    error_message = "the record of a home depends on that check alone"
  }
}
