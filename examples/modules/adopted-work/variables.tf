variable "account" {
  description = "Account of both regions, 12 digits."
  type        = string
}

variable "topic" {
  description = "ARN of the topic whose messages go to the queue."
  type        = string
}

variable "partner" {
  description = "Account whose roles send to the queue, 12 digits."
  type        = string
}
