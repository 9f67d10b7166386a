import { GetParametersByPathCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { ControlledQueue } from "./settings";

/** Logical queues are added by Terraform: a warm worker learns of a new one within this time. */
const KEPT_MS = 10 * 60_000;

/** The logical queues of the group, as Terraform wrote them for this region's controller. */
export class ControlledQueues {
  private known: readonly ControlledQueue[] | undefined;
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly client: Pick<SSMClient, "send">,
    private readonly path: string,
  ) {}

  /** Throws when they cannot be read and never were. */
  async read(now: number): Promise<readonly ControlledQueue[]> {
    if (this.known !== undefined && now - this.readAt < KEPT_MS) return this.known;
    try {
      this.known = await this.fetch();
      this.readAt = now;
    } catch (error) {
      if (this.known === undefined) throw error;
    }
    return this.known;
  }

  private async fetch(): Promise<readonly ControlledQueue[]> {
    const queues: ControlledQueue[] = [];
    let next: string | undefined;
    do {
      const { Parameters = [], NextToken } = await this.client.send(
        new GetParametersByPathCommand({
          Path: this.path,
          ...(next === undefined ? {} : { NextToken: next }),
        }),
      );
      for (const { Value } of Parameters) queues.push(JSON.parse(Value ?? "") as ControlledQueue);
      next = NextToken;
    } while (next !== undefined);
    return queues.sort((one, other) => (one.queue < other.queue ? -1 : 1));
  }
}
