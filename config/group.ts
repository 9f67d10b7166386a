import type { Values } from "../core/value";
import type { CamelCased } from "./camel-case";
import type { ConfigurationFile } from "./schema";

/** The file with defaults, keys in camel case, before anything is taken from elsewhere. In a module its values are variables. */
export type Group = Values<CamelCased<ConfigurationFile>>;

/** A logical queue of it. */
export type GroupQueue = Group["queues"][string];
