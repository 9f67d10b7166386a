/** What is wrong with a command, and what to do. */
export interface Mistake {
  /** Option or argument with its value, such as `--to mars-1`. */
  readonly given: string;
  readonly problem: string;
  readonly allowed: string;
  readonly fix: string;
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

function textOf({ given, problem, allowed, fix }: Mistake): string {
  return `${given}: ${problem}\n  allowed: ${allowed}\n  fix: ${fix}`;
}
