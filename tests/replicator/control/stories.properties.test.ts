import fc from "fast-check";
import { roleOf } from "../../../ownership/roles";
import { IS_FULL } from "../../tier";
import { HOME, PEER, REGIONS } from "./group";
import { type Options, World } from "./world";

/** What happens next, and for how many seconds nothing else does. */
interface Event {
  readonly seconds: number;
  readonly what: string;
  readonly region: string;
}

const NAMES = [
  "evacuate",
  "failBack",
  "lose",
  "restore",
  "cut",
  "heal",
  "hold",
  "release",
  "stall",
  "resume",
  "forget",
];

/** What happens to the signals by which homes are taken over. */
const SIGNALS = ["flood", "subside", "loseDns", "regainDns", "loseMetrics", "regainMetrics"];

const event = (regions: readonly string[], names: readonly string[] = NAMES): fc.Arbitrary<Event> =>
  fc.record({
    // A takeover by signals takes a quarter of an hour.
    seconds: fc.integer({ min: 1, max: names === NAMES ? 240 : 900 }),
    what: fc.constantFrom(...names),
    region: fc.constantFrom(...regions),
  });

async function happen(world: World, { what, region }: Event): Promise<void> {
  const role = roleOf(world.site(world.regions.find((one) => world.site(one).isAlive)!).roles, HOME);
  const dead = world.regions.filter((one) => !world.site(one).isAlive);
  const other = world.regions.find((one) => one !== region)!;
  switch (what) {
    case "evacuate":
      if (region !== HOME && world.site(region).isAlive)
        await world.order({ home: HOME, owner: region, lost: dead });
      return;
    case "failBack":
      if (world.home.isAlive && role.owner !== HOME)
        await world.order({ home: HOME, owner: HOME, lost: dead });
      return;
    case "lose":
      if (dead.length === 0) world.lose(region);
      return;
    case "restore":
      for (const one of dead) world.restore(one);
      return;
    case "cut":
      return world.cut(region, other);
    case "heal":
      return world.heal();
    case "flood":
      world.route53.flooded.add(region);
      return;
    case "subside":
      world.route53.flooded.delete(region);
      return;
    case "loseDns":
      world.route53.unresolving.add(region);
      return;
    case "regainDns":
      world.route53.unresolving.delete(region);
      return;
    case "loseMetrics":
      world.route53.unmeasured.add(region);
      return;
    case "regainMetrics":
      world.route53.unmeasured.delete(region);
      return;
    case "hold":
      world.heldBack.add(`${HOME}>${region}`);
      return;
    case "release":
      return world.heldBack.clear();
    case "stall":
      world.home.hasPollers = false;
      return;
    case "resume":
      world.home.hasPollers = true;
      return;
    default:
      world.site(region).idle = [];
  }
}

/** Everything is well again, and every home processes its messages. */
async function end(world: World): Promise<void> {
  world.heal();
  world.heldBack.clear();
  const { flooded, unresolving, unmeasured } = world.route53;
  for (const faults of [flooded, unresolving, unmeasured]) faults.clear();
  world.home.hasPollers = true;
  for (const region of world.regions) world.restore(region);
  await world.pass(300);
  // What a region has moved waits on its work queue while its own home is another's, which by signals any home may be.
  for (const home of world.regions) {
    if (roleOf(world.home.roles, home).owner !== home) await world.order({ home, owner: home });
    await world.phase(home, "owner", home);
  }
  await world.pass(300);
  world.producesIn = undefined;
  await world.pass(600);
  await world.until(
    () => world.regions.every((region) => world.site(region).pipeline.work.length === 0),
    7_200,
  );
}

async function told(options: Options, story: readonly Event[]): Promise<World> {
  const world = new World(options);
  await world.play(async () => {
    await world.pass(400);
    for (const one of story) {
      await happen(world, one);
      await world.pass(one.seconds);
    }
    await end(world);
  });
  return world;
}

/** The same few stories in CI, where whoever sees one fail has changed something; many new ones in the full tier. */
const RUNS = IS_FULL ? { numRuns: 100 } : { numRuns: 2, seed: 1_790 };

describe.each([
  ["two regions", [HOME, PEER]],
  ["three regions", REGIONS],
])("whatever happens between %s", (_, regions) => {
  const stories = fc.array(event(regions), { minLength: 1, maxLength: 12 });
  const signals = fc.array(event(regions, [...NAMES, ...SIGNALS]), { minLength: 1, maxLength: 12 });

  test.each([
    ["by watermark", { queue: { rescue: "watermark" } }],
    ["by watermark, slowly", { queue: { rescue: "watermark" }, speed: 1 }],
    ["with a ledger", {}],
    ["with a ledger, by two signals", { records: "automatic" }],
    ["with a ledger, by order, with records", { records: "manual" }],
    ["by watermark, by two signals", { queue: { rescue: "watermark" }, records: "automatic" }],
  ] as readonly [string, Options][])(
    "no message is lost, %s",
    async (__, options) => {
      await fc.assert(
        fc.asyncProperty(options.records === undefined ? stories : signals, async (story) => {
          const world = await told({ ...options, regions }, story);
          const { lost, twice } = world.outcome;
          if (lost.length > 0)
            throw new Error(`lost ${lost.map(({ sent, owner }) => [sent, owner])}\n${world.describe()}`);
          if (options.queue === undefined && twice.length > 0) {
            throw new Error(
              `twice ${JSON.stringify(twice.map((item) => [item, world.processed.get(item.id)]))}`,
            );
          }
        }),
        RUNS,
      );
    },
    600_000,
  );
});
