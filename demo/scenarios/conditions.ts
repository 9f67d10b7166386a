import type { QueueReference } from "../../config/topology";
import type { Phase } from "../../ownership/states";
import { takeoverSeconds } from "../../ownership/times";
import { sqsClient } from "../../tests/emulator/clients";
import type { Outage } from "../../tests/emulator/outages";
import { waitFor } from "../../tests/emulator/wait";
import { depth } from "../traffic";
import { LAST_STEP } from "./judge";
import { order } from "./operator";
import type { Stage } from "./scenario";

/** What a scenario waits for at most; a hand-over takes a few runs of the controllers, and the lease of a lost region. */
const PATIENCE_MS = 420_000;

/** Waits until a region has taken the home over by itself. @throws Error when the configuration leaves that to orders */
export async function takesOver(stage: Stage, region: string): Promise<void> {
  const { deployment, home, timeline } = stage;
  const { dns, recovery } = deployment.configuration;
  if (dns === undefined || recovery?.takeover !== "automatic") {
    throw new Error("without records a region is taken over by order alone");
  }
  const longest = takeoverSeconds(recovery, dns.ttlSeconds);
  timeline.say(
    `${region} takes over within ${longest} s if the signals last for ${recovery.takeoverDelaySeconds} s`,
  );
  await phaseIs(stage, region, home, "owner", longest * 1_000);
}

/** Waits until a region is in a phase about a home. @param timeoutMs default: what an order takes */
export async function phaseIs(
  { watch }: Stage,
  region: string,
  home: string,
  phase: Phase,
  timeoutMs = PATIENCE_MS,
): Promise<void> {
  await waitFor(() => watch.phase(region, home) === phase, {
    timeoutMs,
    everyMs: 200,
    what: `phase ${phase} of ${region} for ${home}`,
  });
}

/** Waits until queues of a region hold nothing. @param queuesOf the queues that are meant, of each logical queue */
export async function areEmpty(
  stage: Stage,
  region: string,
  queuesOf: (topology: ReturnType<Stage["deployment"]["topology"]>) => readonly QueueReference[],
): Promise<void> {
  const { emulator, deployment, traffic } = stage;
  const client = sqsClient(emulator, { region, account: deployment.account(region) });
  const queues = Object.keys(traffic.producers).flatMap((queue) =>
    queuesOf(deployment.topology(queue, region)),
  );
  try {
    await waitFor(
      async () => {
        const depths = await Promise.all(queues.map(({ url }) => depth({ client, queueUrl: url })));
        return depths.every((messages) => messages === 0);
      },
      { timeoutMs: PATIENCE_MS, everyMs: 500, what: `${queues.map(({ name }) => name).join(", ")} empty` },
    );
  } finally {
    client.destroy();
  }
}

/**
 * Copies of a home in the region that owns it. Others keep those of queues without a ledger until the home processes again.
 * @param owner default: its peer
 */
export function standbysOf(stage: Stage, owner = stage.peer): Promise<void> {
  return areEmpty(stage, owner, ({ standbys }) => [standbys[stage.home]!]);
}

/** What a home has taken in and not passed on. */
export function strandedIn(stage: Stage): Promise<void> {
  return areEmpty(stage, stage.home, ({ ingress, outboxes }) => [ingress, ...Object.values(outboxes)]);
}

/** Keeps the moments `firstRescued` and `lastRescued` while it runs: messages of the home that its peer processed. @returns ends that */
export function trackRescue({ shop, timeline, home, peer }: Stage): () => void {
  return shop.listen((request) => {
    if (request.step !== LAST_STEP || request.home !== home || request.region !== peer) return;
    timeline.mark("firstRescued", `the first message of ${home} is processed in ${peer}`);
    timeline.touch("lastRescued");
  });
}

/** Waits until the peer has moved all that a home has taken in. */
export async function allIsMoved(stage: Stage): Promise<void> {
  await strandedIn(stage);
  await standbysOf(stage);
}

/** Waits until DNS sends producers to a region; where there are no records, they are told. */
export async function producersGo({ dns, traffic }: Stage, region: string): Promise<void> {
  if (dns === undefined) return traffic.moveTo(region);
  await waitFor(() => dns.region === region, {
    timeoutMs: PATIENCE_MS,
    everyMs: 100,
    what: `DNS to name ${region}`,
  });
}

/** Orders of each logical queue that are processed before something goes wrong, and after everything is well again. */
export const WARM_UP = 20;

/** Loses the home as those who call it know it; the timeline is told when its producers have found another region. */
export async function loseHome({ emulator, home, timeline, traffic }: Stage): Promise<Outage> {
  traffic.onMoved = (region) => timeline.mark("producersMoved", `the first order is accepted by ${region}`);
  const lost = await emulator.loseRegion(home, { manner: "hang" });
  timeline.mark("lost", `${home} is lost: calls hang, functions and schedules stand still`);
  return lost;
}

/** Has the peer process what it owns of a lost home, brings the home back, and gives it what is its own. */
export async function returns(stage: Stage, lost: Outage, stopTracking: () => void): Promise<void> {
  const { home, peer, timeline, traffic } = stage;
  await standbysOf(stage);
  await traffic.flows(WARM_UP);
  stopTracking();
  timeline.mark("rescued", `${peer} has no copy of ${home} left`);
  await lost.restore();
  timeline.mark("returned", `${home} is back`);
  await phaseIs(stage, home, home, "standing-by");
  await allIsMoved(stage);
  timeline.mark("stranded", `what was stranded in ${home} has been passed on`);
  await handBack(stage);
}

/** Gives another region its own home back, which was taken over while that was lost too. */
export async function givenBack(stage: Stage, region: string): Promise<void> {
  await order(stage, "failback", region);
  await phaseIs(stage, region, region, "owner");
}

/** Gives the home back, and waits until it processes its messages again. */
export async function handBack(stage: Stage): Promise<void> {
  const { home, timeline, traffic } = stage;
  await order(stage, "failback", home);
  timeline.mark("failbackOrdered");
  await phaseIs(stage, home, home, "owner");
  timeline.mark("handedBack", `${home} processes its messages again`);
  await producersGo(stage, home);
  timeline.mark("producersBack", `producers are sent to ${home} again`);
  await traffic.flows(WARM_UP);
}
