import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { QueueReference } from "../../config/topology";
import { settled } from "../../demo/settled";
import { depth, type Endpoint } from "../../demo/traffic";
import { type ClientOptions, sqsClient } from "../../emulator/clients";
import type { Deployment } from "../../emulator/deployment";
import { IMPATIENT, PATIENT } from "../../replicator/sqs/client";
import { consume } from "./consumer";
import { attemptsOf, Intake } from "./intake";
import { Journal } from "./journal";
import { type Messages, taken } from "./messages";
import { type Arrival, check, type Duplicate, unprotected, type Verdict } from "./model/checker";
import { unexplainedCopies } from "./model/explanation";
import { planOf, type StepKind } from "./model/plan";
import { produceFifo, produceStandard, Sent } from "./producer";
import { hopsOf, type Place, siteOf } from "./site";
import type { Load } from "./tier";
import { type StepResult, Troublemaker } from "./troublemaker";

export interface ScenarioOptions extends Place {
  /** ARNs of the roles that send to ingress and receive from work, in the home's account. */
  readonly producerRole: string;
  readonly consumerRole: string;
  readonly load: Load;
  readonly kinds: readonly StepKind[];
  readonly seed: string;
}

/** What became of the messages at one end. */
export interface EndResult {
  readonly verdict: Verdict;
  /** Messages with copies beyond the first that nothing accounts for, each with what is known of it. */
  readonly unexplained: readonly string[];
}

export interface ScenarioResult {
  readonly queue: string;
  readonly seed: string;
  readonly work: EndResult;
  readonly standby: EndResult;
  /** In `sync`: messages that the work queue had before the standby queue had them. */
  readonly unprotected: readonly string[];
  readonly steps: readonly StepResult[];
  /** Messages that queues still hold at the end, dead-letter queues included; queues that are empty are left out. */
  readonly held: Readonly<Record<string, number>>;
  readonly seconds: number;
}

const LOOK_EVERY_MS = 20;

