import { setTimeout as sleep } from "node:timers/promises";
import { type Resolver, recordResolver } from "../client/producer/record-resolver";
import { awsClients, type Clients } from "./clients";

/** What the command needs of its surroundings. */
export interface CommandEnvironment {
  readonly clients: Clients;
  /** Looks records up. @param server DNS server to ask. @default that of the machine */
  readonly resolver: (server?: string) => Resolver;
  readonly write: (text: string) => void;
  /** For progress and warnings. */
  readonly say: (line: string) => void;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

export const REAL: CommandEnvironment = {
  clients: awsClients(),
  resolver: (server) => recordResolver({ resolverAddresses: server === undefined ? [] : [server] }),
  write: (text) => process.stdout.write(text),
  say: (line) => process.stderr.write(`${line}\n`),
  now: Date.now,
  sleep,
};
