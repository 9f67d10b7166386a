import { GetParametersByPathCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { nameOf } from "../../messages/failures";
import { mapOf, oneOf, parsed, record, text, wholeNumber } from "../../ownership/checks";
import { RESCUES } from "../drain/settings";
import type { Dependencies } from "./dependencies";
import type { ControlledQueue } from "./settings";

/** Logical queues are added by Terraform: a warm worker learns of a new one within this time. */
const KEPT_MS = 10 * 60_000;

/** The logical queues of the group, as Terraform wrote them for this region's controller. */
export class ControlledQueues {
  private known: ReadonlyMap<string, ControlledQueue> | undefined;
  private readAt = Number.NEGATIVE_INFINITY;
  private fetching: Promise<void> | undefined;

  constructor(
    private readonly client: Pick<SSMClient, "send">,
    private readonly path: string,
    private readonly onFailure: Dependencies["onFailure"],
  ) {}

  /**
   * Those known before stay as they were while they cannot be read; undefined when they never could.
   * @param keptMs how old the list may be
   */
  async read(now: number, keptMs = KEPT_MS): Promise<readonly ControlledQueue[] | undefined> {
    if (this.known === undefined || now - this.readAt >= keptMs) {
      this.fetching ??= this.refresh(now).finally(() => {
        this.fetching = undefined;
      });
      await this.fetching;
    }
    return this.known && [...this.known.values()].sort((one, other) => (one.queue < other.queue ? -1 : 1));
  }

  private async refresh(now: number): Promise<void> {
    try {
      this.known = await this.fetch();
      this.readAt = now;
    } catch (error) {
      this.onFailure("queues", nameOf(error));
    }
  }

  /** By name of the parameter. One that cannot be understood stays as it was, and is no hindrance to the others. */
  private async fetch(): Promise<ReadonlyMap<string, ControlledQueue>> {
    const queues = new Map<string, ControlledQueue>();
    let next: string | undefined;
    do {
      const { Parameters = [], NextToken } = await this.client.send(
        new GetParametersByPathCommand({
          Path: this.path,
          ...(next === undefined ? {} : { NextToken: next }),
        }),
      );
      for (const { Name = "", Value = "" } of Parameters) {
        const queue = this.understood(Name, Value);
        if (queue !== undefined) queues.set(Name, queue);
      }
      next = NextToken;
    } while (next !== undefined);
    return queues;
  }

  private understood(name: string, json: string): ControlledQueue | undefined {
    try {
      return controlledQueueIn(parsed(json, name), name);
    } catch {
      this.onFailure("queues", "NotUnderstood");
      return this.known?.get(name);
    }
  }
}

function controlledQueueIn(value: unknown, name: string): ControlledQueue {
  const fields = record(value, name);
  return {
    queue: text(fields.queue, `${name}.queue`),
    rescue: oneOf(fields.rescue, `${name}.rescue`, RESCUES),
    marginSeconds: wholeNumber(fields.marginSeconds, `${name}.marginSeconds`),
    drainers: mapOf(fields.drainers, `${name}.drainers`, text),
    standbys: mapOf(fields.standbys, `${name}.standbys`, text),
    ingress: text(fields.ingress, `${name}.ingress`),
    work: text(fields.work, `${name}.work`),
  };
}
