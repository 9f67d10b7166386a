import { Seeded } from "../../../emulator/seeded";
import type { LeaseSettings } from "../../../ownership/lease/settings";
import { FAULTS, type Fault, type FaultKind } from "./faults";
import type { LivenessBounds } from "./judge-liveness";
import type { NetworkFaults } from "./network";
import { GAPLESS, HOLEY, MEMBERS, REAL, type Schedule } from "./world";

/** What a random run is made of. Everything else follows from the seed. */
export interface Profile {
  readonly name: string;
  readonly faults: readonly FaultKind[];
  /** Regions with controllers. @default drawn, two to five */
  readonly regions?: number;
  /** @default drawn, where the number of regions leaves it open */
  readonly witness?: boolean;
  /** @default automatic, unless a region is lost by an operator's word */
  readonly takeover?: "manual";
  /** Homes go back by themselves after a minute. @default drawn */
  readonly failback?: true;
  /** Runs begin as deployed. @default drawn */
  readonly isReal?: true;
  /** The longest that controllers keep a home that is to go, or is not to open yet, seconds. @default drawn */
  readonly workSeconds?: number;
}

/** A random run in full. */
export interface Plan {
  readonly regions: number;
  readonly witness: boolean;
  readonly durationMs: number;
  readonly settleMs: number;
  readonly settings: Partial<Omit<LeaseSettings, "region" | "members">>;
  readonly initially: "owned" | "nothing";
  readonly network: NetworkFaults;
  readonly schedule: Schedule;
  readonly workMs: number;
  readonly noticesAfterMs: number;
  readonly tablesDrift: boolean;
  readonly restlessReaders: boolean;
  readonly bounds: LivenessBounds;
  readonly faults: readonly Fault[];
}

const DELAY_MS = 60_000;

/** What a peer needs to take a lost region's home is due when every link is well. */
const TAKE_MS = 55_000;
/** From the moment at which every table is there, and empty. */
const FOUND_MS = 80_000;
/** What interrupts nothing may cost a reader a second or two to ask elsewhere. */
const BLINK_MS = 10_000;
/** A turn for each region in between. */
const TURN_MS = 10_000;

/** What controllers do before a home goes or opens, seconds. */
const WORK_SECONDS = [0, 20, 65, 120];
/** How late controllers notice that their region is unfit, seconds. */
const NOTICES_SECONDS = [0, 0, 10, 40];
/** Kinds during which nothing can be said about when a home opens. */
const UNBOUNDED: ReadonlySet<FaultKind> = new Set([
  "network",
  "freezes",
  "links",
  "gaps",
  "tables",
  "lost",
  "restored",
]);

/** For so long all is well at the end, besides what controllers do first. */
const SETTLE_MS = 180_000;

export function planOf(profile: Profile, seed: number): Plan {
  const random = new Seeded(`plan ${profile.name} ${seed}`);
  const has = (kind: FaultKind) => profile.faults.includes(kind);
  const isLost = has("lost");
  const regions = isLost ? 2 : (profile.regions ?? random.pick([2, 3, 3, 4, 5]));
  const witness =
    !isLost && (profile.witness ?? (regions === 2 || (regions % 2 === 0 && random.fraction() < 0.5)));
  const network: NetworkFaults = has("network")
    ? {
        late: random.pick([0, 0.02, 0.1, 0.2]),
        lost: random.pick([0, 0.02, 0.1]),
        repeated: random.pick([0.05, 0.3, 0.5]),
        lostOverCut: 0.6,
      }
    : {};
  const frozen = has("freezes") ? random.pick([0.01, 0.04]) : 0;
  const isBounded = !profile.faults.some((kind) => UNBOUNDED.has(kind));
  const isUninterrupted = profile.faults.every(
    (kind) => kind === "remade" || kind === "none" || kind === "clocks",
  );
  // An owner that may not write a table made anew yet goes on at the others until its lease ends, though its gate is closed.
  const isEmptied = has("founding") || has("emptied") || has("remade");
  const turnsMs = TURN_MS * (regions - 1);
  const failback = random.pick(["automatic", "manual"] as const);
  const failbackAfterMs = random.pick([60_000, 600_000]);
  const workMs = (profile.workSeconds ?? random.pick(WORK_SECONDS)) * 1000;
  const isReal = profile.isReal ?? random.fraction() < 0.3;
  const noticesAfterMs = random.pick(NOTICES_SECONDS) * 1000;
  return {
    regions,
    witness,
    durationMs: isLost ? 1_200_000 : 500_000,
    settleMs: SETTLE_MS + workMs,
    settings: {
      failback: profile.failback ? "automatic" : failback,
      failbackAfterMs: profile.failback ? 60_000 : failbackAfterMs,
      takeoverDelayMs: DELAY_MS,
      ...(profile.takeover && { takeover: profile.takeover }),
      ...(random.fraction() < 0.3 && { takeoverOrder: someOrder(random, regions) }),
    },
    initially: has("founding") ? "nothing" : "owned",
    network: { ...network, frozen },
    schedule: has("gaps") ? HOLEY : isReal ? REAL : GAPLESS,
    workMs,
    noticesAfterMs,
    tablesDrift: has("clocks"),
    restlessReaders: has("clocks"),
    bounds: isBounded
      ? {
          openMs: isUninterrupted ? BLINK_MS : (isEmptied ? FOUND_MS : TAKE_MS) + turnsMs,
          // An owner that becomes unfit may hand over to one that does so just then.
          workMs: 2 * (DELAY_MS + TAKE_MS) + turnsMs,
          ownGateMs: DELAY_MS + 120_000 + turnsMs,
        }
      : {},
    faults: profile.faults.map((kind) => FAULTS[kind]),
  };
}

