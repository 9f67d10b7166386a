import { Command } from "commander";
import { MUTANTS } from "./mutants";
import { play } from "./play";

const { only, seeds } = new Command()
  .name("npm run mutants --")
  .description("Breaks each rule of the ownership protocol, one after the other, and shows what finds it.")
  .option("--only <text>", "mutants whose name contains this text")
  .option("--seeds <count>", "random runs of each profile, in place of each mutant's own count")
  .addHelpText("after", '\nExample:\n  npm run mutants -- --only "given back"')
  .parse()
  .opts<{ only?: string; seeds?: string }>();

async function main(): Promise<void> {
  let survivors = 0;
  for (const mutant of MUTANTS.filter(({ name }) => only === undefined || name.includes(only))) {
    const found = await play(mutant, seeds === undefined ? mutant.seeds : Number(seeds));
    if (found === null) survivors += 1;
    const by = found === null ? "SURVIVES" : `${found.by}: ${found.what}`;
    process.stdout.write(`${mutant.rule.padEnd(4)} ${mutant.name.padEnd(56)} ${by}\n`);
  }
  process.stdout.write(`${survivors} survive\n`);
  process.exitCode = survivors === 0 ? 0 : 1;
}

void main();
