import { createSocket, type Socket } from "node:dgram";
import type { AddressInfo } from "node:net";
import { AUTHORITATIVE_ANSWER, decode, encode } from "dns-packet";

/** What a name has: pieces of a text; `none`: there is no such name; `silence`: no answer. */
export type Answer = readonly string[] | "none" | "silence";

const NO_SUCH_NAME = 3;

/** A DNS server on this machine. */
export class DnsServer {
  readonly questions: string[] = [];
  readonly answers = new Map<string, Answer>();

  private constructor(private readonly socket: Socket) {
    socket.on("message", (message, { port, address }) => {
      const { id, questions = [] } = decode(message);
      const name = questions[0]?.name ?? "";
      this.questions.push(name);
      const answer = this.answers.get(name) ?? "none";
      if (answer === "silence") return;
      const pieces = answer === "none" ? [] : answer;
      const reply = encode({
        type: "response",
        ...(id === undefined ? {} : { id }),
        flags: AUTHORITATIVE_ANSWER | (answer === "none" ? NO_SUCH_NAME : 0),
        questions,
        answers: pieces.length === 0 ? [] : [{ type: "TXT", name, ttl: 10, data: [...pieces] }],
      });
      socket.send(reply, port, address);
    });
  }

  static async start(): Promise<DnsServer> {
    const socket = createSocket("udp4");
    await new Promise<void>((bound) => socket.bind(0, "127.0.0.1", bound));
    return new DnsServer(socket);
  }

  /** As settings name it. */
  get address(): string {
    const { address, port } = this.socket.address() as AddressInfo;
    return `${address}:${port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((closed) => this.socket.close(closed));
  }
}
