import type { ConfigurationInput } from "../../config/schema";
import { votersOf } from "../../config/voters";
import { ownershipTableName } from "../../core/names";
import {
  type CommandContext,
  type CommandResult,
  hasVoters,
  orderMove,
} from "../../ownership/lease/commands";
import type { TableAnswer } from "../../ownership/lease/effects";
import { drive } from "../../ownership/lease/store/drive";
import { type LeaseStore, openStore } from "../../ownership/lease/store/store";
import { runCleanup } from "../emulator/cleanup";
import { dynamoClient } from "../emulator/clients";
import { Deployment } from "../emulator/deployment";
import { type Emulator, startEmulator } from "../emulator/emulator";
import { waitFor } from "../emulator/wait";
import { configurationInput, HOME_ACCOUNT } from "../fixtures";
import { testFull } from "../tier";

/** Controllers that hold leases in real time, by tables that Terraform has made, started by schedules that are late. */

const HOME = "us-east-1";
const PEER = "us-west-2";
const WITNESS = "us-east-2";
const REGIONS = [HOME, PEER, WITNESS];
const HOMES = [HOME, PEER];

const DEPLOY_TIMEOUT_MS = 600_000;
/** A run begins up to two minutes after an apply; a home is founded when every table has been empty for 35 s. */
const FOUNDED_MS = 240_000;
/** From the loss of a region until the pass of its peer: the last beat is seen, the lease and its margin are over, take and pass. */
const TAKEN_MS = 60_000;
const IN_FLIGHT_SECONDS = 10;
/** From an order until the pass of the next owner, without the work in flight. */
const HANDED_OVER_MS = 60_000;
const DELAY_SECONDS = 120;

const CONFIGURATION: ConfigurationInput = configurationInput({
  recovery: {
    witness: { region: WITNESS },
    takeover_delay_seconds: DELAY_SECONDS,
    in_flight_seconds: IN_FLIGHT_SECONDS,
    ownership_deletion_protection: false,
  },
});

let emulator: Emulator;
let deployment: Deployment;
let store: LeaseStore;

const clock = () => performance.now();

beforeAll(async () => {
  emulator = await startEmulator({ regions: REGIONS, lateSchedules: {} });
  deployment = await Deployment.synthesize(emulator, CONFIGURATION);
  await deployment.apply();
  const { naming, failoverGroup } = deployment.configuration;
  const name = ownershipTableName(naming.prefix, failoverGroup);
  store = openStore({
    tableName: () => name,
    clock,
    client: (region) => dynamoClient(emulator, { region, account: HOME_ACCOUNT }),
  });
}, DEPLOY_TIMEOUT_MS);

afterAll(async () => {
  store?.close();
  await runCleanup();
}, 60_000);

/** Whether a region's own readers would take a home for its own. */
async function isOpen(region: string, home: string): Promise<boolean> {
  const answer: TableAnswer | undefined = (await store.look([region])).get(region);
  if (answer?.kind !== "items") return false;
  const until = answer.passes[region]?.homes[home]?.until;
  return until !== undefined && until > answer.date + 1_000;
}

/** Regions whose readers would take a home for their own. */
async function openIn(home: string): Promise<readonly string[]> {
  const open = await Promise.all(HOMES.map(async (region) => ((await isOpen(region, home)) ? [region] : [])));
  return open.flat();
}

/** Waits until a home is open in a region. @returns seconds that it took; two regions at once fail */
async function opened(home: string, region: string, timeoutMs: number): Promise<number> {
  const began = clock();
  await waitFor(
    async () => {
      const open = await openIn(home);
      if (open.length > 1) throw new Error(`${home} is open in ${open.join(" and ")}`);
      return open.includes(region);
    },
    { timeoutMs, everyMs: 500, what: `${home} to be open in ${region}` },
  );
  return (clock() - began) / 1_000;
}

function context(): CommandContext {
  const { configuration } = deployment;
  return {
    group: { members: Object.keys(configuration.regions), voters: votersOf(configuration) },
    run: { clock, newId: () => crypto.randomUUID() },
  };
}

function order(home: string, to: string): Promise<CommandResult | undefined> {
  return drive(orderMove({ home, to }, context()), store, { clock });
}

/** Waits until every home is open in its own region, by the voters that are configured: it is founded by its own table alone. */
async function founded(): Promise<void> {
  await Promise.all(HOMES.map((home) => opened(home, home, FOUNDED_MS)));
  await waitFor(() => drive(hasVoters(1, context()), store, { clock }), {
    timeoutMs: FOUNDED_MS,
    everyMs: 1_000,
    what: "the configured voters to decide",
  });
}

testFull(
  "a lost region's home is its peer's within a minute",
  async () => {
    await founded();
    const outage = await emulator.loseRegion(HOME, { manner: "hang" });
    const seconds = await opened(HOME, PEER, TAKEN_MS);
    // The lease has to be over before.
    expect(seconds).toBeGreaterThan(20);
    await outage.restore();
  },
  FOUNDED_MS * 3,
);

testFull(
  "a region that returns asks nobody, and its home goes back by order",
  async () => {
    await waitFor(() => isRunning(HOME), {
      timeoutMs: FOUNDED_MS,
      everyMs: 500,
      what: `${HOME} to run again`,
    });
    expect(await openIn(HOME)).toEqual([PEER]);
    expect(await order(HOME, HOME)).toMatchObject({ kind: "written" });
    await opened(HOME, HOME, HANDED_OVER_MS + IN_FLIGHT_SECONDS * 1_000);
    expect(await openIn(PEER)).toEqual([PEER]);
  },
  FOUNDED_MS * 2,
);

testFull(
  "a home whose table fails alone hands itself over",
  async () => {
    await founded();
    const outage = await emulator.loseTable(HOME, { manner: "hang" });
    const seconds = await opened(HOME, PEER, (DELAY_SECONDS + IN_FLIGHT_SECONDS) * 1_000 + HANDED_OVER_MS);
    expect(seconds).toBeGreaterThan(DELAY_SECONDS);
    await outage.restore();
    expect(await order(HOME, HOME)).toMatchObject({ kind: "written" });
    await opened(HOME, HOME, FOUNDED_MS);
  },
  FOUNDED_MS * 4,
);

/** Whether a region's controller says that it runs. */
async function isRunning(region: string): Promise<boolean> {
  const answer = (await store.look([region])).get(region);
  const status = answer?.kind === "items" ? answer.passes[region]?.status : undefined;
  return answer?.kind === "items" && status !== undefined && status.until > answer.date;
}
