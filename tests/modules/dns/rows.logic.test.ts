import type { ConfigurationInput } from "../../../config/schema";
import { homeRecord } from "../../../core/names";
import { configuration, HOME_ACCOUNT } from "../../fixtures";
import { GroupRoute53, type Region } from "./group-route53";

const [H, P, Q, ...OTHERS] = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-south-1"] as const;
const RECORD = "orders.example.com";

type Dns = NonNullable<ConfigurationInput["dns"]>;

function groupOf(count: 2 | 3 | 5, dns: Partial<Dns> = {}): GroupRoute53 {
  const regions = [H, P, Q, ...OTHERS].slice(0, count).map((region) => [region, { account: HOME_ACCOUNT }]);
  const group = new GroupRoute53(
    configuration({
      regions: Object.fromEntries(regions),
      recovery: { takeover: "manual" },
      dns: { zone_id: "Z0123456789ABC", record: RECORD, ...dns },
    }),
  );
  group.pass(300);
  return group;
}

/** Where the producers of H are sent. */
const sentTo = (group: GroupRoute53) => group.text(homeRecord(RECORD, H));

type Story = (regions: Readonly<Record<string, Region>>, group: GroupRoute53) => void;
const set =
  (region: string, change: Partial<Region>): Story =>
  (regions) => {
    Object.assign(regions[region]!, change);
  };
/** One after the other, with five minutes after each. */
const then =
  (...stories: readonly Story[]): Story =>
  (regions, group) => {
    for (const story of stories) {
      story(regions, group);
      group.pass(300);
    }
  };

/** Nobody gets to the region, and what it owned lapses. */
const LOST: Partial<Region> = { isReachable: false, publishes: false, ownsItself: false };
/** It runs again, and its home is still with whoever has it. */
const BACK: Partial<Region> = { isReachable: true, publishes: true };
const OWNS_ITSELF: Partial<Region> = { ownsItself: true };
const WHOLE: Partial<Region> = { ...BACK, ...OWNS_ITSELF };
/** The home is with a peer, or with nobody: for the records that is one and the same. */
const AWAY: Partial<Region> = { ownsItself: false };
/** Health checkers are on neither side of a cut between regions, and see none of it. */
const cut: Story = () => {};
const restart: Story = (_, group) => group.restart();

/** The rows of the table in docs/dns.md: where the producers of a home are sent ten minutes after something has failed. */
describe.each<[2 | 3 | 5, string, Story, string]>([
  [2, "nothing", () => {}, H],
  [2, "the home is lost", set(H, LOST), P],
  [2, "its controller stands still, or it is cut off from the majority", set(H, AWAY), P],
  [2, "the home is unfit", set(H, { isFit: false }), P],
  [2, "its endpoint is flooded", set(H, { isReachable: false }), P],
  [2, "the home is evacuated", set(H, AWAY), P],
  [2, "the home is handed back", then(set(H, AWAY), set(H, OWNS_ITSELF)), H],
  [2, "the peer is lost", set(P, LOST), H],
  [2, "the regions are cut off from each other", cut, H],
  [2, "the home is back, and still with the peer", then(set(H, LOST), set(H, BACK)), P],
  [2, "both are lost", then(set(H, LOST), set(P, LOST)), H],
  [2, "both are unfit", then(set(H, { isFit: false }), set(P, { isFit: false })), H],
  [2, "the owner is lost, and the home is back", then(set(H, LOST), set(P, LOST), set(H, BACK)), H],
  [2, "both are lost, and the peer is back first", then(set(H, LOST), set(P, LOST), set(P, WHOLE)), P],
  [2, "CloudWatch in the home", set(H, { publishes: false }), H],
  [2, "Route 53 has forgotten everything", restart, H],
  [2, "the same while the home is lost", then(set(H, LOST), restart), P],
  [3, "nothing", () => {}, H],
  [3, "the home is lost", set(H, LOST), P],
  [3, "the home is evacuated to the second peer", set(H, AWAY), P],
  [3, "the first peer is lost", set(P, LOST), H],
  [3, "the home is lost, and the first peer unfit", then(set(P, { isFit: false }), set(H, LOST)), Q],
  [3, "the home is lost, and the first peer is evacuated", then(set(P, AWAY), set(H, LOST)), Q],
  [3, "two are lost, and the third has no majority", then(set(P, LOST), set(H, LOST), set(Q, AWAY)), H],
  [5, "the home and the first peer are lost", then(set(P, LOST), set(H, LOST)), Q],
  [5, "they are lost, and the home is back first", then(set(P, LOST), set(H, LOST), set(H, WHOLE)), H],
  [5, "they are lost, and the first peer is back first", then(set(P, LOST), set(H, LOST), set(P, WHOLE)), P],
  [5, "Route 53 has forgotten everything, and they are lost", then(set(P, LOST), set(H, LOST), restart), Q],
])("with %i regions, when what fails is: %s", (count, _, story, expected) => {
  test("the producers of the home are sent where the table says", () => {
    const group = groupOf(count);
    story(group.regions, group);
    group.pass(600);
    expect(sentTo(group)).toBe(expected);
  });
});

test("when all are unhealthy everybody is sent home", () => {
  const group = groupOf(3);
  for (const region of [H, P, Q]) set(region, { isFit: false })(group.regions, group);
  group.pass(600);
  expect([H, P, Q].map((home) => group.text(homeRecord(RECORD, home)))).toEqual([H, P, Q]);
});

test("by metric, CloudWatch that stands still moves the producers too", () => {
  const group = groupOf(2, { health: { type: "metric" } });
  expect(sentTo(group)).toBe(H);
  set(H, { publishes: false })(group.regions, group);
  group.pass(600);
  expect(sentTo(group)).toBe(P);
});

test("by latency, who is near a lost region is sent to the first of its peers, and everybody else stays", () => {
  const group = groupOf(3, { discovery: { policy: "latency" } });
  const seenFrom = () => [H, P, Q].map((place) => group.text(RECORD, place));
  expect(seenFrom()).toEqual([H, P, Q]);
  set(Q, LOST)(group.regions, group);
  group.pass(600);
  expect(seenFrom()).toEqual([H, P, H]);
});

/** Seconds of the minute, at whose beginning the controllers publish. */
const OFFSETS = [0, 1, 20, 40, 59];

test.each<[string, Dns["health"], string, Partial<Region>, number]>([
  ["endpoint", {}, "is lost", LOST, 35],
  ["endpoint", {}, "is unfit, or does not own itself", { isFit: false }, 35],
  ["endpoint", { interval_seconds: 30, failure_threshold: 3 }, "is lost", LOST, 95],
  ["metric", { type: "metric" }, "is lost", LOST, 240],
  ["metric", { type: "metric" }, "is unfit, or does not own itself", { isFit: false }, 120],
])(
  "by %s %j, a home that %s is noticed within the time that docs/dns.md says",
  (_, health, __, change, seconds) => {
    for (const offset of OFFSETS) {
      const group = groupOf(2, { health });
      group.pass(offset);
      set(H, change)(group.regions, group);
      group.pass(seconds);
      expect({ offset, sentTo: sentTo(group) }).toEqual({ offset, sentTo: P });
    }
  },
);
