variable "account" {
  description = "Account of both regions, 12 digits."
  type        = string
}

variable "producers" {
  description = "ARNs of the roles that may send. Default: none named, IAM policies of the account decide."
  type        = list(string)
  default     = []
}

variable "consumers" {
  description = "ARNs of the roles that may receive. Default: none named, IAM policies of the account decide."
  type        = list(string)
  default     = []
}

variable "alarm_topics" {
  description = "By region, ARNs of the SNS topics that its alarms notify. Default: none."
  type        = map(list(string))
  default     = {}
}
