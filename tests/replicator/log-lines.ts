/** A line that a function writes: a log line, or a metric document, which has `_aws`. */
export type Line = Readonly<Record<string, unknown>> & { readonly _aws?: unknown };

/** Keeps what functions write during each test of the file, in place of showing it. @returns those lines, to be emptied as one likes */
export function captureLines(): Line[] {
  const lines: Line[] = [];
  beforeEach(() => {
    lines.length = 0;
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, "write").mockImplementation((text) => {
        lines.push(
          ...String(text)
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line)),
        );
        return true;
      });
    }
  });
  afterEach(() => jest.restoreAllMocks());
  return lines;
}
