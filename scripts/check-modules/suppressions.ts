/** A check that is left out. */
export interface Suppression {
  readonly check: string;
  /** The comment above it. */
  readonly reason: string;
}

/**
 * What a settings file of checkov leaves out.
 * @param text YAML, each check of `skip-check` on a line of its own below a comment
 * @throws Error when a check has no comment above it
 */
export function suppressionsIn(text: string): readonly Suppression[] {
  const [, list = ""] = text.split(/^skip-check:\n/m);
  const entries = [...list.matchAll(/((?:^ +#.*\n)*)^ +- (\w+)$/gm)];
  return entries.map(([, comment, check]) => {
    const reason = comment!
      .replace(/^ +# ?/gm, "")
      .trim()
      .replaceAll("\n", " ");
    if (reason === "") throw new Error(`.checkov.yaml leaves ${check} out and does not say why`);
    return { check: check!, reason };
  });
}
