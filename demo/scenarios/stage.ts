import type { Deployment } from "../../emulator/deployment";
import type { Emulator } from "../../emulator/emulator";
import type { Shop } from "../shop";
import type { DnsWatch } from "./dns-watch";
import type { Timeline } from "./timeline";
import type { Traffic } from "./traffic";
import type { OwnershipWatch } from "./watch";

/** What a scenario plays in: the order-processing example, deployed, with traffic. */
export interface Stage {
  readonly emulator: Emulator;
  readonly deployment: Deployment;
  readonly shop: Shop;
  readonly home: string;
  readonly peer: string;
  readonly traffic: Traffic;
  readonly watch: OwnershipWatch;
  /** Absent in groups without records. */
  readonly dns?: DnsWatch;
  readonly timeline: Timeline;
  /** Called while another region owns the home or is about to. @default nothing is done then */
  readonly whileAway?: () => Promise<void>;
}
