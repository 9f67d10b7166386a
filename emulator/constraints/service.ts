import type { Change } from "./change";
import type { Breach } from "./judge";
import type { Input, Protocol } from "./protocols/protocol";

/** Where a call is for. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** Status and code of a refusal. */
export type Refusal = readonly [status: number, code: string];

/**
 * What a service refuses with. The first that fits holds: the attribute or what there are too many of, the way in which the table is
 * broken, the usual.
 */
export interface Refusals {
  readonly usual: Refusal;
  readonly attributes?: Readonly<Record<string, Refusal>>;
  readonly breaches?: Partial<Record<Breach, Refusal>>;
}

/** A route of a REST protocol: `{Name}` is a part of the path that the request has under that name. */
export type Route = readonly [method: string, path: string, operation: string];

/** By what a request tells its operation: a header, a form, the path of an RPC, method and path. */
export type Dialect = "target" | "form" | "rpc" | "rest";

/** A service whose calls are held against the table. */
export interface Service {
  /** Signing name. */
  readonly name: string;
  /** Whether accounts have one for all regions. @default false */
  readonly global?: boolean;
  /** How clients speak to it; a call in any other way is refused, because nobody reads what it says. */
  readonly protocols: Partial<Record<Dialect, Protocol>>;
  /** For services that have no better name for an operation than its method and path. @default none */
  readonly routes?: readonly Route[];
  /** By operation, what a request does in the words of the table. */
  readonly changes: Readonly<Record<string, (input: Input, place: Place) => readonly Change[]>>;
  /** Operations that are no reads and to which no entry of the table applies. */
  readonly free: readonly string[];
  readonly refusals: Refusals;
}
