/** Three regions that are all active, their records live: what Terraform has applied is checked and answered by the stand-in for Route 53. */

import {
  ListHealthChecksCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { order as giveOrder } from "../../demo/scenarios/operator";
import { Timeline } from "../../demo/scenarios/timeline";
import { runCleanup } from "../../emulator/cleanup";
import { clientConfiguration } from "../../emulator/clients";
import type { Deployment } from "../../emulator/deployment";
import { INTERNET } from "../../emulator/gateway-call";
import { changedResources } from "../../emulator/terraform-plan";
import { HOME_ACCOUNT, PRODUCER_ROLE } from "../fixtures";
import { testFull } from "../tier";
import {
  BY_PLACE,
  GEOLOCATION,
  H,
  HOMES,
  NEAREST,
  P,
  PLACES,
  Q,
  settles,
  ThreeRegions,
} from "./three-regions";

jest.setTimeout(1_800_000);

let group: ThreeRegions;
let deployment: Deployment;
const FAR = Object.keys(PLACES);
/** Somebody who is never lost. */
const [SOMEWHERE] = FAR as [string];

beforeAll(async () => {
  group = await ThreeRegions.start();
  deployment = await group.synthesize({ policy: "latency" });
  await took("apply", () => deployment.apply());
  await deployment.createClientRole("producer", PRODUCER_ROLE);
});
afterEach(() => group?.emulator.restoreAll());
afterAll(() => runCleanup());

/** Figures for whoever reads along. */
async function took<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  process.stdout.write(`three regions, ${what}: ${((performance.now() - started) / 1_000).toFixed(1)} s\n`);
  return result;
}

/** Where the producers of a home are sent while regions are unhealthy: to the first that is not, in the order of regions, the home before them. */
const sentTo = (home: string, unhealthy: readonly string[]) =>
  [home, ...HOMES].find((region) => !unhealthy.includes(region)) ?? home;

/** What the records of homes say while regions are unhealthy. */
const saidOf = (unhealthy: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(HOMES.map((home) => [home, sentTo(home, unhealthy)]));

/** Waits until the records, and discovery in every region and place that has DNS, are as they must be while regions are lost. */
async function recordsFollow(lost: readonly string[]): Promise<void> {
  const left = HOMES.filter((region) => !lost.includes(region));
  // Without a majority of the tables no region owns anything: all are unhealthy, and everybody is sent home.
  const unhealthy = left.length > HOMES.length / 2 ? lost : HOMES;
  await settles(() => group.homes(SOMEWHERE), saidOf(unhealthy));
  const inside = Object.fromEntries(left.map((region) => [region, region]));
  const outside = Object.fromEntries(FAR.map((place) => [place, sentTo(NEAREST[place]!, unhealthy)]));
  await settles(() => group.discovery([...left, ...FAR]), { ...inside, ...outside });
}

testFull("a fresh deployment: every home is healthy, and has the producers in it and near it", async () => {
  // A check without history passes: what its endpoint answers tells more.
  await took("every endpoint healthy", () => Promise.all(HOMES.map(endpointAnswers)));
  await recordsFollow([]);
  for (const region of HOMES) expect(await group.homes(region)).toEqual(saidOf([]));
  expect(await inRoute53()).toEqual({ checks: 3, records: 15 });
});

/** Resolves when a health checker gets to hear that a home is healthy. */
async function endpointAnswers(home: string): Promise<void> {
  let status: number | undefined;
  const requests = { source: INTERNET, target: home, operation: "InvokeFunctionUrl" };
  const end = group.emulator.gateway.watch(requests, ({ answer }) => {
    status = answer?.status;
  });
  await settles(async () => status, 200).finally(end);
}

/** What Route 53 has, of which the records of the zone itself are none of ours. */
async function inRoute53() {
  const api = new Route53Client(clientConfiguration(group.emulator, { account: HOME_ACCOUNT, region: H }));
  try {
    const { HealthChecks = [] } = await api.send(new ListHealthChecksCommand({}));
    const { ResourceRecordSets = [] } = await api.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: group.zoneId }),
    );
    const texts = ResourceRecordSets.filter(({ Type }) => Type === "TXT");
    return { checks: HealthChecks.length, records: texts.length };
  } finally {
    api.destroy();
  }
}

testFull(
  "all regions take in at once: each its producers' messages, which both peers hold as well",
  async () => {
    const sent = await Promise.all([...FAR, ...FAR, ...FAR].map((place) => group.send(deployment, place)));
    expect(sent.map(({ body, tried }) => [body.split(" ")[0], tried])).toEqual(
      [...FAR, ...FAR, ...FAR].map((place) => [place, [NEAREST[place]]]),
    );
    const { came, expected } = await took("copies", () => group.takeEverything(deployment));
    expect(came).toEqual(expected);
  },
);

