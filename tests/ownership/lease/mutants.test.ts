import { readFileSync } from "node:fs";
import path from "node:path";
import { describeFull } from "../../tier";
import { MUTANTS } from "./mutants/mutants";
import { play } from "./mutants/play";

const ROOT = path.resolve(__dirname, "../../..");

test("every mutant changes one place of the code, and names a rule of docs/ownership.md", () => {
  const rules = readFileSync(path.join(ROOT, "docs/ownership.md"), "utf8");
  for (const { rule, name, patches } of MUTANTS) {
    expect({ name, isRule: rules.includes(`| ${rule} |`) }).toEqual({ name, isRule: true });
    for (const { file, find } of patches) {
      const places = readFileSync(path.join(ROOT, file), "utf8").split(find).length - 1;
      expect({ name, file, places }).toEqual({ name, file, places: 1 });
    }
  }
});

describeFull("each rule, broken, is found", () => {
  test.each(MUTANTS.map((mutant) => [`${mutant.rule}: ${mutant.name}`, mutant] as const))(
    "%s",
    async (_name, mutant) => {
      expect(await play(mutant)).not.toBeNull();
    },
    600_000,
  );
});
