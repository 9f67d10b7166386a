import type { ModulePage } from "./readme";

export type ModuleName = "region" | "global" | "witness" | "two-regions";

const SETTINGS_CALL = { name: "settings", source: "./settings" };

/** What the page of a module says beside what is told by the module itself. */
export const PAGES: Readonly<
  Record<ModuleName, Pick<ModulePage, "title" | "description" | "usage" | "calls">>
> = {
  region: {
    title: "Region of a failover group",
    description:
      "Queues, replication and recovery of one region. Call it once per region with a provider of that region, best in a state of its own, all calls with the same settings but for `region`: what another region has is computed from them.",
    usage: `
module "orders_us_east_1" {
  source = "./modules/region"

  region         = "us-east-1"
  failover_group = "shop"
  regions = {
    us-east-1 = { account = "111122223333" }
    us-west-2 = { account = "111122223333" }
  }
  queues = {
    orders    = { visibility_timeout_seconds = 60, consumers = ["arn:aws:iam::111122223333:role/order-worker"] }
    shipments = { fifo = true }
  }
}
`,
    calls: [SETTINGS_CALL],
  },
  global: {
    title: "What spans the regions of a failover group",
    description:
      "Managed ledger, health checks and records. Call it once, with a provider of one of the regions and the settings of the calls of `region`, after those.",
    usage: `
module "orders_global" {
  source = "./modules/global"

  region         = "us-east-1"
  failover_group = "shop"
  regions = {
    us-east-1 = { account = "111122223333" }
    us-west-2 = { account = "111122223333" }
  }
  recovery = { witness = { region = "us-east-2" } }
  ledger   = {}
  dns      = { zone_id = "Z0123456789ABC", record = "orders.example.com" }
  health_hosts = {
    us-east-1 = "abcdefgh.lambda-url.us-east-1.on.aws" # health_host of the call of region there
    us-west-2 = "stuvwxyz.lambda-url.us-west-2.on.aws"
  }
}
`,
    calls: [SETTINGS_CALL],
  },
  witness: {
    title: "Witness of a failover group",
    description:
      "A table of ownership in a region that is none of the group, so that two or four regions have a majority: names and numbers, no message. Call it once, with a provider of the witness's region and the settings of the calls of `region`; in an account of its own before those.",
    usage: `
module "orders_witness" {
  source = "./modules/witness"

  region         = "us-east-2"
  failover_group = "shop"
  regions = {
    us-east-1 = { account = "111122223333" }
    us-west-2 = { account = "111122223333" }
  }
  recovery = { witness = { region = "us-east-2" } }
}
`,
    calls: [SETTINGS_CALL],
  },
  "two-regions": {
    title: "Two regions of a failover group",
    description:
      "Both regions and what spans them in one call and one state. That state cannot be planned while one of the regions is down: for production call `region` and `global` from states of their own.",
    usage: `
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

provider "aws" {
  alias  = "us_west_2"
  region = "us-west-2"
}

module "orders" {
  source = "./modules/two-regions"

  providers     = { aws.first = aws.us_east_1, aws.second = aws.us_west_2 }
  first_region  = "us-east-1"
  second_region = "us-west-2"

  failover_group = "shop"
  regions = {
    us-east-1 = { account = "111122223333" }
    us-west-2 = { account = "111122223333" }
  }
  queues = { orders = {} }
}
`,
    calls: [
      { name: "first", source: "../region" },
      { name: "second", source: "../region" },
      { name: "global", source: "../global" },
    ],
  },
};
