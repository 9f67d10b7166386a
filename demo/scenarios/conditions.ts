import type { QueueReference } from "../../config/topology";
import { sqsClient } from "../../emulator/clients";
import type { Outage } from "../../emulator/outages";
import { waitFor } from "../../emulator/wait";
import { depth } from "../traffic";
import { LAST_STEP } from "./judge";
import { order } from "./operator";
import type { Stage } from "./stage";

/** What a scenario waits for at most, unless it says otherwise: longer than whatever it waits for may take. */
const PATIENCE_MS = 300_000;

/** Orders of each logical queue that are processed before something goes wrong, and after everything is well again. */
export const WARM_UP = 20;

/** Orders of each logical queue that wait in the home when it is lost. */
const PILE = 10;

/** Waits until a region, and no other, processes a home's messages. */
export async function isOwner(
  { watch }: Stage,
  region: string,
  home: string,
  timeoutMs = PATIENCE_MS,
): Promise<void> {
  await waitFor(() => watch.owner(home) === region, {
    timeoutMs,
    everyMs: 100,
    what: `${region} processing the messages of ${home}`,
  });
}

/** Waits until a home's messages are processed by a region that is not one of these. @returns that region */
export function hasOwnerBut({ watch }: Stage, others: readonly string[], home: string): Promise<string> {
  return waitFor(
    () => {
      const owner = watch.owner(home);
      return owner !== undefined && !others.includes(owner) && owner;
    },
    { timeoutMs: PATIENCE_MS, everyMs: 100, what: `${home} without ${others.join(" and ")}` },
  );
}

/** Waits until nobody processes a home's messages. */
export async function isClosed({ watch }: Stage, home: string): Promise<void> {
  await waitFor(() => watch.owner(home) === undefined, {
    timeoutMs: PATIENCE_MS,
    everyMs: 100,
    what: `nobody processing the messages of ${home}`,
  });
}

/** Waits until a region's controller runs. */
export async function isRunning({ watch }: Stage, region: string): Promise<void> {
  await waitFor(() => watch.runs(region), {
    timeoutMs: PATIENCE_MS,
    everyMs: 100,
    what: `the controller of ${region}`,
  });
}

/**
 * Waits until everything is as it should be: every voter knows the owners, every region processes its own messages, and producers are sent
 * to the home. What an earlier scenario has moved is ordered back.
 */
export async function isReady(stage: Stage): Promise<void> {
  const { deployment, home, timeline, watch } = stage;
  await waitFor(() => watch.isFounded(), {
    timeoutMs: PATIENCE_MS,
    everyMs: 1_000,
    what: "every voter to know the owners",
  });
  for (const region of deployment.regions) await comesHome(stage, region);
  await producersGo(stage, home);
  timeline.say("every voter knows that every region processes its own messages");
}

/** Waits until a home has an owner, and gives it back to its own region if that is another one. */
export async function comesHome(stage: Stage, home: string): Promise<void> {
  if ((await hasOwnerBut(stage, [], home)) === home) return;
  await isRunning(stage, home);
  await order(stage, "failback", home);
  await isOwner(stage, home, home);
}

/**
 * Does something, and expects that regions process the messages of their own homes all the while.
 * @throws Error when one does not
 */
export async function staysAtHome(
  stage: Stage,
  homes: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  const { watch } = stage;
  const before = watch.moves.length;
  await work();
  const moved = watch.moves.slice(before).filter(({ home }) => homes.includes(home));
  if (moved.length === 0) return;
  const moves = moved.map(({ home, owner }) => `${owner ?? "nobody"} processed the messages of ${home}`);
  throw new Error(`something moved: ${moves.join(", ")}`);
}

/** Waits until queues of a region hold nothing. @param queuesOf the queues that are meant, of each logical queue */
async function areEmpty(
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

/** Copies of a home in the region that owns it. Others keep those of queues without a ledger until the home processes again. */
function standbysOf(stage: Stage, owner: string): Promise<void> {
  return areEmpty(stage, owner, ({ standbys }) => [standbys[stage.home]!]);
}

/** What a home has taken in and not passed on. */
export function strandedIn(stage: Stage, home = stage.home): Promise<void> {
  return areEmpty(stage, home, ({ ingress, outboxes }) => [ingress, ...Object.values(outboxes)]);
}

/** Waits until the home's owner has moved all that the home has taken in. */
export async function allIsMoved(stage: Stage, owner = stage.peer): Promise<void> {
  await strandedIn(stage);
  await standbysOf(stage, owner);
}

/** Waits until the other regions have processed all that they hold since the region was lost; what still waits in the end is judged. */
export async function othersFinish({ timeline, traffic }: Stage, lost: string): Promise<void> {
  const from = timeline.at("lost")!;
  const waiting = () => {
    const rescues = Object.values(traffic.rescue({ region: lost, from, until: Date.now() }));
    return rescues.reduce((sum, rescue) => sum + rescue.waiting, 0);
  };
  await waitFor(() => waiting() === 0, { timeoutMs: PATIENCE_MS, everyMs: 500 }).catch(() =>
    timeline.say(`${waiting()} orders of which other regions have a copy still wait`),
  );
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

/** Waits until a region has the home and its producers; both come about by themselves. */
export async function movesTo(stage: Stage, region: string): Promise<void> {
  const { home, timeline } = stage;
  await Promise.all([
    producersGo(stage, region).then(() => timeline.mark("dnsMoved")),
    isOwner(stage, region, home).then(() => timeline.mark("takenOver")),
  ]);
}

/**
 * Has orders pile up in a region that processes them, so that there are some to be rescued whenever it is lost. Its consumers get as far as
 * the shop's services, which refuse them.
 * @returns ends that
 */
export async function pilesUp({ shop, timeline, traffic }: Stage, region: string): Promise<() => void> {
  const accept = shop.refuse(region);
  timeline.say(`the shop's services refuse the consumers of ${region}`);
  const isPiled = () => Object.values(traffic.heldBeside(region)).every((held) => held >= PILE);
  await waitFor(isPiled, { timeoutMs: PATIENCE_MS, everyMs: 200, what: "orders that wait" });
  return accept;
}

/** Loses a region as those who call it know it. */
export async function loses(
  { emulator, timeline, traffic }: Stage,
  region: string,
  moment = "lost",
): Promise<Outage> {
  traffic.onMoved = (other) => timeline.mark("producersMoved", `the first order is accepted by ${other}`);
  const lost = await emulator.loseRegion(region, { manner: "hang" });
  timeline.lose(moment, `${region} is lost: calls hang, functions and schedules stand still`);
  return lost;
}

/** Says it when the first message of the home is processed elsewhere. */
export function tellRescue({ shop, timeline, home }: Stage): void {
  const stop = shop.listen(({ step, home: of, region, queue }) => {
    if (step !== LAST_STEP || of !== home || region === home) return;
    timeline.say(`the first message of ${home} is processed in ${region}, one of ${queue}`);
    stop();
  });
}

/** Gives the home back, and waits until it processes its messages again. */
export async function handBack(stage: Stage): Promise<void> {
  const { home, timeline, traffic } = stage;
  await order(stage, "failback", home);
  timeline.mark("failbackOrdered");
  await isOwner(stage, home, home);
  timeline.mark("handedBack", `${home} processes its messages again`);
  await producersGo(stage, home);
  timeline.mark("producersBack", `producers are sent to ${home} again`);
  await traffic.flows(WARM_UP);
}
