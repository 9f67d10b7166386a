import { type ChildProcess, fork } from "node:child_process";

export interface ChildOptions {
  readonly script: string;
  readonly args?: readonly string[];
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How much of what a child says on stderr is kept to explain its end. */
const KEPT_STDERR_CHARACTERS = 2_000;

/** A child process that answers each order with one message. It ends with this process, whatever happens to it. */
export class Child<Order extends object, Message extends { readonly kind: string }> {
  private readonly process: ChildProcess;
  private readonly ended: Promise<void>;
  private readonly received: Message[] = [];
  private stderr = "";
  private exit: string | undefined;
  private wake: () => void = () => {};

  constructor({ script, args = [], nodeOptions = [], env }: ChildOptions) {
    this.process = fork(script, [...args], {
      // Nothing of this process's own: neither its loader for TypeScript nor a proxy or profile that the user has set.
      execArgv: [...nodeOptions],
      env: { ...env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.exit = how;
        this.wake();
        resolve();
      };
      this.process.once("error", (error) => end(error.message));
      this.process.once("exit", (code, signal) => end(signal ?? `exit code ${code}`));
    });
    // Logs are written and read, as in Lambda, but not kept.
    this.process.stdout?.resume();
    this.process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr = (this.stderr + text).slice(-KEPT_STDERR_CHARACTERS);
    });
    this.process.on("message", (message) => {
      this.received.push(message as Message);
      this.wake();
    });
    CHILDREN.add(this);
  }

  /** Sends an order and waits for a message of this kind. @throws Error when the child ends or time runs out */
  ask<Kind extends Message["kind"]>(
    order: Order,
    kind: Kind,
    timeoutMs: number,
  ): Promise<Extract<Message, { readonly kind: Kind }>> {
    this.process.send(order);
    return this.next(kind, timeoutMs);
  }

  /** Waits for the next message, which must be of this kind. @throws Error when the child ends or time runs out */
  async next<Kind extends Message["kind"]>(
    kind: Kind,
    timeoutMs: number,
  ): Promise<Extract<Message, { readonly kind: Kind }>> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.wake();
    }, timeoutMs);
    try {
      while (this.received.length === 0) {
        if (this.exit !== undefined) throw new Error(`a child process ended: ${this.exit}\n${this.stderr}`);
        if (isLate) throw new Error(`a child process gave no answer in ${timeoutMs} ms\n${this.stderr}`);
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
    const message = this.received.shift()!;
    if (message.kind === kind) return message as Extract<Message, { readonly kind: Kind }>;
    throw new Error(`a child process said ${JSON.stringify(message)} in place of ${kind}\n${this.stderr}`);
  }

  /** Ends the process and waits until it is gone. */
  async stop(): Promise<void> {
    CHILDREN.delete(this);
    if (this.exit === undefined) this.process.kill("SIGKILL");
    await this.ended;
  }
}

const CHILDREN = new Set<{ readonly stop: () => Promise<void> }>();

/** Ends every child that still runs. */
export async function stopChildren(): Promise<void> {
  await Promise.all([...CHILDREN].map((child) => child.stop()));
}
