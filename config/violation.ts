/** Path of what is wrong with the file as a whole. */
export const WHOLE_FILE = "(file)";

/** One thing wrong with the configuration. */
export interface Violation {
  /** Path in the file, e.g. `queues.orders.delay_seconds`. */
  readonly path: string;
  /** Line of the file in which the value stands, or what the value is missing in. Absent where there is no file. */
  readonly line?: number;
  /** The value found there; `undefined` when it is missing. */
  readonly value: unknown;
  readonly allowed: string;
  readonly fix: string;
}

/** Thrown when a configuration breaks any rule; carries every violation. Nothing is synthesized. */
export class ConfigurationError extends Error {
  readonly violations: readonly Violation[];

  constructor(source: string, violations: readonly Violation[]) {
    const count = violations.length === 1 ? "1 violation" : `${violations.length} violations`;
    super(
      [`${source}: ${count}, nothing is synthesized.`, ...violations.map((v, i) => describe(v, i + 1))].join(
        "\n",
      ),
    );
    this.name = "ConfigurationError";
    this.violations = violations;
  }
}

const SHOWN_CHARACTERS = 120;

function describe({ path, line, value, allowed, fix }: Violation, number: number): string {
  const where = line === undefined ? path : `${path} (line ${line})`;
  return `\n${number}. ${where}: ${shown(value)}\n   allowed: ${allowed}\n   fix: ${fix}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "(missing)";
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS
    ? `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters)`
    : text;
}
