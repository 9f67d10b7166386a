# How `npm run check:modules` runs tflint: all rules of Terraform's language. Each that is left out has its reason above it.

config {
  # What a call gives to a module of this repository is followed into the module.
  call_module_type = "local"
}

plugin "terraform" {
  enabled = true
  preset  = "all"
}

# The resources of a module are in files that are called by what they are for (queues.tf, replication.tf …), none of them the first.
rule "terraform_standard_module_structure" {
  enabled = false
}
