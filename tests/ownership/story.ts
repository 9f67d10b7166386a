import fc from "fast-check";
import type { Rules } from "../../ownership/situation";
import { type Options, Simulation } from "./simulation";

export const REGIONS = ["us-east-1", "us-west-2", "eu-west-1"] as const;

/** Something that happens. Regions are numbers, counted around; `reach` has a bit for each region that the operator reaches. */
export type Happening =
  | { readonly what: (typeof TO_ONE)[number]; readonly region: number }
  | { readonly what: "cut" | "heal"; readonly region: number; readonly other: number }
  | {
      readonly what: "evacuate";
      readonly region: number;
      readonly other: number;
      readonly reach: number;
      readonly lost: boolean;
    }
  | { readonly what: "failback"; readonly region: number; readonly reach: number; readonly lost: boolean };

const TO_ONE = [
  "die",
  "return",
  "stop",
  "start",
  "newWorker",
  "cutOff",
  "rejoin",
  "unfit",
  "fit",
  "flood",
  "subside",
  "loseDns",
  "regainDns",
  "loseMetrics",
  "regainMetrics",
] as const;

/** Regions with their faults, and what happens, each with the seconds until the next. */
export interface Story {
  readonly options: Options;
  readonly events: readonly (readonly [Happening, number])[];
}

const anyRegion = fc.nat(REGIONS.length - 1);
const EVERYWHERE = 2 ** REGIONS.length - 1;

export function toOne(
  what: readonly (typeof TO_ONE)[number][],
  region: fc.Arbitrary<number> = anyRegion,
): fc.Arbitrary<Happening> {
  return fc.record({ what: fc.constantFrom(...what), region });
}

export function cuts(region: fc.Arbitrary<number> = anyRegion): fc.Arbitrary<Happening> {
  return fc.record({ what: fc.constantFrom("cut" as const, "heal" as const), region, other: region });
}

/** An operator's orders, who may not reach every region, and says those to be lost that are. */
export function orders(): fc.Arbitrary<Happening> {
  const order = {
    region: anyRegion,
    reach: fc.oneof(fc.constant(EVERYWHERE), fc.integer({ min: 1, max: EVERYWHERE })),
    lost: fc.boolean(),
  };
  return fc.oneof(
    fc.record({ what: fc.constant("evacuate" as const), other: anyRegion, ...order }),
    fc.record({ what: fc.constant("failback" as const), ...order }),
  );
}

export interface StoryOptions {
  readonly rules?: Partial<Omit<Rules, "region" | "regions">>;
  readonly records?: Options["records"];
  /** @default two or three */
  readonly regions?: readonly string[];
  /** Longest pause between two events. */
  readonly longestSeconds?: number;
  /** Whether whoever is reached answers. @default false: some calls are lost */
  readonly lossless?: boolean;
}

export function stories(
  happening: fc.Arbitrary<Happening>,
  { rules = {}, records, regions, longestSeconds = 600, lossless = false }: StoryOptions = {},
): fc.Arbitrary<Story> {
  const ticks = fc.oneof(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: Math.floor(longestSeconds / 5) }),
  );
  return fc.record({
    options: fc.record({
      regions: regions === undefined ? fc.constantFrom(REGIONS.slice(0, 2), REGIONS) : fc.constant(regions),
      seed: fc.integer(),
      skewSeconds: fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 3, maxLength: 3 }),
      loss: lossless ? fc.constant(0) : fc.constantFrom(0, 0, 0.3),
      ledgerLagSeconds: fc.constantFrom(1, 60),
      rules: fc.constant(rules),
      metricLagSeconds: fc.constantFrom(0, 60, 120),
      spreadSeconds: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 3, maxLength: 3 }),
      ...(records && { records: fc.constant(records) }),
    }),
    events: fc.array(
      fc.tuple(
        happening,
        ticks.map((count) => count * 5),
      ),
      { minLength: 1, maxLength: 16 },
    ),
  });
}

/** Lets everything happen, from two minutes after a fresh deployment on. */
export function play({ options, events }: Story): Simulation {
  const simulation = new Simulation(options);
  simulation.run(120);
  for (const [event, pause] of events) {
    happen(simulation, options.regions, event);
    simulation.run(pause);
  }
  return simulation;
}

function happen(simulation: Simulation, regions: readonly string[], event: Happening): void {
  const nameOf = (index: number) => regions[index % regions.length]!;
  const region = simulation.region(nameOf(event.region));
  switch (event.what) {
    case "die":
      simulation.die(region.name);
      break;
    case "return":
      simulation.revive(region.name);
      break;
    case "newWorker":
      simulation.startWorker(region.name);
      break;
    case "cutOff":
    case "rejoin":
      region.cutOff = event.what === "cutOff";
      break;
    case "stop":
    case "start":
      region.controllerRuns = event.what === "start";
      break;
    case "unfit":
    case "fit":
      region.fit = event.what === "fit";
      break;
    case "flood":
      simulation.route53.flooded.add(region.name);
      break;
    case "subside":
      simulation.route53.flooded.delete(region.name);
      break;
    case "loseDns":
      simulation.route53.unresolving.add(region.name);
      break;
    case "regainDns":
      simulation.route53.unresolving.delete(region.name);
      break;
    case "loseMetrics":
      simulation.route53.unmeasured.add(region.name);
      break;
    case "regainMetrics":
      simulation.route53.unmeasured.delete(region.name);
      break;
    case "cut":
      simulation.cut(region.name, nameOf(event.other));
      break;
    case "heal":
      simulation.heal(region.name, nameOf(event.other));
      break;
    default: {
      const owner = event.what === "evacuate" ? nameOf(event.other) : region.name;
      const lost = event.lost ? regions.filter((one) => one !== owner && simulation.isLost(one)) : [];
      const reached = regions.filter((_, index) => (event.reach >> index) % 2 === 1);
      simulation.order({ home: region.name, owner, lost }, reached);
    }
  }
}
