import type { ModuleVariable } from "./variables";

/** Whether a module makes anything. */
export const IS_MADE = "${var.create}";

export const CREATE: ModuleVariable = {
  name: "create",
  type: "bool",
  description: "Whether anything is made.",
  default: true,
  nullable: false,
  validations: [],
};

export const CHECK_ACCOUNT: ModuleVariable = {
  name: "check_account",
  type: "bool",
  description:
    "Whether a plan asks AWS for the account of the provider's credentials (sts:GetCallerIdentity, which needs no rights), and is refused in any but the region's. Only a plan without AWS needs false.",
  default: true,
  nullable: false,
  validations: [],
};

export const REGION: ModuleVariable = {
  name: "region",
  type: "string",
  description: "Region that this call makes: that of the provider, and a key of regions.",
  nullable: false,
  validations: [],
};

export const GLOBAL_REGION: ModuleVariable = {
  ...REGION,
  description:
    "Region of the provider, and a key of regions: the managed ledger is made there and replicated to the others, and the discovery record leads there first unless dns.discovery.order says otherwise. Changing it replaces the ledger.",
};

export const WITNESS_REGION: ModuleVariable = {
  ...REGION,
  description: "Region of the provider, and recovery.witness.region. Changing it replaces the table.",
};

export const HEALTH_HOSTS: ModuleVariable = {
  name: "health_hosts",
  type: "map(string)",
  description:
    "Per region, the output health_host of its call of the module region. Needed with records whose health is checked by endpoint.",
  default: {},
  nullable: false,
  validations: [],
};
