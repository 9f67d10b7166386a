import { waitFor } from "../../emulator/wait";
import { type Deployed, everyOrder, HOME, PEER, QUEUES, runOrders } from "./deployed";

const MESSAGES = 300;

/** The other modes, and FIFO, on the deployment that `deployed` gives. */
export function describeModes(deployed: () => Deployed): void {
  const refusePeer = () =>
    deployed().emulator.gateway.inject({ kind: "refuse", source: HOME, target: PEER, service: "sqs" });
  const run = (queue: string) => runOrders(deployed(), { queue, messages: MESSAGES });

  describe.each(["semi-sync", "sync", "FIFO async", "FIFO sync"] as const)("%s", (name) => {
    test("has every order in both regions, on FIFO queues in the order of each customer", async () => {
      expect(await run(QUEUES[name]).finished).toMatchObject(everyOrder(MESSAGES));
    });
  });

  describe("none", () => {
    test("delivers and copies nothing", async () => {
      expect(await run(QUEUES.none).finished).toMatchObject({ ...everyOrder(MESSAGES), copied: 0 });
    });
  });

  describe.each(["semi-sync", "FIFO async"] as const)("%s without its peer", (name) => {
    test("serves the home, and copies everything afterwards through the outbox", async () => {
      const outage = refusePeer();
      const { finished, counts } = run(QUEUES[name]);
      await waitFor(() => counts().delivered === MESSAGES, { timeoutMs: 60_000, what: "delivery at home" });
      expect(counts().copied).toBe(0);
      await waitFor(() => outage.met > 0, { timeoutMs: 60_000, what: "a call that meets the outage" });
      outage.lift();
      expect(await finished).toMatchObject(everyOrder(MESSAGES));
    });
  });

  describe.each(["sync", "FIFO sync"] as const)("%s without its peer", (name) => {
    test("shows consumers nothing that the peer does not hold", async () => {
      const outage = refusePeer();
      const { finished, counts } = run(QUEUES[name]);
      await waitFor(() => counts().sent === MESSAGES && outage.met > 1, {
        timeoutMs: 60_000,
        what: "an outage that was met more than once",
      });
      expect(counts()).toEqual({ sent: MESSAGES, delivered: 0, copied: 0 });
      outage.lift();
      expect(await finished).toMatchObject(everyOrder(MESSAGES));
    });
  });
}
