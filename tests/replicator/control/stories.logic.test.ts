import fc from "fast-check";
import { IS_FULL } from "../../tier";
import { HOME, PEER, REGIONS } from "./group";
import { type Options, World } from "./world";

/** What happens next, and for how many seconds nothing else does. */
interface Event {
  readonly seconds: number;
  readonly what: (typeof NAMES)[number];
  readonly region: string;
}

const NAMES = [
  "evacuate",
  "failBack",
  "lose",
  "restore",
  "cut",
  "isolate",
  "heal",
  "hold",
  "release",
  "stall",
  "resume",
  "loseDatabase",
  "regainDatabase",
  "startRun",
] as const;

const event = (regions: readonly string[]): fc.Arbitrary<Event> =>
  fc.record({
    seconds: fc.integer({ min: 1, max: 300 }),
    what: fc.constantFrom(...NAMES),
    region: fc.constantFrom(...regions),
  });

function happen(world: World, { what, region }: Event): void {
  const dead = world.regions.filter((one) => !world.site(one).isAlive);
  const site = world.site(region);
  const other = world.regions.find((one) => one !== region)!;
  switch (what) {
    case "evacuate":
      if (region !== HOME) world.order(HOME, region);
      return;
    case "failBack":
      world.order(region, region);
      return;
    case "lose":
      if (dead.length === 0) world.lose(region);
      return;
    case "restore":
      for (const one of dead) world.restore(one);
      return;
    case "cut":
      world.cut(region, other);
      return;
    case "isolate":
      world.isolate(region);
      return;
    case "heal":
      world.heal();
      return;
    case "hold":
      world.heldBack.add(`${HOME}>${region}`);
      return;
    case "release":
      world.heldBack.clear();
      return;
    case "stall":
      site.hasPollers = false;
      return;
    case "resume":
      site.hasPollers = true;
      return;
    case "loseDatabase":
      if (world.regions.every((one) => world.site(one).hasDatabase)) site.hasDatabase = false;
      return;
    case "regainDatabase":
      for (const one of world.regions) world.site(one).hasDatabase = true;
      return;
    case "startRun":
      if (site.isAlive) world.start(region);
      return;
  }
}

/** Everything is well again, and every home processes its messages. */
async function end(world: World): Promise<void> {
  world.heal();
  world.heldBack.clear();
  for (const region of world.regions) {
    world.restore(region);
    Object.assign(world.site(region), { hasPollers: true, hasDatabase: true });
  }
  await world.pass(240);
  // What a region has moved, or what was marked for it, waits on its queues while its own home is another's.
  for (const home of world.regions) world.order(home, home);
  for (const home of world.regions) await world.opens(home, home, 1_500);
  world.producesIn = undefined;
  await world.until(() => world.outcome.lost.length === 0, 7_200);
}

async function told(options: Options, story: readonly Event[]): Promise<World> {
  const world = new World(options);
  await world.play(async () => {
    for (const home of world.regions) await world.opens(home, home);
    await world.pass(400);
    for (const one of story) {
      happen(world, one);
      await world.pass(one.seconds);
    }
    await end(world);
  });
  return world;
}

/** The same few stories in CI, where whoever sees one fail has changed something; many new ones in the full tier. */
const RUNS = IS_FULL ? { numRuns: 100 } : { numRuns: 2, seed: 1_790 };

describe.each([
  ["two regions and a witness", [HOME, PEER]],
  ["three regions", REGIONS],
])("whatever happens between %s", (_, regions) => {
  const stories = fc.array(event(regions), { minLength: 1, maxLength: 12 });

  test.each<[string, Options]>([
    ["by watermark", { queue: { rescue: "watermark" } }],
    ["by watermark, slowly", { queue: { rescue: "watermark" }, speed: 2 }],
    ["with a ledger", {}],
    ["with a ledger, and homes that go back by themselves", { settings: { failback: "automatic" } }],
  ])(
    "no message is lost, and no home has two owners, %s",
    async (__, options) => {
      await fc.assert(
        fc.asyncProperty(stories, fc.nat(), async (story, seed) => {
          const world = await told({ ...options, regions, seed }, story);
          if (world.violations.length > 0)
            throw new Error(`${world.violations.slice(0, 3)}\n${world.describe()}`);
          const { twice } = world.outcome;
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
