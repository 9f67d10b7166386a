import { type CommandResult, orderMove, orderVoters, restoreVoter } from "../../../ownership/lease/commands";
import type { Steps } from "../../../ownership/lease/effects";
import { type Clocks, passVerdict } from "../../../ownership/lease/pass";
import { leaseRun } from "../../../ownership/lease/run";
import type { Moment } from "./clocks";
import type { Command, Operator, Program, Told } from "./program";
import type { Reading } from "./reader-rule";

/** The project's own protocol. */
export const LEASE: Program = {
  controller: leaseRun,
  rule: verdictRule,
  *command(command: Command, operator: Operator): Steps<Told> {
    const result = yield* commandSteps(command, operator);
    if (result.kind === "written") return { told: "written", number: result.number };
    return { told: result.kind, ...(result.kind === "refused" && { why: result.reason }) };
  },
};

/** What the project's readers go by. */
function verdictRule({ sent, date, pass }: Reading, home: string, now: Moment): boolean {
  const reading = { sent: clocksAt(sent), dateMs: date, homes: pass?.homes ?? {} };
  return passVerdict(reading, home, clocksAt(now)).open;
}

function clocksAt({ mono, wall }: Moment): Clocks {
  return { mono: Math.floor(mono), wall: Math.floor(wall) };
}

function commandSteps(command: Command, operator: Operator): Steps<CommandResult> {
  const context = { group: operator.settings, run: operator };
  if (command.kind === "order") return orderMove(command, context);
  if (command.kind === "voters") return orderVoters(command, context);
  return restoreVoter(command, context);
}
