import type { Configuration } from "../config/configuration";
import { parseConfiguration } from "../config/load";
import type { ConfigurationInput } from "../config/schema";

/** Account numbers of the AWS documentation. */
export const HOME_ACCOUNT = "111122223333";
export const PEER_ACCOUNT = "444455556666";

export const PRODUCER_ROLE = `arn:aws:iam::${HOME_ACCOUNT}:role/order-api`;
export const CONSUMER_ROLE = `arn:aws:iam::${HOME_ACCOUNT}:role/order-worker`;

type QueueInput = ConfigurationInput["queues"][string];

/** A valid configuration file of two regions and one logical queue; whatever a test cares about goes over it. */
export function configurationInput(
  over: Partial<ConfigurationInput> = {},
  orders: QueueInput = {},
): ConfigurationInput {
  return {
    failover_group: "shop",
    regions: { "us-east-1": { account: HOME_ACCOUNT }, "us-west-2": { account: HOME_ACCOUNT } },
    queues: { orders },
    ...over,
  };
}

export function configuration(
  over: Partial<ConfigurationInput> = {},
  orders: QueueInput = {},
): Configuration {
  return parseConfiguration(configurationInput(over, orders));
}