/**
 * Sends messages to a logical queue while things go wrong, takes what arrives at both ends, and compares. It is over when every
 * message was sent, every fault has ended and every queue on the way is empty.
 */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const { emulator, deployment, queue, home, peer, load, seed } = options;
  const settings = deployment.configuration.queues[queue]!;
  const fifo = settings.fifo !== false;
  const topology = deployment.topology(queue, home);
  const standbyQueue = deployment.topology(queue, peer).standbys[home]!;
  const outboxQueue = topology.outboxes[peer];
  const clients: SQSClient[] = [];
  const endpoint = (
    { url }: QueueReference,
    region: string,
    caller: Partial<ClientOptions> = {},
  ): Endpoint => {
    const client = sqsClient(emulator, { region, account: deployment.account(region), ...caller });
    clients.push(client);
    return { client, queueUrl: url, fifo };
  };

  const messages: Messages = {
    count: load.messages,
    groups: load.groups,
    fifo,
    run: randomUUID(),
  };
  const sent = new Sent();
  const atWork = new Intake();
  const atStandby = new Intake();
  const functionQueues = [topology.work, standbyQueue, ...(outboxQueue ? [outboxQueue] : [])];
  const journal = new Journal(
    emulator,
    functionQueues.map(({ name }) => name),
  );
  const troublemaker = new Troublemaker(siteOf(options, journal), {
    progress: () => sent.attempted.size / load.messages,
    over: () =>
      sent.attempted.size === load.messages &&
      [atWork, atStandby].every(({ distinct }) => distinct >= sent.messageIds.size),
  });
  let over = false;
  const room = async () => {
    while (!over && sent.messageIds.size - atWork.distinct > load.window) await sleep(LOOK_EVERY_MS);
  };

  const produce = async () => {
    try {
      const ingress = endpoint(topology.ingress, home, { role: options.producerRole, maxAttempts: 1 });
      await (fifo ? produceFifo : produceStandard)({ ingress, messages, sent, room });
    } finally {
      troublemaker.hurry();
    }
  };
  const plan = planOf(`${seed} ${queue}`, options.kinds, hopsOf(settings.mode), load.severity);
  const sendAndSettle = async () => {
    try {
      const [steps] = await Promise.all([troublemaker.run(plan), produce()]);
      const way = [topology.ingress, ...(outboxQueue ? [outboxQueue] : []), topology.work];
      await settled([...way.map((each) => endpoint(each, home)), endpoint(standbyQueue, peer)]);
      await journal.learnCallers();
      return steps;
    } finally {
      over = true;
    }
  };

  const began = performance.now();
  try {
    const [steps] = await Promise.all([
      sendAndSettle(),
      consume(
        endpoint(topology.work, home, { role: options.consumerRole }),
        (message) => atWork.add(taken(message, messages, home)),
        () => over,
      ),
      consume(
        endpoint(standbyQueue, peer),
        (message) => atStandby.add(taken(message, messages, home)),
        () => over,
      ),
    ]);
    const attempts = attemptsOf(sent, messages);
    const end = (arrivals: readonly Arrival[], functionNames: readonly string[]): EndResult => {
      const verdict = check(attempts, arrivals);
      const circumstances = {
        sendsOf: (key: string) => journal.sendsOf(key),
        kills: journal.kills,
        functionNames,
        timeoutMs: settings.functions.timeoutSeconds * 1_000,
        patienceMs: (name: string) =>
          (settings.mode === "semi-sync" && name === standbyQueue.name ? IMPATIENT : PATIENT)
            .requestTimeoutMs,
        fifo,
      };
      const unexplained = verdict.duplicates.filter((each) => unexplainedCopies(each, circumstances) > 0);
      return { verdict, unexplained: unexplained.map((each) => storyOf(each, journal)) };
    };
    const [work, standby] = [atWork.arrivals(sent), atStandby.arrivals(sent)];
    const replicator = topology.replicator.name;
    const forwarder = topology.forwarders[peer]?.name;
    return {
      queue,
      seed,
      work: end(work, [replicator]),
      standby: end(standby, [replicator, ...(forwarder === undefined ? [] : [forwarder])]),
      unprotected: settings.mode === "sync" ? unprotected(work, standby) : [],
      steps,
      held: await heldBy([
        ...queuesIn(deployment, queue, home, endpoint),
        ...queuesIn(deployment, queue, peer, endpoint),
      ]),
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    over = true;
    journal.close();
    for (const client of clients) client.destroy();
  }
}

/** What is known of a message with too many copies. */
function storyOf({ key, sentAt }: Duplicate, journal: Journal): string {
  const began = Math.min(...sentAt, ...journal.sendsOf(key).map((send) => send.began));
  const at = (time: number) => `${((time - began) / 1000).toFixed(1)} s`;
  const sends = journal
    .sendsOf(key)
    .map(({ functionName, queue, accepted, ...send }) => {
      const outcome = accepted ? "accepted" : "in doubt";
      return `${functionName} to ${queue} at ${at(send.began)}, ${outcome} at ${at(send.ended)}`;
    })
    .join("; ");
  const kills = journal.kills.map((kill) => `${kill.functionName} killed at ${at(kill.at)}`).join("; ");
  return `${key} taken by the queue at ${sentAt.map(at).join(" and ")}: ${sends}; ${kills}`;
}

interface NamedEndpoint extends Endpoint {
  readonly name: string;
}

/** Every queue of a logical queue in a region. */
function queuesIn(
  deployment: Deployment,
  queue: string,
  region: string,
  endpoint: (queue: QueueReference, region: string) => Endpoint,
): readonly NamedEndpoint[] {
  const { ingress, work, dlq, ingressDlq, outboxes, standbys } = deployment.topology(queue, region);
  return [ingress, work, dlq, ingressDlq, ...Object.values(outboxes), ...Object.values(standbys)].map(
    (each) => ({ name: `${each.name} in ${region}`, ...endpoint(each, region) }),
  );
}

async function heldBy(queues: readonly NamedEndpoint[]): Promise<Readonly<Record<string, number>>> {
  const held: Record<string, number> = {};
  for (const queue of queues) {
    const messages = await depth(queue);
    if (messages > 0) held[queue.name] = messages;
  }
  return held;
}
