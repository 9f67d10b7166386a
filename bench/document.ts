import { machineLine, ratioSections } from "./report";
import type { Measured } from "./result";
import { markdownTable } from "./table";

const BEGIN = "<!-- written by `npm run bench -- --write`: do not edit by hand -->";
const END = "<!-- end of what is written by the benchmark -->";

/** Gives what puts figures into a document, in place of those between its marks. @throws Error when it has no such marks */
export function fillable(document: string): (measured: Measured) => string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`the document has no lines "${BEGIN}" and "${END}"`);
  const before = document.slice(0, begin + BEGIN.length);
  const after = document.slice(end);
  return (measured) => `${before}\n\n${figures(measured)}\n\n${after}`;
}

function figures(measured: Measured): string {
  const { date, machine } = measured;
  return [
    `Measured on ${date.slice(0, 10)}: ${machineLine(machine)}. The benchmark itself makes a load of one to two; with more than three the machine was not its own.`,
    ...ratioSections(measured).flatMap(({ title, notes, head, rows }) => [
      `### ${title}`,
      ...(notes.length === 0 ? [] : [notes.join("\n")]),
      markdownTable(head, rows),
    ]),
  ].join("\n\n");
}
