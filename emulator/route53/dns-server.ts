import { createSocket, type Socket as UdpSocket } from "node:dgram";
import net, { type AddressInfo } from "node:net";
import { decode, encode, type Packet, streamDecode, streamEncode } from "dns-packet";

/** Answers a packet; `undefined` when there is to be no answer. */
export type Respond = (query: Packet) => Packet | undefined;

const HOST = "127.0.0.1";
/** What goes into a UDP packet without EDNS: https://www.rfc-editor.org/rfc/rfc1035#section-4.2.1 */
const UDP_BYTES = 512;
const TRUNCATED = 0x0200;
const START_ATTEMPTS = 10;

/** A DNS server on 127.0.0.1, by UDP and TCP on the same port. */
export class DnsServer {
  private readonly connections = new Set<net.Socket>();

  private constructor(
    readonly port: number,
    private readonly udp: UdpSocket,
    private readonly tcp: net.Server,
  ) {}

  /** Starts a server on a free port. */
  static async start(respond: Respond): Promise<DnsServer> {
    for (let attempt = 1; ; attempt += 1) {
      const tcp = net.createServer();
      await new Promise<void>((resolve, reject) => {
        tcp.once("error", reject);
        tcp.listen(0, HOST, resolve);
      });
      const { port } = tcp.address() as AddressInfo;
      const udp = createSocket("udp4");
      try {
        await new Promise<void>((resolve, reject) => {
          udp.once("error", reject);
          udp.bind(port, HOST, resolve);
        });
        const server = new DnsServer(port, udp, tcp);
        server.serve(respond);
        return server;
      } catch (error) {
        udp.close();
        tcp.close();
        if (attempt === START_ATTEMPTS) throw error;
      }
    }
  }

  /** As resolvers are named: `address:port`. */
  get address(): string {
    return `${HOST}:${this.port}`;
  }

  async close(): Promise<void> {
    for (const connection of this.connections) connection.destroy();
    await Promise.all([
      new Promise<void>((resolve) => this.udp.close(() => resolve())),
      new Promise<void>((resolve) => this.tcp.close(() => resolve())),
    ]);
  }

  private serve(respond: Respond): void {
    this.udp.on("error", () => {});
    this.udp.on("message", (bytes, sender) => {
      const answer = quietly(() => {
        const packet = respond(decode(bytes));
        return packet && inUdp(packet);
      });
      if (answer) this.udp.send(answer, sender.port, sender.address);
    });
    this.tcp.on("connection", (connection) => {
      this.connections.add(connection);
      connection.on("error", () => {});
      connection.once("close", () => this.connections.delete(connection));
      let received = Buffer.alloc(0);
      connection.on("data", (chunk) => {
        received = Buffer.concat([received, chunk as Buffer]);
        for (let end = endOfMessage(received); end !== undefined; end = endOfMessage(received)) {
          const message = received.subarray(0, end);
          received = received.subarray(end);
          const answer = quietly(() => {
            const packet = respond(streamDecode(message));
            return packet && streamEncode(packet);
          });
          if (answer) connection.write(answer);
        }
      });
    });
  }
}

function inUdp(packet: Packet): Buffer {
  const bytes = encode(packet);
  if (bytes.length <= UDP_BYTES) return bytes;
  return encode({ ...packet, flags: (packet.flags ?? 0) | TRUNCATED, answers: [], authorities: [] });
}

/** A message is preceded by its length in two bytes. `undefined` as long as it is not there as a whole. */
function endOfMessage(received: Buffer): number | undefined {
  if (received.length < 2) return undefined;
  const end = 2 + received.readUInt16BE(0);
  return received.length < end ? undefined : end;
}

/** Nobody gets an answer to what is no question. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
