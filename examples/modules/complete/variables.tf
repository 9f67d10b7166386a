variable "account" {
  description = "Account of both regions and the witness, 12 digits."
  type        = string
}

variable "zone_id" {
  description = "Hosted zone of the records, in that account."
  type        = string
}

variable "record" {
  description = "The discovery record, in that zone, such as shop.example.com; all others are below it."
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

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the ledger and the tables of ownership. Default: it does."
  type        = bool
  default     = true
}
