import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { type Heartbeat, parseHeartbeat } from "../../ownership/heartbeat";
import { sendHeartbeats } from "../control/canary";
import { attempt } from "../control/parts";
import type { HealthParts } from "./parts";
import { isFresh } from "./sight";

/** A worker that has heard a heartbeat no older than this leaves the queue to the others. */
const ENOUGH_SECONDS = 45;
/** After one that did not arrive, the next heartbeat is sent so much later, then twice as much. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 60_000;
/** What was sent is looked for this often. A call that waits on the queue itself waits for a second at least. */
const LOOK_AGAIN_MS = 150;

/**
 * Heartbeats that the health function sends and takes itself while its controller does not, so that a dead controller is no dead home,
 * here and for the peers.
 *
 * Workers share one queue: whoever takes a heartbeat has heard the home, whoever sent it. None is starved, because each sends one before it
 * takes one, takes no more than one that is recent, and then leaves the queue alone until the others have had several turns. A heartbeat is
 * not left there for all of them instead: each look would count as a receive, and SQS moves a message that was received too often to
 * the dead-letter queue.
 */
export class OwnCanary {
  /** When the newest heartbeat that this worker took was sent, in epoch milliseconds. */
  heardAt: number | undefined;
  private sendAt = Number.NEGATIVE_INFINITY;
  private pauseMs = FIRST_PAUSE_MS;

  constructor(private readonly parts: HealthParts) {}

  /** Sends a heartbeat and takes one, unless one was heard a moment ago; waits for it until `endsAt`. */
  async hear(heartbeat: Omit<Heartbeat, "at">, endsAt: number): Promise<void> {
    const { now, sleep } = this.parts;
    if (this.hasHeard()) return;
    const isDue = now() >= this.sendAt;
    if (isDue) await this.within(endsAt, () => this.send(heartbeat));
    await this.within(endsAt, () => this.take(endsAt));
    while (isDue && !this.hasHeard() && now() + LOOK_AGAIN_MS < endsAt) {
      await sleep(LOOK_AGAIN_MS);
      await this.within(endsAt, () => this.take(endsAt));
    }
  }

  private hasHeard(): boolean {
    return isFresh(this.heardAt, this.parts.now(), ENOUGH_SECONDS);
  }

  /** What comes later counts for the next look: a message may be off the queue already. */
  private async within(endsAt: number, work: () => Promise<void>): Promise<void> {
    const { now, sleep } = this.parts;
    await Promise.race([work(), sleep(Math.max(0, endsAt - now()))]);
  }

  /** With pollers that stand still, heartbeats pile up, and peers have to read them all: the longer none arrives, the fewer are sent. */
  private async send(heartbeat: Omit<Heartbeat, "at">): Promise<void> {
    const { settings, sqs, now } = this.parts;
    this.sendAt = now() + this.pauseMs;
    this.pauseMs = Math.min(2 * this.pauseMs, LONGEST_PAUSE_MS);
    await attempt(this.parts, "heartbeat", () =>
      sendHeartbeats(sqs, settings.canary.ingressQueueUrl, heartbeat, [0], now()),
    );
  }

  /** Takes messages, one at a time, until one is a recent heartbeat of the home, or there is none. */
  private async take(endsAt: number): Promise<void> {
    await attempt(this.parts, "canary", async () => {
      while (!this.hasHeard() && this.parts.now() < endsAt) if (!(await this.takeOne())) return;
    });
  }

  private async takeOne(): Promise<boolean> {
    const { settings, sqs, onFailure, now } = this.parts;
    const QueueUrl = settings.canary.workQueueUrl;
    const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    if (message === undefined) return false;
    const at = sentAt(message.Body ?? "", settings.region, now());
    if (at === undefined) onFailure("canary", "NoHeartbeat");
    else this.note(at);
    // What is not deleted is heard again, and is no news then.
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    return true;
  }

  private note(at: number): void {
    // Nothing arrives before it is sent.
    const arrived = Math.min(at, this.parts.now());
    this.heardAt = Math.max(arrived, this.heardAt ?? arrived);
    if (this.hasHeard()) this.pauseMs = FIRST_PAUSE_MS;
  }
}

function sentAt(body: string, region: string, now: number): number | undefined {
  try {
    const heartbeat = parseHeartbeat(body, now);
    return heartbeat.region === region ? heartbeat.at : undefined;
  } catch {
    return undefined;
  }
}
