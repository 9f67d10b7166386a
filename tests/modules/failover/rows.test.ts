import { recordNames } from "../../../ownership/records";
import { configuration, HOME_ACCOUNT } from "../../fixtures";
import { GroupRoute53, type Region } from "./group-route53";

const [H, P, Q] = ["us-east-1", "us-west-2", "eu-west-1"] as const;
const NAMES = recordNames("orders.example.com");

function groupOf(count: 2 | 3, type: "endpoint" | "metric" = "endpoint"): GroupRoute53 {
  const regions = [H, P, Q].slice(0, count).map((region) => [region, { account: HOME_ACCOUNT }]);
  const group = new GroupRoute53(
    configuration({
      regions: Object.fromEntries(regions),
      recovery: {},
      dns: { zone_id: "Z0123456789ABC", record: "orders.example.com", health: { type } },
    }),
  );
  group.pass(300);
  return group;
}

/** What the records about H answer: its health, where its producers are sent, who owns it. */
function answers(group: GroupRoute53): readonly string[] {
  return [NAMES.health(H), NAMES.home(H), NAMES.owner(H)].map((name) => group.text(name));
}

const LOST: Partial<Region> = { isReachable: false, publishes: false };

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

const BACK: Partial<Region> = { isReachable: true, publishes: true };
/** Health checkers are on neither side of a cut between regions, and see none of it. */
const cut: Story = () => {};
const restart: Story = (_, group) => group.restart();

