import { roleOf } from "../ownership/roles";
import { type Group, isSilent, type RegionView } from "./group";

/** Who owns a home, and what each region does about it. */
export interface HomeStatus {
  readonly home: string;
  readonly owner: string;
  readonly epoch: number;
  readonly orderedAt?: string;
  readonly regions: Readonly<Record<string, RegionStatus>>;
}

export interface RegionStatus {
  readonly reached: boolean;
  readonly phase?: string;
  readonly since?: string;
  readonly waitsFor?: string;
  /** Whether the region's controller has not run for longer than the lease of its roles. */
  readonly isSilent?: true;
  /** Whether the region follows the last order. */
  readonly current?: boolean;
}

/** The state of every home, from what the regions that answered say. */
export function statusOf(group: Group, views: readonly RegionView[], now: number): readonly HomeStatus[] {
  const roles = group.rolesIn(views);
  return group.regions.map((home) => {
    const { owner, epoch, at } = roleOf(roles, home);
    const regions = views.map((view): [string, RegionStatus] => {
      const state = view.reached ? view.states?.homes[home] : undefined;
      return [
        view.region,
        {
          reached: view.reached,
          ...(isSilent(view, now) && { isSilent: true }),
          ...(state && {
            phase: state.phase,
            ...(state.since > 0 && { since: iso(state.since) }),
            ...(state.waitsFor !== undefined && { waitsFor: state.waitsFor }),
            current: state.epoch === epoch,
          }),
        },
      ];
    });
    return {
      home,
      owner,
      epoch,
      ...(at > 0 && { orderedAt: iso(at) }),
      regions: Object.fromEntries(regions),
    };
  });
}

/** As a table for a terminal: a line per home and region. */
export function statusTable(homes: readonly HomeStatus[]): string {
  const lines = [["home", "owner", "epoch", "region", "phase", "since", ""]];
  for (const { home, owner, epoch, regions } of homes) {
    Object.entries(regions).forEach(([region, status], index) => {
      const notes = [
        ...(status.isSilent ? ["its controller does not run"] : []),
        ...(status.current === false ? ["follows an older order"] : []),
        ...(status.waitsFor === undefined ? [] : [`waits for ${status.waitsFor}`]),
      ];
      lines.push([
        ...(index === 0 ? [home, owner, String(epoch)] : ["", "", ""]),
        region,
        status.reached ? (status.phase ?? "not deployed") : "no answer",
        status.since ?? "",
        notes.join("; "),
      ]);
    });
  }
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
