import { orderProcessing } from "./order-processing";
import { Phases, row, say } from "./output";
import { HOME, playOn } from "./play";
import type { DemoRun } from "./run";
import { applied, applyText } from "./run-replicate";
import {
  hasPassed,
  type QueueResult,
  SCENARIOS,
  type Scenario,
  type ScenarioName,
  type ScenarioResult,
} from "./scenarios";
import { AIMS } from "./scenarios/limits";
import { stockClients } from "./stock-clients";

/** Deploys the order-processing example, plays a scenario under traffic, and counts what became of each order. */
export async function runScenario(name: ScenarioName): Promise<DemoRun> {
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
    passed: hasPassed(result),
    environments: () => stockClients(emulator, HOME, deployment.account(HOME), { producer: producerRole }),
  };
}

const NOTES: Readonly<Record<string, string>> = {
  stranded: "taken in and not copied yet by a region that is lost for good",
  withinBounds: "processed again as the guarantees allow",
  chargedTwice: "under two idempotency keys, so that the service could not tell",
  orderViolations: "of a group, within one home and one region that processes",
  waiting: "held by other regions when the fault ended",
  firstRescued: `seconds after the loss; ${AIMS.atOnce} are aimed at with a ledger, ${AIMS.later} where work in flight has to end`,
  lastRescued: "seconds after the loss",
};

function tableOf({ seconds, queues, ownedTwice, exceeded, ...totals }: ScenarioResult): string {
  const names = Object.keys(queues);
  const line = (cells: readonly (string | number)[], note = "") =>
    `${String(cells[0]).padEnd(16)}${cells
      .slice(1)
      .map((cell) => String(cell).padStart(11))
      .join("")}  ${note}`.trimEnd();
  const ofQueues = (count: keyof QueueResult) => names.map((name) => queues[name]?.[count] ?? "");
  const rescues = (["firstRescued", "lastRescued"] as const).filter((moment) =>
    names.some((name) => queues[name]?.[moment] !== undefined),
  );
  return [
    line(["", "all", ...names]),
    ...Object.entries(totals).map(([count, total]) =>
      line([count, total, ...ofQueues(count as keyof typeof totals)], NOTES[count]),
    ),
    ...rescues.map((moment) => line([moment, "", ...ofQueues(moment)], NOTES[moment])),
    "",
    row("seconds", ""),
    ...Object.entries(seconds).map(([name, value]) => row(name, value.toFixed(1))),
    ...(ownedTwice > 0
      ? ["", `A home was processed by two regions at the same moment (${ownedTwice} times seen).`]
      : []),
    ...(exceeded.length > 0 ? ["", "Took too long:", ...exceeded] : []),
  ].join("\n");
}
