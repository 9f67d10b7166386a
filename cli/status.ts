import { roleOf } from "../ownership/roles";
import { type Group, isSilent, type RegionView } from "./group";
import { type Answer, disagreement, type GroupRecords, type HomeRecords } from "./records";
import { noAnswer, table } from "./table";

/** Who owns a home, what each region does about it, and what its records say. */
export interface HomeStatus {
  readonly home: string;
  readonly owner: string;
  readonly epoch: number;
  readonly orderedAt?: string;
  readonly regions: Readonly<Record<string, RegionStatus>>;
  /** Only with records. `note`: the record names another region than the order. */
  readonly records?: HomeRecords & { readonly note?: string };
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

/** The state of every home, from what the regions that answered say. @param records of a group that has them */
export function statusOf(
  group: Group,
  views: readonly RegionView[],
  records: GroupRecords | undefined,
  now: number,
): readonly HomeStatus[] {
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
    const said = records?.homes[home];
    const note = said && disagreement(said.owner, { owner, at }, group.configuration.dns!.ttlSeconds, now);
    return {
      home,
      owner,
      epoch,
      ...(at > 0 && { orderedAt: iso(at) }),
      regions: Object.fromEntries(regions),
      ...(said && { records: { ...said, ...(note !== undefined && { note }) } }),
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
  return table(lines);
}

/** What the records say, as a table for a terminal: a line per home, and the discovery record. */
export function recordsTable(homes: readonly HomeStatus[], record: string, discovery: Answer): string {
  const lines = homes.flatMap(({ home, owner, records }) =>
    records === undefined
      ? []
      : [
          [
            home,
            owner,
            ...[records.owner, records.health, records.producers].map(textOf),
            records.note ?? "",
          ],
        ],
  );
  return [
    table([["home", "owner", "record says", "health", "producers go to", ""], ...lines]),
    `${record}: ${textOf(discovery)}`,
  ].join("\n");
}

function textOf(answer: Answer): string {
  return "answer" in answer ? answer.answer : noAnswer(answer.error);
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
