import type { Server, Socket } from "node:net";

/** TCP connections below the ones that requests see: with TLS those are not the same. By server port and client port. */
const connections = new Map<string, Socket>();

/** Remembers the TCP connections of a server, so that they can be reset. Returns those that are open. */
export function trackConnections(server: Server): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    const key = keyOf(socket);
    connections.set(key, socket);
    open.add(socket);
    socket.once("close", () => {
      open.delete(socket);
      if (connections.get(key) === socket) connections.delete(key);
    });
  });
  return open;
}

/** Resets the connection below `socket`: the peer gets "connection reset", not an orderly end. */
export function resetConnection(socket: Socket): void {
  const connection = connections.get(keyOf(socket));
  if (connection !== undefined && !connection.destroyed) connection.resetAndDestroy();
  socket.destroy();
}

function keyOf(socket: Socket): string {
  return `${socket.localPort}:${socket.remotePort}`;
}
