/** Lines of cells as text for a terminal: columns are as wide as they need to be. */
export function table(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** In place of what somebody did not tell. @param error its name or code */
export function noAnswer(error: string): string {
  return `no answer (${error})`;
}