/** The rows of the table in docs/dns.md: what the records of a home answer ten minutes after something has failed. */
describe.each<[2 | 3, string, Story, readonly [health: string, home: string, owner: string]]>([
  [2, "nothing", () => {}, ["healthy", H, H]],
  [2, "the home is lost", set(H, LOST), ["unhealthy", P, H]],
  [2, "the home is lost, and taken over", then(set(H, LOST), set(P, { owns: [H] })), ["unhealthy", P, P]],
  [2, "the home cannot do its work", set(H, { isHealthy: false }), ["unhealthy", P, H]],
  [2, "the home's endpoint is flooded", set(H, { isReachable: false }), ["unhealthy", P, H]],
  [2, "the home is evacuated", set(P, { owns: [H] }), ["healthy", P, P]],
  [2, "the home is handed back", then(set(P, { owns: [H] }), set(P, { owns: [] })), ["healthy", H, H]],
  [2, "the peer is lost", set(P, LOST), ["healthy", H, H]],
  [2, "the regions are cut off from each other", cut, ["healthy", H, H]],
  [
    2,
    "the same, and the peer takes the home over by order",
    then(cut, set(P, { owns: [H] })),
    ["healthy", P, P],
  ],
  [2, "both are unhealthy", then(set(H, LOST), set(P, LOST)), ["unhealthy", H, H]],
  [
    2,
    "both are lost, and the home is back first",
    then(set(H, LOST), set(P, LOST), set(H, BACK)),
    ["healthy", H, H],
  ],
  [
    2,
    "both are lost, and the peer is back first",
    then(set(H, LOST), set(P, LOST), set(P, BACK)),
    ["unhealthy", P, H],
  ],
  [
    2,
    "the peer that owns the home is lost with it, and is back first",
    then(set(H, LOST), set(P, { owns: [H] }), set(P, LOST), set(P, BACK)),
    ["unhealthy", P, P],
  ],
  [2, "the home's controller or CloudWatch stands still", set(H, { publishes: false }), ["healthy", H, H]],
  [2, "the peer's controller or CloudWatch stands still", set(P, { publishes: false }), ["healthy", H, H]],
  [
    2,
    "the same while the peer owns the home",
    then(set(P, { owns: [H] }), set(P, { publishes: false })),
    ["healthy", P, P],
  ],
  [
    2,
    "the owner is lost, and the home is back",
    then(set(H, LOST), set(P, { owns: [H] }), set(P, LOST), set(H, BACK)),
    ["healthy", H, P],
  ],
  [
    2,
    "the same, and the home claims itself",
    then(set(H, LOST), set(P, { owns: [H] }), set(P, LOST), set(H, { ...BACK, claims: true })),
    ["healthy", H, H],
  ],
  [
    2,
    "the home that claimed itself is lost again before its owner is back",
    then(set(P, { owns: [H] }), set(P, LOST), set(H, { claims: true }), set(H, LOST)),
    ["unhealthy", H, P],
  ],
  [2, "Route 53 has forgotten everything", restart, ["healthy", H, H]],
  [2, "the same while the peer owns the home", then(set(P, { owns: [H] }), restart), ["healthy", P, P]],
  [
    2,
    "the same after the peer was lost while it owned the home",
    then(set(P, { owns: [H] }), set(P, LOST), restart),
    ["healthy", H, H],
  ],
  [3, "nothing", () => {}, ["healthy", H, H]],
  [3, "the home is lost", set(H, LOST), ["unhealthy", P, H]],
  [3, "the first peer is lost", set(P, LOST), ["healthy", H, H]],
  [3, "the second peer is lost", set(Q, LOST), ["healthy", H, H]],
  [3, "the home and the second peer are cut off from each other", cut, ["healthy", H, H]],
  [3, "all are unhealthy", then(set(H, LOST), set(P, LOST), set(Q, LOST)), ["unhealthy", H, H]],
  [3, "the home and the first peer are lost", then(set(P, LOST), set(H, LOST)), ["unhealthy", Q, H]],
  [
    3,
    "they are lost, and the home is back first",
    then(set(P, LOST), set(H, LOST), set(H, BACK)),
    ["healthy", H, H],
  ],
  [
    3,
    "they are lost, and the first peer is back first",
    then(set(P, LOST), set(H, LOST), set(P, BACK)),
    ["unhealthy", P, H],
  ],
  [
    3,
    "they are lost, and the second peer has taken over",
    then(set(P, LOST), set(H, LOST), set(Q, { owns: [H] })),
    ["unhealthy", Q, Q],
  ],
  [
    3,
    "the first peer is lost while it owns the home",
    then(set(H, LOST), set(P, { owns: [H] }), set(P, LOST)),
    ["unhealthy", Q, Q],
  ],
  [
    3,
    "the same, and the home is back first",
    then(set(H, LOST), set(P, { owns: [H] }), set(P, LOST), set(H, BACK)),
    ["healthy", Q, Q],
  ],
  [
    3,
    "the same, and the home claims itself",
    then(set(H, LOST), set(P, { owns: [H] }), set(P, LOST), set(H, { ...BACK, claims: true })),
    ["healthy", Q, H],
  ],
  [
    3,
    "the first peer is lost while it owns the home, and is back first",
    then(set(H, LOST), set(P, { owns: [H] }), set(P, LOST), set(P, BACK)),
    ["unhealthy", P, P],
  ],
  [
    3,
    "the first peer is lost while it owns the home, and the second has taken over",
    then(set(H, LOST), set(P, { owns: [H] }), set(P, LOST), set(Q, { owns: [H] })),
    ["unhealthy", Q, Q],
  ],
  [
    3,
    "the same, and the first peer is back, and gives up",
    then(
      set(H, LOST),
      set(P, { owns: [H] }),
      set(P, LOST),
      set(Q, { owns: [H] }),
      set(P, { ...BACK, owns: [] }),
    ),
    ["unhealthy", P, Q],
  ],
  [
    3,
    "the home claims itself from a first peer that is lost",
    then(set(P, { owns: [H] }), set(P, LOST), set(H, { claims: true })),
    ["healthy", Q, H],
  ],
  [
    3,
    "the second peer is lost while it owns the home",
    then(set(Q, { owns: [H] }), set(Q, LOST)),
    ["healthy", P, Q],
  ],
  [3, "the second peer owns the home", set(Q, { owns: [H] }), ["healthy", P, Q]],
  [3, "Route 53 has forgotten everything", restart, ["healthy", H, H]],
  [3, "the same while the home is lost", then(set(H, LOST), restart), ["unhealthy", P, H]],
  [
    3,
    "the same while the second peer owns the home",
    then(set(Q, { owns: [H] }), restart),
    ["healthy", P, Q],
  ],
  [
    3,
    "the same after the first peer was lost while it owned the home",
    then(set(P, { owns: [H] }), set(P, LOST), restart),
    ["healthy", H, H],
  ],
])("with %i regions, when what fails is: %s", (count, _, story, expected) => {
  test("the records of the home answer as the table says", () => {
    const group = groupOf(count);
    story(group.regions, group);
    group.pass(600);
    expect(answers(group)).toEqual(expected);
  });
});

test("with health by metric, a controller or CloudWatch that stands still moves the producers, and nothing else", () => {
  const group = groupOf(2, "metric");
  expect(answers(group)).toEqual(["healthy", H, H]);
  set(H, { publishes: false })(group.regions, group);
  group.pass(600);
  expect(answers(group)).toEqual(["unhealthy", P, H]);
});

/** Seconds of the minute, at whose beginning the controllers publish. */
const OFFSETS = [0, 1, 20, 40, 59];

test.each([
  ["endpoint", "is lost", LOST, 40],
  ["metric", "is lost", LOST, 240],
  ["metric", "says that it cannot do its work", { isHealthy: false }, 120],
] as const)(
  "by %s, a home that %s is noticed within the time that docs/dns.md says",
  (type, _, change, seconds) => {
    for (const offset of OFFSETS) {
      const group = groupOf(2, type);
      group.pass(offset);
      set(H, change)(group.regions, group);
      group.pass(seconds);
      expect({ offset, home: group.text(NAMES.home(H)) }).toEqual({ offset, home: P });
    }
  },
);
