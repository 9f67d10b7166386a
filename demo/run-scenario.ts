import { orderProcessing } from "./order-processing";
import { Phases, row, say } from "./output";
import { HOME, playOn } from "./play";
import type { Run } from "./run";
import { applied, applyText } from "./run-replicate";
import { SCENARIOS, type Scenario, type ScenarioName, type ScenarioResult } from "./scenarios";
import { stockClients } from "./stock-clients";

/** Deploys the order-processing example, plays a scenario under traffic, and counts what became of each order. */
export async function runScenario(name: ScenarioName): Promise<Run> {
  const phases = new Phases();
  const { summary, regions }: Scenario = SCENARIOS[name];
  say(summary);
  const example = await phases.run("start", "Starting the emulator and synthesizing the example", () =>
    orderProcessing({ log: (line) => say(`  ${line}`), ...(regions && { regions }) }),
  );
  const { emulator, deployment, producerRole } = example;
  say(`  ${deployment.providerSource}`);
  await phases.run("apply", applyText(deployment), () => applied(deployment));
  await deployment.createClientRole("producer", producerRole);

  const result = await playOn(example, name, say);
  return {
    report: { scenario: name, ...result, phases: phases.seconds },
    table: tableOf(result),
    passed:
      result.lost + result.processedTwice + result.chargedTwice + result.altered + result.orderViolations ===
      0,
    environments: () => stockClients(emulator, HOME, deployment.account(HOME), { producer: producerRole }),
  };
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
