import {
  ChangeMessageVisibilityBatchCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { HOME } from "./records";

/** What a queue answers to one call of SendMessageBatch. */
export type Answer =
  | "accept"
  /** Takes the messages, but the caller never hears of it. */
  | { readonly acceptAndThrow: Error }
  | { readonly throw: Error }
  /** Refuses entries with a code, or leaves them out of its answer with undefined. */
  | { readonly refuse: (entry: SendMessageBatchRequestEntry) => string | undefined | "accept" };

export function serviceError(name: string, httpStatusCode?: number): Error {
  const $metadata = httpStatusCode === undefined ? {} : { httpStatusCode };
  return Object.assign(new Error("the text may quote a message"), { name, $metadata });
}

/** Name of a queue, with the region of one that does not stand in the home. */
export function nameOf(queueUrl: string): string {
  const { hostname, pathname } = new URL(queueUrl);
  const region = hostname.split(".")[1] ?? "";
  return pathname.split("/").at(-1) + (region === HOME ? "" : `@${region}`);
}

/** Queues of SQS as far as the functions use them: they keep what they accepted, by {@link nameOf}. */
export class FakeSqs {
  readonly queues = new Map<string, SendMessageBatchRequestEntry[]>();
  readonly calls: { readonly queue: string; readonly entries: readonly SendMessageBatchRequestEntry[] }[] =
    [];
  readonly visibility = new Map<string, number>();

  constructor(
    private readonly answer: (
      queue: string,
      entries: readonly SendMessageBatchRequestEntry[],
    ) => Answer = () => "accept",
  ) {}

  readonly client = { send: (command: unknown) => this.send(command) } as unknown as SQSClient;

  /** A client of one region, which fails when it is used for a queue of another. */
  readonly clientOf = (region: string) => {
    const send = (command: { readonly input: { readonly QueueUrl: string } }) => {
      const [, there = HOME] = nameOf(command.input.QueueUrl).split("@");
      if (there !== region) throw new Error(`a client of ${region} for a queue in ${there}`);
      return this.send(command);
    };
    return { send } as unknown as SQSClient;
  };

  bodies(queue: string): string[] {
    return (this.queues.get(queue) ?? []).map(({ MessageBody }) => MessageBody ?? "");
  }

  private async send(command: unknown): Promise<unknown> {
    await Promise.resolve();
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      const entries = command.input.Entries ?? [];
      for (const { ReceiptHandle, VisibilityTimeout } of entries) {
        this.visibility.set(ReceiptHandle ?? "", VisibilityTimeout ?? -1);
      }
      return { Successful: entries.map(({ Id }) => ({ Id })), Failed: [] };
    }
    if (!(command instanceof SendMessageBatchCommand)) throw new Error("unexpected command");
    const queue = nameOf(command.input.QueueUrl ?? "");
    const entries = command.input.Entries ?? [];
    this.calls.push({ queue, entries });
    const answer = this.answer(queue, entries);
    if (answer === "accept") return this.accept(queue, entries, () => "accept");
    if ("throw" in answer) throw answer.throw;
    if ("acceptAndThrow" in answer) {
      this.accept(queue, entries, () => "accept");
      throw answer.acceptAndThrow;
    }
    return this.accept(queue, entries, answer.refuse);
  }

  private accept(
    queue: string,
    entries: readonly SendMessageBatchRequestEntry[],
    refuse: (entry: SendMessageBatchRequestEntry) => string | undefined,
  ) {
    const verdicts = entries.map((entry) => ({ entry, code: refuse(entry) }));
    const accepted = verdicts.flatMap(({ entry, code }) => (code === "accept" ? [entry] : []));
    this.queues.set(queue, [...(this.queues.get(queue) ?? []), ...accepted]);
    return {
      Successful: accepted.map(({ Id }) => ({ Id })),
      Failed: verdicts.flatMap(({ entry: { Id }, code }) =>
        code === undefined || code === "accept" ? [] : [{ Id, Code: code, SenderFault: true }],
      ),
    };
  }
}
