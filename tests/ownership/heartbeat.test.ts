import {
  encodeHeartbeat,
  HEARTBEAT_VERSION,
  type Heartbeat,
  parseHeartbeat,
} from "../../ownership/heartbeat";
import { initialRoles } from "../../ownership/roles";
import { initialStates } from "../../ownership/states";

const REGIONS = ["us-east-1", "us-west-2"] as const;
const AT = 1_700_000_000_000;

const HEARTBEAT: Heartbeat = {
  v: HEARTBEAT_VERSION,
  region: REGIONS[0],
  at: AT,
  fit: true,
  roles: initialRoles(REGIONS),
  homes: initialStates(REGIONS[0], REGIONS).homes,
  ledgerAt: AT - 5,
  queues: {
    orders: { processedBefore: AT },
    mails: { processedBefore: 0 },
  },
};

test("a heartbeat is read as it was written, with a ledger, without, and by an older version", () => {
  expect(parseHeartbeat(encodeHeartbeat(HEARTBEAT))).toEqual(HEARTBEAT);
  const { ledgerAt: _at, queues: _queues, ...least } = HEARTBEAT;
  expect(parseHeartbeat(encodeHeartbeat(least))).toEqual(least);
  expect(parseHeartbeat(JSON.stringify({ ...HEARTBEAT, v: 2, mood: "good" }))).toEqual(HEARTBEAT);
});

test.each([
  ["", 'heartbeat must be JSON, but it is ""'],
  ["{}", "heartbeat.v must be a whole number, 0 or more, but it is missing"],
  [{ region: "" }, 'heartbeat.region must be a string that is not empty, but it is ""'],
  [{ fit: "yes" }, 'heartbeat.fit must be true or false, but it is "yes"'],
  [{ roles: { v: 1 } }, "heartbeat.roles.homes must be an object, but it is missing"],
  [
    { homes: { a: { phase: "owner" } } },
    "heartbeat.homes.a.epoch must be a whole number, 0 or more, but it is missing",
  ],
  [
    { queues: { orders: {} } },
    "heartbeat.queues.orders.processedBefore must be a whole number, 0 or more, but it is missing",
  ],
])("%j is refused", (change, message) => {
  const json = typeof change === "string" ? change : JSON.stringify({ ...HEARTBEAT, ...change });
  expect(() => parseHeartbeat(json)).toThrow(message);
});
