import { once } from "node:events";
import net from "node:net";
import { Worker } from "node:worker_threads";

/** A port at which nobody accepts: its queue of connections is full, so that another one neither succeeds nor fails. */
export class BlackHole {
  private constructor(
    readonly endpoint: string,
    private readonly worker: Worker,
    private readonly fillers: readonly net.Socket[],
  ) {}

  static async open(): Promise<BlackHole> {
    const worker = new Worker(
      `const { parentPort } = require("node:worker_threads");
       const server = require("node:net").createServer();
       server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
         parentPort.postMessage(server.address().port);
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
       });`,
      { eval: true },
    );
    const [port] = (await once(worker, "message")) as [number];
    const fillers: net.Socket[] = [];
    for (let isOpen = true; isOpen; ) {
      const socket = net.connect({ port, host: "127.0.0.1" });
      socket.on("error", () => {});
      fillers.push(socket);
      isOpen = await Promise.race([
        once(socket, "connect").then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, 300, false)),
      ]);
      if (fillers.length > 200) throw new Error("this system queues connections without an end");
    }
    return new BlackHole(`http://127.0.0.1:${port}`, worker, fillers);
  }

  async close(): Promise<void> {
    for (const socket of this.fillers) socket.destroy();
    await this.worker.terminate();
  }
}