describe.each([
  ["the first to be lost", [H, P], H],
  ["the last to be lost", [P, H], H],
] as const)("two of three regions are lost, and %s returns first", (_, [first, second], back) => {
  testFull(
    "producers find a region that works, before DNS knows and after, with a majority and without; nothing is lost",
    async () => {
      await recordsFollow([]);
      const losing = await group.emulator.loseRegion(first);
      const near = FAR.find((place) => NEAREST[place] === first)!;
      const others = HOMES.filter((region) => region !== first);
      expect((await group.send(deployment, near)).tried).toEqual([first, others[0]]);
      await took(`${first} lost, records moved`, () => recordsFollow([first]));
      expect((await group.send(deployment, near)).tried).toEqual([sentTo(first, [first])]);

      const losingToo = await group.emulator.loseRegion(second);
      await took(`${second} lost too, records moved`, () => recordsFollow([first, second]));
      for (const place of FAR) {
        const tried = [...new Set([NEAREST[place]!, ...HOMES])];
        expect((await group.send(deployment, place)).tried).toEqual(tried.slice(0, tried.indexOf(Q) + 1));
      }

      const [returning, rest] = back === first ? [losing, losingToo] : [losingToo, losing];
      await returning.restore();
      await took(`${back} returned, records moved`, () =>
        recordsFollow([first, second].filter((region) => region !== back)),
      );
      await rest.restore();
      await took("both returned, records moved", () => recordsFollow([]));
      for (const place of FAR) expect((await group.send(deployment, place)).tried).toEqual([NEAREST[place]]);
      const { came, expected } = await took("copies", () => group.takeEverything(deployment));
      expect(came).toEqual(expected);
    },
  );
});

testFull("Route 53 that has forgotten everything finds out again who is lost", async () => {
  await group.emulator.loseRegion(P);
  await recordsFollow([P]);
  group.route53.restart();
  // A check without history passes.
  expect(await group.homes(SOMEWHERE)).toEqual(saidOf([]));
  await took("records after a restart", () => recordsFollow([P]));
  await group.emulator.restoreAll();
  await recordsFollow([]);
});

testFull(
  "a home that the last of its peers owns: its producers go to the first one, also when Route 53 has forgotten everything",
  async () => {
    const all = () => group.homes(SOMEWHERE);
    await order("evacuate", H, "--to", Q);
    await took("evacuated, records moved", () => settles(all, saidOf([H])));
    group.route53.restart();
    await took("records after a restart", () => settles(all, saidOf([H])));
    await order("failback", H);
    await took("handed back, records moved", () => settles(all, saidOf([])));
  },
);

/** Gives an order from a region that is never lost. */
function order(...args: readonly string[]): Promise<void> {
  const { emulator } = group;
  return giveOrder({ emulator, deployment, peer: Q, timeline: new Timeline(() => {}) }, ...args);
}

testFull(
  "discovery by place instead of latency is a change of its records alone, and then every place has its region",
  async () => {
    await recordsFollow([]);
    const discovery = (parts: readonly string[]) =>
      parts.map((part) => `aws_route53_record.shop_discovery_${part}`);
    const old = discovery(HOMES);
    const changed = discovery(["default", `${P}_continent-as`, `${P}_country-us-ca`, `${Q}_continent-eu`]);

    deployment = await group.synthesize(GEOLOCATION);
    const { globalStack } = deployment;
    const changes = async (stack: string) => {
      const { plan } = await deployment.terraform(stack).plan();
      return changedResources(plan).map(({ address, change }) => `${change.actions} ${address}`);
    };
    for (const region of HOMES) expect(await changes(deployment.regionStack(region))).toEqual([]);
    expect((await changes(globalStack)).sort()).toEqual(
      [...changed.map((address) => `create ${address}`), ...old.map((address) => `delete ${address}`)].sort(),
    );

    // Records of two policies cannot stand beside each other.
    const terraform = deployment.terraform(globalStack);
    await terraform.destroy(...old.map((address) => `-target=${address}`));
    await took("apply of another policy", () => terraform.apply());
    expect(await changes(globalStack)).toEqual([]);

    const byPlace = (lost: readonly string[]) =>
      Object.fromEntries(FAR.map((place) => [place, sentTo(BY_PLACE[place]!, lost)]));
    await settles(() => group.discovery(FAR), byPlace([]));
    expect(await group.homes(SOMEWHERE)).toEqual(saidOf([]));
    for (const place of FAR) expect((await group.send(deployment, place)).tried).toEqual([BY_PLACE[place]]);

    await group.emulator.loseRegion(Q);
    await settles(() => group.discovery(FAR), byPlace([Q]));
    await group.emulator.restoreAll();
    await settles(() => group.discovery(FAR), byPlace([]));
  },
);
