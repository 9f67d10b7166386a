import type { EndResult, ScenarioResult } from "./scenario";
import type { StepResult } from "./troublemaker";

/** One table of a scenario: what became of the messages at both ends, and what went wrong on the way. */
export function tableOf(result: ScenarioResult): string {
  const rows: string[][] = [
    ["", "attempts", "acknowledged", "ok", "lost", "unexpected", "altered", "out of order"],
    ["work", ...ofMessages(result.work)],
    ["standby", ...ofMessages(result.standby)],
  ];
  const copies: string[][] = [
    ["", "duplicated", "unexplained", "recovered", "redelivered"],
    ["work", ...ofCopies(result.work)],
    ["standby", ...ofCopies(result.standby)],
  ];
  const held = Object.entries(result.held).map(([name, count]) => `${name} ${count}`);
  return [
    `${result.queue}, seed ${result.seed}, ${result.seconds.toFixed(1)} s`,
    ...aligned(rows),
    ...aligned(copies),
    `  left behind: ${held.length === 0 ? "nothing" : held.join(", ")}`,
    `  went wrong (calls): ${wentWrong(result.steps)}`,
  ].join("\n");
}

/** Calls that each kind of step concerned, those of all its steps together. */
export function metByKind(steps: readonly StepResult[]): ReadonlyMap<string, number> {
  const met = new Map<string, number>();
  for (const { step, met: calls } of steps) met.set(step.kind, (met.get(step.kind) ?? 0) + calls);
  return met;
}

function wentWrong(steps: readonly StepResult[]): string {
  const inOrder = [...steps].sort((one, other) => one.step.after - other.step.after);
  return inOrder
    .map(({ step, met, seconds }) => {
      const after = `${Math.round(step.after * 100)} %`;
      return `${step.kind} ${step.hop} at ${after} for ${seconds.toFixed(1)} s (${met})`;
    })
    .join("; ");
}

function ofMessages({ verdict }: EndResult): string[] {
  const { attempts, acknowledged, ok, lost, unexpected, altered, outOfOrder } = verdict;
  return [attempts, acknowledged, ok, lost.length, unexpected.length, altered.length, outOfOrder.length].map(
    String,
  );
}

function ofCopies({ verdict, unexplained }: EndResult): string[] {
  const duplicated = verdict.duplicates.reduce((sum, { sentAt }) => sum + sentAt.length - 1, 0);
  return [duplicated, unexplained.length, verdict.recovered.length, verdict.redelivered].map(String);
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(
    (row) =>
      `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  ")}`,
  );
}
