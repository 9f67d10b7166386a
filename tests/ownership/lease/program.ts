import type { Steps } from "../../../ownership/lease/effects";
import type { LeaseRun, LeaseSettings } from "../../../ownership/lease/settings";
import type { ReaderRule } from "./reader-rule";

/** What an operator's command has at hand, wherever it runs. */
export interface Operator {
  /** Settings as a controller of the first member has them; the command itself is in no region. */
  readonly settings: LeaseSettings;
  /** Regions of all tables, witnesses too. */
  readonly tables: readonly string[];
  /** Monotonic, milliseconds. */
  clock(): number;
  /** Epoch milliseconds, as the operator's machine believes. */
  wall(): number;
  newId(): string;
}

export type Command =
  | {
      readonly kind: "order";
      readonly home: string;
      readonly to: string;
      readonly force?: true;
      readonly lost?: string;
      readonly since?: number;
    }
  | { readonly kind: "voters"; readonly voters: readonly string[]; readonly lost?: readonly string[] }
  | { readonly kind: "restore"; readonly table: string; readonly lost?: readonly string[] };

/** What a command told the operator. */
export type Told =
  /** `number`: of the order, as it stands in the register. */
  | { readonly told: "written"; readonly number: number }
  | { readonly told: "unknown" | "refused"; readonly why?: string };

/** The code under test. */
export interface Program {
  /** One run of a region's controller: goes on until the run is dropped, or leaves its work to another. */
  controller(settings: LeaseSettings, run: LeaseRun): Steps<void>;
  /** The rule of the readers that ask promptly; the idle ones go by {@link patientRule}. @default that one too */
  readonly rule?: ReaderRule;
  /** @default commands do nothing */
  command?(command: Command, operator: Operator): Steps<Told>;
}
