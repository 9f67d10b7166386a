/** One thing wrong with the configuration. */
export interface Violation {
  /** Path in the file, e.g. `queues.orders.delay_seconds`. */
  readonly path: string;
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

function describe({ path, value, allowed, fix }: Violation, number: number): string {
  const shown = value === undefined ? "(missing)" : JSON.stringify(value);
  return `\n${number}. ${path}: ${shown}\n   allowed: ${allowed}\n   fix: ${fix}`;
}
