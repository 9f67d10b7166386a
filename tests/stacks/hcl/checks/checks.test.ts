import { regionPreconditions } from "../../../../stacks/hcl/checks/checks-file";
import { Renderer } from "../../../../stacks/hcl/render";
import { regionModuleSettings } from "../../../../stacks/hcl/settings";
import { SYMBOLS } from "../../../../stacks/hcl/symbols";
import { CASES, PLAIN, sentencesOf } from "./check-cases";

const PRECONDITIONS = regionPreconditions(regionModuleSettings(), new Renderer(SYMBOLS));

test("what the cases are made of is good, and each of them has a fault", () => {
  expect(sentencesOf(PLAIN)).toEqual([]);
  for (const values of Object.values(CASES)) expect(sentencesOf(values)).not.toEqual([]);
});

test("there is a case for every check, by its words", () => {
  const told = Object.values(CASES).flatMap(sentencesOf);
  // That of the module's own region is none of the configuration file.
  const [region, ...others] = PRECONDITIONS;
  expect(region!.field).toBe("region");
  const silent = others
    .map(({ subject, allowed }) => patternOf(`${subject}: ${allowed}.`))
    .filter((pattern) => !told.some((sentence) => pattern.test(sentence)));
  expect(silent).toEqual([]);
});

test("there is a check for every fault of the cases, by its words", () => {
  const patterns = PRECONDITIONS.map(({ subject, allowed }) => patternOf(`${subject}: ${allowed}.`));
  const silent = Object.values(CASES)
    .flatMap(sentencesOf)
    .filter((sentence) => !patterns.some((pattern) => pattern.test(sentence)));
  expect(silent).toEqual([]);
});

/** Matches what a text of Terraform's may become: anything in the place of an expression. */
function patternOf(text: string): RegExp {
  let source = "";
  for (let index = 0; index < text.length; index++) {
    if (text.startsWith("${", index)) {
      index = endOf(text, index + 1);
      source += ".*";
    } else source += text[index]!.replace(/[.*+?^${}()|[\]\\]/, "\\$&");
  }
  return new RegExp(`^${source}$`);
}

/** Where the brace closes that opens at an index. */
function endOf(text: string, begin: number): number {
  let depth = 0;
  for (let index = begin; index < text.length; index++) {
    if (text[index] === "{") depth++;
    else if (text[index] === "}" && --depth === 0) return index;
  }
  throw new Error(`an expression without end in ${text}`);
}
