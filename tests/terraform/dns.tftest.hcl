# Runs against the synthesized global stack, without network and without AWS.

mock_provider "aws" {
  mock_resource "aws_dynamodb_table" {
    defaults = {
      arn = "arn:aws:dynamodb:us-east-1:111122223333:table/shop-ledger"
    }
  }
  mock_resource "aws_lambda_function_url" {
    defaults = {
      function_url = "https://first.lambda-url.us-east-1.on.aws/"
    }
  }
}

mock_provider "aws" {
  alias = "us-west-2"
  mock_resource "aws_lambda_function_url" {
    defaults = {
      function_url = "https://second.lambda-url.us-west-2.on.aws/"
    }
  }
}

mock_provider "aws" {
  alias = "eu-west-1"
  mock_resource "aws_lambda_function_url" {
    defaults = {
      function_url = "https://third.lambda-url.eu-west-1.on.aws/"
    }
  }
}

run "plans_from_nothing" {
  command = plan

  assert {
    condition     = aws_route53_record.shop_discovery.alias[0].name == "us-east-1.orders.example.com"
    error_message = "the discovery record leads to the first region's"
  }
  assert {
    condition     = aws_route53_health_check.shop_health_us-west-2.child_health_threshold == 2
    error_message = "all that must be healthy counts"
  }
}

run "applies" {
  command = apply

  assert {
    condition     = aws_route53_health_check.shop_endpoint-health_us-west-2.fqdn == "second.lambda-url.us-west-2.on.aws" && aws_route53_health_check.shop_endpoint-health_us-west-2.resource_path == "/health"
    error_message = "a check asks the endpoint of its own home"
  }
  assert {
    condition     = output.health_url_eu-west-1 == "https://third.lambda-url.eu-west-1.on.aws/health"
    error_message = "outputs tell where the endpoint is"
  }
  assert {
    condition = aws_route53_health_check.shop_health_us-west-2.child_healthchecks == toset([
      aws_route53_health_check.shop_endpoint-health_us-west-2.id,
      "00000000-0000-4000-8000-000000000001",
    ])
    error_message = "checks of the user's are children of the home's"
  }
  assert {
    condition     = output.health_check_id_us-west-2 == aws_route53_health_check.shop_health_us-west-2.id && output.routing_check_id_eu-west-1 == aws_route53_health_check.shop_endpoint-health_eu-west-1.id
    error_message = "outputs give the check that a home's health depends on"
  }
  assert {
    condition     = aws_route53_record.shop_routing_us-east-1_primary.health_check_id == aws_route53_health_check.shop_health_us-east-1.id && aws_route53_record.shop_routing_us-east-1_secondary.alias[0].name == aws_route53_record.shop_routing_us-east-1_peers_primary.name
    error_message = "a home's record goes on to its peers"
  }
}

run "applies_again_without_change" {
  command = plan

  assert {
    condition     = aws_route53_health_check.shop_endpoint-health_us-east-1.fqdn == "first.lambda-url.us-east-1.on.aws"
    error_message = "nothing is replaced by a second plan"
  }
}