/** By home, some of its peers in any order: the others take nothing over, unless an order says so. */
function someOrder(random: Seeded, regions: number): Readonly<Record<string, readonly string[]>> {
  const members = MEMBERS.slice(0, regions);
  return Object.fromEntries(
    members.map((home) => {
      const peers = random.shuffled(members.filter((member) => member !== home));
      return [home, peers.slice(0, random.whole(1, peers.length))];
    }),
  );
}

/** One kind of fault each. */
const SINGLE: readonly FaultKind[] = [
  "none",
  "network",
  "freezes",
  "gaps",
  "links",
  "tables",
  "clocks",
  "dead",
  "isolated",
  "unfit",
  "orders",
  "force",
  "racing",
  "mutual",
  "oneway",
  "lists",
  "remade",
  "restored",
  "emptied",
  "founding",
];

export const PROFILES: readonly Profile[] = [
  ...SINGLE.map((kind) => ({ name: kind, faults: [kind] })),
  { name: "hard", faults: ["network", "freezes", "gaps", "links", "clocks"] },
  { name: "hard orders", faults: ["network", "freezes", "gaps", "links", "orders", "force"] },
  { name: "hard lists", faults: ["network", "freezes", "gaps", "links", "lists", "remade"] },
  { name: "hard founding", faults: ["network", "freezes", "gaps", "links", "founding", "emptied"] },
  { name: "manual orders", faults: ["orders", "lists"], regions: 3, takeover: "manual" },
  { name: "manual, hard", faults: ["orders", "racing", "links", "dead"], regions: 3, takeover: "manual" },
  { name: "back by itself", faults: ["dead", "unfit"], failback: true },
  { name: "as deployed", faults: ["orders", "unfit"], isReal: true, workSeconds: 65 },
  { name: "as deployed, hard", faults: ["orders", "unfit", "dead", "oneway"], isReal: true },
  { name: "two alone", faults: ["lost"], regions: 2, witness: false },
  { name: "two alone, hard", faults: ["lost", "network", "freezes", "gaps"], regions: 2, witness: false },
  { name: "two alone, orders", faults: ["lost", "orders", "links"], regions: 2, witness: false },
];

/** Any two kinds at once, by seed. */
export function pairOf(seed: number): Profile {
  const random = new Seeded(`pair ${seed}`);
  const [one, other] = random.shuffled(SINGLE.filter((kind) => kind !== "none"));
  const faults = [one!, other!];
  return { name: faults.join(" and "), faults };
}

/** Any three kinds at once, by seed. */
export function tripleOf(seed: number): Profile {
  const random = new Seeded(`triple ${seed}`);
  const faults = random.shuffled(SINGLE.filter((kind) => kind !== "none")).slice(0, 3);
  return { name: faults.join(" and "), faults };
}

/** The profile of a seed: each named one in turn, and pairs between them. */
export function profileOf(seed: number): Profile {
  return seed % 2 === 0 ? PROFILES[(seed / 2) % PROFILES.length]! : pairOf(seed);
}
