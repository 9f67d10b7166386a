import { orderProcessing, RATES } from "./order-processing";
import { Phases, row, say } from "./output";
import type { Run } from "./run";
import { applied, applyText } from "./run-replicate";
import { play, SCENARIOS, type ScenarioName, type ScenarioResult } from "./scenarios";
import { Timeline } from "./scenarios/timeline";
import { Traffic } from "./scenarios/traffic";
import { OwnershipWatch } from "./scenarios/watch";
import { stockClients } from "./stock-clients";

const HOME = "us-east-1";
const PEER = "us-west-2";

/** Deploys the order-processing example, plays a scenario under traffic, and counts what became of each order. */
export async function runScenario(name: ScenarioName): Promise<Run> {
  const phases = new Phases();
  const { summary } = SCENARIOS[name];
  say(summary);
  const example = await phases.run("start", "Starting the emulator and synthesizing the example", () =>
    orderProcessing((line) => say(`  ${line}`)),
  );
  const { emulator, deployment, shop, producerRole } = example;
  say(`  ${deployment.providerSource}`);
  await phases.run("apply", applyText(deployment), () => applied(deployment));
  await deployment.createClientRole("producer", producerRole);

  const timeline = new Timeline(say);
  const watch = new OwnershipWatch(emulator, deployment, timeline);
  const traffic = await Traffic.start({ emulator, deployment, shop, home: HOME, producerRole, rates: RATES });
  timeline.say(
    `producers send to ${HOME}: ${Object.entries(RATES)
      .map(([queue, rate]) => `${rate}/s ${queue}`)
      .join(", ")}`,
  );
  try {
    const stage = { emulator, deployment, shop, home: HOME, peer: PEER, traffic, watch, timeline };
    const result = await play(SCENARIOS[name], stage);
    return {
      report: { scenario: name, ...result, phases: phases.seconds },
      table: tableOf(result),
      passed:
        result.lost +
          result.processedTwice +
          result.chargedTwice +
          result.altered +
          result.orderViolations ===
        0,
      environments: () => stockClients(emulator, HOME, deployment.account(HOME), { producer: producerRole }),
    };
  } finally {
    traffic.close();
    await watch.stop();
  }
}

const NOTES: Readonly<Record<string, string>> = {
  withinBounds: "processed again as the guarantees allow",
  chargedTwice: "under two idempotency keys, so that the service could not tell",
  orderViolations: "of a group, within one home and one region that processes",
};

function tableOf({ seconds, queues, ...totals }: ScenarioResult): string {
  const names = Object.keys(queues);
  const line = (cells: readonly (string | number)[], note = "") =>
    `${String(cells[0]).padEnd(16)}${cells
      .slice(1)
      .map((cell) => String(cell).padStart(11))
      .join("")}  ${note}`.trimEnd();
  return [
    line(["", "all", ...names]),
    ...Object.entries(totals).map(([count, total]) =>
      line([count, total, ...names.map((name) => queues[name]![count as keyof typeof totals])], NOTES[count]),
    ),
    "",
    row("seconds", ""),
    ...Object.entries(seconds).map(([name, value]) => row(name, value.toFixed(1))),
  ].join("\n");
}
