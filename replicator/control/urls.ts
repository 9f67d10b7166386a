import { queueUrl } from "../../core/names";
import type { ControllerSettings } from "./settings";

/** URL of a queue in a controller's region: all queues of a group are in one account. */
export function queueIn(
  { region, canary }: Pick<ControllerSettings, "region" | "canary">,
  name: string,
): string {
  return queueUrl(region, accountOf(canary.workQueueUrl), name);
}

function accountOf(url: string): string {
  return new URL(url).pathname.split("/")[1]!;
}
