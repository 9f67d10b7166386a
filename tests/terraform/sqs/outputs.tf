output "queue_url" {
  value = aws_sqs_queue.this[0].url
}

output "dead_letter_queue_url" {
  value = aws_sqs_queue.dlq[0].url
}
