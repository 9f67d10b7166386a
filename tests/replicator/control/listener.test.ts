import { encodeHeartbeat, type Heartbeat } from "../../../ownership/heartbeat";
import type { Dependencies } from "../../../replicator/control/dependencies";
import { Listener } from "../../../replicator/control/listener";
import { clientOf, controllerSettings, HOME, heartbeatOf, NOW, PEER } from "./group";

/** A listener in the peer's region, for which these heartbeats wait, by the region that they are of. */
function setup(waiting: Readonly<Record<string, readonly Heartbeat[]>>, now = NOW) {
  const left = new Map(Object.entries(waiting).map(([from, beats]) => [from, beats.map(encodeHeartbeat)]));
  const failures: string[] = [];
  const sqs = clientOf<Dependencies["sqs"]>(({ constructor: { name }, input }) => {
    if (name !== "ReceiveMessageCommand") return {};
    const { QueueUrl } = input as { readonly QueueUrl: string };
    const from = QueueUrl.includes("standby") ? HOME : PEER;
    const bodies = left.get(from) ?? [];
    left.delete(from);
    return { Messages: bodies.map((Body, index) => ({ Body, ReceiptHandle: String(index) })) };
  });
  const onFailure = (part: string, code: string) => failures.push(`${part}: ${code}`);
  return {
    failures,
    listener: new Listener({ settings: controllerSettings(PEER), sqs, onFailure, now: () => now }),
  };
}

test("hears each region where its heartbeats arrive, and keeps the newest", async () => {
  const { listener, failures } = setup({
    [HOME]: [
      heartbeatOf(HOME, { at: NOW - 5, ledgerAt: 7 }),
      heartbeatOf(HOME, { at: NOW - 20, ledgerAt: 3 }),
    ],
    [PEER]: [heartbeatOf(PEER, { at: NOW - 1 })],
  });
  await listener.hear();
  expect(listener.heard).toEqual({ [HOME]: NOW - 5, [PEER]: NOW - 1 });
  expect([listener.ledgerAt(HOME), listener.ledgerAt(PEER)]).toEqual([7, undefined]);
  expect(failures).toEqual([]);
});

test("what was processed once stays so, in whichever order heartbeats come", async () => {
  const told = (at: number, processedBefore: number) =>
    heartbeatOf(HOME, { at, queues: { orders: { processedBefore } } });
  const { listener } = setup({ [HOME]: [told(NOW - 5, 70), told(NOW - 20, 50)] });
  await listener.hear();
  expect(listener.told).toEqual({ [HOME]: { orders: 70 } });
});

test("a clock that is ahead makes nobody seem alive later on", async () => {
  const { listener } = setup({ [HOME]: [heartbeatOf(HOME, { at: NOW + 60_000 })] });
  await listener.hear();
  expect(listener.heard).toEqual({ [HOME]: NOW });
});

test("knows what another run has heard, and forgets nothing for that", async () => {
  const { listener } = setup({ [HOME]: [heartbeatOf(HOME, { at: NOW - 5 })] });
  await listener.hear();
  listener.know({ [HOME]: NOW - 9, [PEER]: NOW - 3 });
  expect(listener.heard).toEqual({ [HOME]: NOW - 5, [PEER]: NOW - 3 });
});

test("what is none of a region's own heartbeats is a failure", async () => {
  const { listener, failures } = setup({ [HOME]: [heartbeatOf(PEER)] });
  await listener.hear();
  expect([listener.heard, failures]).toEqual([{}, [`canary of ${HOME}: NoHeartbeat`]]);
});
