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
