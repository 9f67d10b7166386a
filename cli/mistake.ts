/** What is wrong with a command, and what to do. */
export interface Mistake {
  /** Option or argument with its value, such as `--to mars-1`. */
  readonly given: string;
  readonly problem: string;
  /** Both are left out where the problem says them. */
  readonly allowed?: string;
  readonly fix?: string;
}

/** The command makes no sense as it is written; nothing was called. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  constructor(mistake: Mistake) {
    super(textOf(mistake));
  }
}

/** The command is not carried out as things stand; nothing was changed. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(mistake: Mistake) {
    super(`${textOf(mistake)}\n  nothing was changed`);
  }
}

/** Fewer tables than a majority have said that they took what was written. Others may have, or may yet. */
export class Unclear extends Error {
  override readonly name = "Unclear";

  /** @param at regions whose tables took it */
  constructor(given: string, at: readonly string[]) {
    super(
      `${given}: unknown, it may still take effect; give another order\n` +
        `  taken by: ${at.join(", ") || "no table that answered"}, which is no majority`,
    );
  }
}

function textOf({ given, problem, allowed, fix }: Mistake): string {
  const more = Object.entries({ allowed, fix }).filter(([, text]) => text !== undefined);
  return [`${given}: ${problem}`, ...more.map(([name, text]) => `  ${name}: ${text}`)].join("\n");
}
