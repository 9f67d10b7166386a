import { INTERNET } from "../emulator/gateway-call";
import { type OrderProcessing, RATES } from "./order-processing";
import { play, SCENARIOS, type ScenarioName, type ScenarioResult, type Stage } from "./scenarios";
import { DnsWatch } from "./scenarios/dns-watch";
import { Timeline } from "./scenarios/timeline";
import { Traffic } from "./scenarios/traffic";
import { OwnershipWatch } from "./scenarios/watch";

export const HOME = "us-east-1";
export const PEER = "us-west-2";

/**
 * Plays a scenario on the example, which is applied, under traffic of its own, while every control plane that a failover must not need
 * is refused. They answer while `whileAway` runs. Whatever is still out of order at the end is restored.
 * @param say told what happens, line by line
 */
export async function playOn(
  { emulator, deployment, shop, producerRole, route53 }: OrderProcessing,
  name: ScenarioName,
  say: (line: string) => void,
  { whileAway }: Pick<Stage, "whileAway"> = {},
): Promise<ScenarioResult> {
  const timeline = new Timeline(say);
  const dnsServer = route53?.dnsServer(INTERNET);
  const { dns: records } = deployment.configuration;
  const dns =
    records === undefined || dnsServer === undefined
      ? undefined
      : new DnsWatch(dnsServer, records.record, timeline);
  const watch = new OwnershipWatch(emulator, deployment, timeline);
  // As many copies a second, however many regions there are.
  const rates = Object.fromEntries(
    Object.entries(RATES).map(([queue, rate]) => [queue, rate / (deployment.regions.length - 1)]),
  );
  const options = { emulator, deployment, shop, home: HOME, producerRole, rates };
  const traffic = await Traffic.start({ ...options, ...(dnsServer && { dnsServer }) });
  const perSecond = Object.entries(rates).map(([queue, rate]) => `${rate}/s ${queue}`);
  timeline.say(`producers send to ${HOME}: ${perSecond.join(", ")}`);
  const parts = { emulator, deployment, shop, home: HOME, peer: PEER, traffic, watch, timeline };
  let refused = await emulator.loseControlPlanes();
  const withControlPlanes = async (hook: () => Promise<void>): Promise<void> => {
    await refused.restore();
    await hook();
    refused = await emulator.loseControlPlanes();
  };
  try {
    return await play(SCENARIOS[name], {
      ...parts,
      ...(dns && { dns }),
      ...(whileAway && { whileAway: () => withControlPlanes(whileAway) }),
    });
  } finally {
    await emulator.restoreAll();
    traffic.close();
    await Promise.all([watch.stop(), dns?.stop()]);
  }
}
