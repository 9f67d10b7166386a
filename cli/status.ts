import { roleOf } from "../ownership/roles";
import { type Group, isSilent, type RegionView } from "./group";
import { type Answer, disagreement, type GroupRecords, type HomeRecords } from "./records";
import { noAnswer, table } from "./table";
import { adviceFor, describe, type Trouble } from "./trouble";

const UNKNOWN = "unknown";

/** Who owns a home, what each region does about it, and what its records say. */
export interface HomeStatus {
  readonly home: string;
  /** As far as the regions know that could be looked at. `null`: none of them holds an order. */
  readonly owner: string | null;
  readonly epoch: number | null;
  readonly orderedAt?: string;
  readonly regions: Readonly<Record<string, RegionStatus>>;
  /** Only with records. `note`: the record names another region than the order. */
  readonly records?: HomeRecords & { readonly note?: string };
}

export interface RegionStatus {
  readonly reached: boolean;
  /** Why the region could not be looked at. */
  readonly error?: Trouble;
  /** Whether the region holds no orders: its stack is not applied. */
  readonly notDeployed?: true;
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
  const isKnown = views.some((view) => view.reached && view.roles !== undefined);
  return group.regions.map((home) => {
    const { owner, epoch, at } = roleOf(roles, home);
    const regions = views.map((view): [string, RegionStatus] => {
      const state = view.reached ? view.states?.homes[home] : undefined;
      return [
        view.region,
        {
          reached: view.reached,
          ...(!view.reached && { error: view.trouble }),
          ...(view.reached && view.roles === undefined && { notDeployed: true }),
          ...(isSilent(view, now) && { isSilent: true }),
          ...(state && {
            phase: state.phase,
            ...(state.since > 0 && { since: iso(state.since) }),
            ...(state.waitsFor !== undefined && { waitsFor: state.waitsFor }),
            ...(isKnown && { current: state.epoch === epoch }),
          }),
        },
      ];
    });
    const said = records?.homes[home];
    const note =
      said && isKnown
        ? disagreement(said.owner, { owner, at }, group.configuration.dns!.ttlSeconds, now)
        : undefined;
    return {
      home,
      owner: isKnown ? owner : null,
      epoch: isKnown ? epoch : null,
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
        ...(index === 0 ? [home, owner ?? UNKNOWN, String(epoch ?? "")] : ["", "", ""]),
        region,
        phaseOf(status),
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
            owner ?? UNKNOWN,
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

/** What kept regions from being looked at, what to do, and what follows for the rest: a line each. */
export function troublesOf(views: readonly RegionView[]): readonly string[] {
  const blind = views.flatMap((view) => (view.reached ? [] : [view]));
  if (blind.length === 0) return [];
  const found = blind.map(
    ({ region, trouble }) => `${region} could not be looked at: ${describe(trouble)}: ${trouble.message}`,
  );
  const rest =
    blind.length === views.length
      ? "Nothing is known of any region."
      : `A later order that only ${blind.map(({ region }) => region).join(" or ")} knows is not in what is shown.`;
  return [...found, ...adviceFor(blind.map(({ trouble }) => trouble)), rest];
}

function phaseOf({ reached, error, notDeployed, phase }: RegionStatus): string {
  if (!reached) return error ? describe(error) : UNKNOWN;
  return notDeployed ? "not deployed" : (phase ?? "has not run yet");
}

function textOf(answer: Answer): string {
  return "answer" in answer ? answer.answer : noAnswer(answer.error);
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
