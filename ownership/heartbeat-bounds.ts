import { SSM_PARAMETER_MAX_BYTES } from "../core/limits";
import { invalid } from "./checks";
import type { Heartbeat } from "./heartbeat";
import { region } from "./lease/store/fields";
import type { Role } from "./roles";
import type { HomeState } from "./states";

/** How far the clock of another region's functions may be ahead of one's own. */
export const CLOCK_AHEAD_MS = 300_000;
/** The same of an operator's machine: it gives orders, and nobody sets its clock. */
export const OPERATOR_AHEAD_MS = 86_400_000;
/** Regions that one heartbeat speaks of: those of a group, and those that it had before. */
export const HOMES_MAX = 16;

/**
 * Throws an error that names the field which no region would send. A heartbeat outlives its moment: what it orders is merged with the
 * roles, and what it says is processed is never taken back. So nothing in it may be so large that what comes later does not exceed it.
 *
 * Bounds of numbers move with the clock. A fixed one could be reached, and would leave no room above.
 * @param now in epoch milliseconds
 */
export function checkBounds(heartbeat: Heartbeat, now: number): void {
  const name = "heartbeat";
  const { roles, homes, queues = {} } = heartbeat;
  const reader = new BoundsReader(now);
  region(heartbeat.region, `${name}.region`);
  reader.moment(heartbeat.at, `${name}.at`);
  reader.moment(heartbeat.ledgerAt, `${name}.ledgerAt`);
  each(roles.homes, `${name}.roles.homes`, (role, path) => reader.role(role, path));
  each(homes, `${name}.homes`, (state, path) => reader.state(state, path));
  for (const [queue, { processedBefore }] of Object.entries(queues))
    reader.moment(processedBefore, `${name}.queues.${queue}.processedBefore`);
  // Either is a part of a parameter, and what nobody knows in it is kept and written back.
  fits(roles, `${name}.roles`);
  fits(homes, `${name}.homes`);
}

class BoundsReader {
  constructor(private readonly now: number) {}

  role({ owner, epoch, at, from, lost = [], since }: Role, name: string): void {
    region(owner, `${name}.owner`);
    this.epoch(epoch, `${name}.epoch`);
    this.moment(at, `${name}.at`, OPERATOR_AHEAD_MS);
    this.moment(since, `${name}.since`, OPERATOR_AHEAD_MS);
    listed(from, `${name}.from`);
    listed(lost, `${name}.lost`);
  }

  state({ epoch, since, releasedAt, disownedAt, takenBy }: HomeState, name: string): void {
    this.epoch(epoch, `${name}.epoch`);
    this.moment(since, `${name}.since`);
    this.moment(releasedAt, `${name}.releasedAt`);
    this.moment(disownedAt, `${name}.disownedAt`);
    if (takenBy !== undefined) region(takenBy, `${name}.takenBy`);
  }

  moment(value: number | undefined, name: string, aheadMs = CLOCK_AHEAD_MS): void {
    if (value !== undefined && value > this.now + aheadMs)
      throw invalid(value, name, "a moment that is not in the future");
  }

  /** Epochs grow by one, or begin at Unix seconds: none is beyond those, and a second leaves room for the next order. */
  private epoch(value: number, name: string): void {
    if (value > (this.now + OPERATOR_AHEAD_MS) / 1_000)
      throw invalid(value, name, "an epoch that later orders can exceed");
  }
}

function each<T>(
  homes: Readonly<Record<string, T>>,
  name: string,
  check: (value: T, name: string) => void,
): void {
  const entries = Object.entries(homes);
  if (entries.length > HOMES_MAX) throw invalid(entries.length, `${name}.length`, `at most ${HOMES_MAX}`);
  for (const [home, value] of entries) {
    region(home, `${name}.name`);
    check(value, `${name}.${home}`);
  }
}

function listed(regions: readonly string[], name: string): void {
  if (regions.length > HOMES_MAX) throw invalid(regions.length, `${name}.length`, `at most ${HOMES_MAX}`);
  regions.forEach((one, index) => {
    region(one, `${name}.${index}`);
  });
}

function fits(value: object, name: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > SSM_PARAMETER_MAX_BYTES)
    throw invalid(bytes, `${name}.bytes`, `at most ${SSM_PARAMETER_MAX_BYTES}`);
}
