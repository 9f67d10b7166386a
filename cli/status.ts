import { areSole } from "../ownership/lease/lists";
import type { OperatedGroup } from "./group";
import type { GroupView } from "./group-view";
import type { GroupRecords, LookedUp } from "./records";
import type { Trouble } from "./trouble";
import { handOverOf, progressOf } from "./waiting";

/** Who owns a home, and who votes about that. */
export interface HomeStatus {
  readonly home: string;
  /** `null`: nobody, or not known, which is said by `isKnown`. */
  readonly owner: string | null;
  /** Whether a majority of the voters could be read. */
  readonly isKnown: boolean;
  readonly epoch: number | null;
  /** When the owner took the home, from whom. */
  readonly taken?: { readonly at: string; readonly from?: string };
  /** An order that is not carried out. */
  readonly order?: { readonly number: number; readonly to: string; readonly lost?: string };
  /** What has to happen before the home is open where it is to be. */
  readonly waitsUntil?: string;
  readonly voters: VotersStatus;
  /** Region that producers of the home are sent to. Only with records. */
  readonly producers?: LookedUp;
}

export interface VotersStatus {
  /** One, or two and more while the list changes. */
  readonly lists: readonly { readonly number: number; readonly voters: readonly string[] }[];
  /** The configuration's, where it names others: it counts at founding only. */
  readonly configured?: readonly string[];
}

/** What a region may do now, and what it says about itself. */
export interface RegionStatus {
  /** Whether its table could be looked at. */
  readonly reached: boolean;
  readonly error?: Trouble;
  /** There is no table: the region's stack is not applied. */
  readonly notDeployed?: true;
  /** It has a table and nothing else. */
  readonly witness?: true;
  /** Whether its controller has said anything lately. */
  readonly runs?: boolean;
  readonly saidSecondsAgo?: number;
  readonly fit?: boolean;
  /** For how long `fit` has been what it is. */
  readonly fitSeconds?: number;
  /** By home whose gate is open in the region: for how much longer by the last renewal, seconds. */
  readonly open?: Readonly<Record<string, number>>;
}

export interface GroupStatus {
  readonly homes: readonly HomeStatus[];
  readonly regions: Readonly<Record<string, RegionStatus>>;
}

/** The state of a group as one look has shown it. @param records of a group that has them */
export function statusOf(group: OperatedGroup, sight: GroupView, records?: GroupRecords): GroupStatus {
  return {
    homes: group.regions.map((home) => homeStatus(group, sight, home, records)),
    regions: Object.fromEntries(sight.tables.map((region) => [region, regionStatus(group, sight, region)])),
  };
}

function homeStatus(
  group: OperatedGroup,
  sight: GroupView,
  home: string,
  records?: GroupRecords,
): HomeStatus {
  const ownership = sight.ownership(home);
  const claim = ownership.kind === "owned" ? ownership.claim : undefined;
  const { pending, lists } = sight.view(home);
  const configured = group.configuredVoters[home]!;
  const isFollowed = lists.some(({ voters }) => voters.join() === configured.join());
  const waitsUntil = waitOf(sight, home);
  const producers = records?.homes[home];
  return {
    home,
    owner: claim?.epoch.region ?? null,
    isKnown: ownership.kind !== "unknown",
    epoch: claim?.epoch.number ?? null,
    ...(claim?.taking && {
      taken: {
        at: new Date(claim.taking.at).toISOString(),
        ...(claim.taking.from !== undefined && { from: claim.taking.from }),
      },
    }),
    ...(pending && {
      order: { number: pending.number, to: pending.to, ...(pending.lost && { lost: pending.lost }) },
    }),
    ...(waitsUntil !== undefined && { waitsUntil }),
    voters: {
      lists: lists.map(({ number, voters }) => ({ number, voters })),
      // Where one table decides alone, it goes with the home.
      ...(lists.length > 0 && !isFollowed && !(areSole(lists) && configured.length === 1) && { configured }),
    },
    ...(producers && { producers }),
  };
}

function waitOf(sight: GroupView, home: string): string | undefined {
  const { pending } = sight.view(home);
  if (pending !== undefined) {
    const progress = progressOf(sight, home, pending);
    return progress.kind === "waits" ? progress.until : undefined;
  }
  const ownership = sight.ownership(home);
  if (ownership.kind !== "owned") return handOverOf(sight, home);
  const { region } = ownership.claim.epoch;
  return sight.pass(region, home) ? undefined : `${region} opens the home, or another region takes it`;
}

function regionStatus(group: OperatedGroup, sight: GroupView, region: string): RegionStatus {
  const error = sight.troubles.get(region);
  const said = sight.said(region);
  const open = group.regions.flatMap((home): [string, number][] => {
    const pass = sight.pass(region, home);
    return pass === undefined ? [] : [[home, Math.floor(pass.remainsMs / 1_000)]];
  });
  const isMember = group.regions.includes(region);
  return {
    reached: error === undefined,
    ...(error && { error }),
    ...(sight.isMissing(region) && { notDeployed: true }),
    ...(!isMember && { witness: true }),
    ...(isMember && sight.items.size > 0 && { runs: sight.isRunning(region) }),
    ...(said && {
      saidSecondsAgo: Math.floor(said.agoMs / 1_000),
      fit: said.status.fit,
      fitSeconds: Math.floor(said.sinceMs / 1_000),
    }),
    ...(isMember && sight.items.size > 0 && { open: Object.fromEntries(open) }),
  };
}
