import { reference } from "../../core/expression";
import type { ModuleVariable } from "./variables";

/** Whether a module makes anything. */
export const IS_MADE = reference<boolean>("var.create");

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
    "Whether a plan is refused with credentials of another account than the region's. Only a plan without AWS needs false.",
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
    "Region of the provider, and a key of regions: the managed ledger is made there. Changing it replaces the ledger.",
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
