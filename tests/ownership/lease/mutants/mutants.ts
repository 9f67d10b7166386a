/** One change of the code. */
export interface Patch {
  /** From the project's root. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A rule, broken. Something has to go wrong. */
export interface Mutant {
  /** The rule of the protocol that it breaks. */
  readonly rule: string;
  readonly name: string;
  readonly patches: readonly Patch[];
  /** Random runs after the scenarios. @default none: a scenario finds it */
  readonly seeds?: number;
  /** Profiles of the random runs. @default all in turn */
  readonly profiles?: readonly string[];
}

const L = "ownership/lease";
const WORLD = "tests/ownership/lease";

function mutant(
  rule: string,
  name: string,
  file: string,
  find: string,
  replace: string,
  more: Pick<Mutant, "seeds" | "profiles"> = {},
): Mutant {
  return { rule, name, patches: [{ file, find, replace }], ...more };
}

export const MUTANTS: readonly Mutant[] = [
  mutant(
    "R1",
    "a write goes by the epoch, not by the id that was read",
    `${WORLD}/table.ts`,
    "if (standing?.id !== previous) return",
    "if (standing !== undefined && standing.id !== previous && standing.epoch.number > claim.epoch.number) return",
  ),
  mutant(
    "R1",
    "a higher epoch replaces any claim",
    `${WORLD}/table.ts`,
    "if (standing?.id !== previous) return",
    "if (standing !== undefined && standing.id !== previous && standing.epoch.number >= claim.epoch.number) return",
  ),
  mutant(
    "R1",
    "ids count from 1 in each run",
    `${WORLD}/world.ts`,
    "      newId: () => this.newId(),\n      isFit",
    "      newId: ((n: number) => () => `${(n += 1)}`)(0),\n      isFit",
  ),
  mutant(
    "R2",
    "the lease counts from the end of the round",
    `${L}/run.ts`,
    ".map(({ plan }) => [plan.home, began]),",
    ".map(({ plan }) => [plan.home, this.run.clock()]),",
  ),
  mutant("R2", "a round waits for all", `${L}/run.ts`, "(so) => isDecided(plans, so)", "() => false"),
  mutant("R2", "a majority less one", `${L}/lists.ts`, "* 2 > voters.length", "* 2 >= voters.length - 1"),
  mutant(
    "R3",
    "no margin",
    `${L}/times.ts`,
    "export const MARGIN_MS = 5_000;",
    "export const MARGIN_MS = 0;",
  ),
  mutant(
    "R3",
    "the epoch is watched, not the id",
    `${L}/observations.ts`,
    "const id = claimIn(answer, home)?.id;",
    "const id = claimIn(answer, home) && `${claimIn(answer, home)?.epoch.number}`;",
  ),
  mutant(
    "R3",
    "first seen when it was asked",
    `${L}/observations.ts`,
    "seen.set(home, { id, since: answer.receivedAt })",
    "seen.set(home, { id, since: this.last })",
    { seeds: 40, profiles: ["freezes", "hard"] },
  ),
  mutant(
    "R3",
    "any voter that answers counts",
    `${L}/take.ts`,
    '  if (!decides(view, tablesOf(good))) return undefined;\n  return planOf("take", view, good,',
    '  if (good.length === 0) return undefined;\n  return planOf("take", view, sightings.filter(({ claim }) => claim !== undefined),',
  ),
  mutant(
    "R3",
    "votes of two rounds are added",
    `${L}/plan.ts`,
    "  const done = new Set(answered.filter(({ answer }) => answer?.done === true).map(({ table }) => table));",
    "  const votes = ((globalThis as unknown as { votes: Map<string, Set<string>> }).votes ??= new Map());\n" +
      "  const voter = `${plan.home} ${plan.writes[0]?.claim.epoch.region}`;\n" +
      "  const done = votes.get(voter) ?? new Set<string>();\n" +
      "  votes.set(voter, done);\n" +
      "  for (const { table, answer } of answered) if (answer?.done === true) done.add(table);",
  ),
  mutant("R3", "nothing is given back", `${L}/run.ts`, "    yield* this.giveBack(outcomes);\n", ""),
  mutant(
    "R3",
    "what was continued is given back",
    `${L}/take.ts`,
    "forced ? [] : targets.filter((sighting) => !isOwn(sighting)).map(({ table }) => table),",
    "targets.map(({ table }) => table),",
  ),
  mutant(
    "R3",
    "turns count regions that are dead",
    `${L}/turns.ts`,
    "  if (standing?.fit !== true || !(standing.ownsItself || member === home)) return false;\n  return hasMajorities(new Set(standing.reaches), lists);",
    "  return standing?.fit !== false;",
  ),
  mutant(
    "R4",
    "what was seen is carried over runs",
    `${L}/observations.ts`,
    "  private readonly seen = new Map<string, Map<string, Seen>>();",
    "  private readonly seen = ((globalThis as unknown as { seen: Map<string, Map<string, Seen>> }).seen ??= new Map());",
  ),
  mutant(
    "R5",
    "a closing claim is continued",
    `${L}/take.ts`,
    'if (claim?.state !== "held" || claim.epoch.region',
    'if (claim === undefined || claim.state === "free" || claim.epoch.region',
  ),
  {
    rule: "R5",
    name: "a closing at a minority is left as it is",
    patches: [
      {
        file: `${L}/leave.ts`,
        find: "  if (latest?.epoch.region !== region) return undefined;\n",
        replace: "  if (latest !== null) return undefined;\n",
      },
    ],
  },
  mutant(
    "R5",
    "who is next takes at once",
    `${L}/take.ts`,
    'return claim.state === "free" || ageMs > JUDGE_MS + waitMs;',
    'return claim.state !== "held" || ageMs > JUDGE_MS + waitMs;',
  ),
  mutant(
    "R5",
    "who is next loses its turn by a take that missed",
    `${L}/turns.ts`,
    'if (latest?.state === "closing") return latest.next;',
    'return latest?.state === "closing" ? latest.next : undefined;',
  ),
  mutant(
    "R5",
    "released without a lapse",
    `${L}/leave.ts`,
    '        state: "closing",',
    '        state: "free",',
  ),
  mutant(
    "R6",
    "not written, says a command that reached a minority",
    `${L}/commands.ts`,
    '{ kind: "unknown", number, at: [...done] }',
    '{ kind: "refused", reason: "not written" }',
  ),
  mutant(
    "R6",
    "an order is acted on where it was found",
    `${L}/home-view.ts`,
    "    mayFollow: stands(orders, lists) ||",
    "    mayFollow: pending !== undefined ||",
  ),
  mutant(
    "R6",
    "a command goes by whatever answers",
    `${L}/commands.ts`,
    "if (hasMajorities(new Set(answered), lists)) return undefined;",
    "if (answered.length > 0) return undefined;",
  ),
  mutant(
    "R6",
    "forced claims count at once",
    `${L}/run.ts`,
    "forced ? this.run.clock() + JUDGE_MS : undefined",
    "undefined",
  ),
  mutant(
    "R6",
    "forced claims are continued as any",
    `${L}/take.ts`,
    "!isJudged(sighting) && (sighting.claim?.forced || !isOwn(sighting)),",
    "!isJudged(sighting) && !isOwn(sighting),",
  ),
  mutant(
    "R6",
    "forced claims are given back",
    `${L}/take.ts`,
    "forced ? [] : targets.filter(",
    "targets.filter(",
  ),
  mutant(
    "R6",
    "orders go to regions whose gate is closed",
    `${L}/commands.ts`,
    'if (!(own?.latest?.epoch.region === to && own.latest.state === "held"))',
    "if (own === undefined)",
  ),
  mutant(
    "R7",
    "one end for all tables",
    `${L}/pass-writes.ts`,
    "  return [...items].map(([table, answer]) => {\n",
    "  return [...items].map(([table]) => {\n    const [answer] = [...items.values()] as [never];\n",
  ),
  {
    rule: "R7",
    name: "the end counts from a later answer",
    patches: [
      {
        file: `${L}/run.ts`,
        find: "    const items = this.observations.items();\n    const { region } = this.settings;\n    const writes = passWrites({",
        replace:
          "    yield* this.look();\n    const items = this.observations.items();\n    const { region } = this.settings;\n    const writes = passWrites({",
      },
    ],
  },
  mutant(
    "R7",
    "a clock that stops in a frozen reader",
    `${WORLD}/reader-rule.ts`,
    "Math.max(now.mono - sent.mono, now.wall - sent.wall)",
    "now.mono - sent.mono",
    { seeds: 20, profiles: ["clocks", "dead"] },
  ),
  mutant(
    "R7",
    "the gate of a region, not of the message's home",
    `${WORLD}/reader-rule.ts`,
    "const entry = pass?.homes[home];",
    "const [entry] = Object.values(pass?.homes ?? {});",
  ),
  mutant(
    "R8",
    "an empty voter counts",
    `${L}/take.ts`,
    "  if (claim === undefined) return false;\n  return claim.state",
    "  if (claim === undefined) return ageMs > JUDGE_MS;\n  return claim.state",
  ),
  mutant(
    "R8",
    "absence counts over gaps",
    `${L}/observations.ts`,
    "      if (before !== undefined && before.id === undefined) seen.delete(home);\n",
    "",
  ),
  mutant(
    "R8",
    "an owner goes on though a majority has no claim of its",
    `${L}/renew.ts`,
    "  if (!isKnown && hasMajorities(",
    "  if (!isKnown && claims.length > 9 && hasMajorities(",
  ),
  mutant("R8", "founding without 35 s", `${L}/found.ts`, "ageMs > JUDGE_MS)", "ageMs >= 0)"),
  mutant(
    "R8",
    "founding asks the configured voters alone",
    `${L}/found.ts`,
    "everyTable(settings, home).every(",
    "[region, ...(settings.voters[home] ?? [])].every(",
  ),
  mutant(
    "R8",
    "founding takes a time-out for an answer",
    `${L}/found.ts`,
    "(table) => empty.has(table))",
    "(table) => empty.has(table) || !sightings.some((one) => one.table === table))",
  ),
  mutant(
    "R9",
    "no joint list",
    `${L}/renew.ts`,
    "return { lists: [current, target], after: [target] };",
    "return { lists: [target], after: [target] };",
  ),
  mutant(
    "R9",
    "the own list alone is carried",
    `${L}/renew.ts`,
    "listsOf(view, writable, context)",
    "listsOf({ ...view, lists: holding.lists }, writable, context)",
  ),
  mutant(
    "R9",
    "configuration in every round",
    `${L}/home-view.ts`,
    "  const lists = bindingLists(claims, holding?.lists);",
    '  const lists = claims.length === 0 ? [] : [{ number: 1, id: "", voters: ["a", "b", "c"] }];',
  ),
  mutant(
    "R9",
    "the newest list alone binds",
    `${L}/lists.ts`,
    "const alone = seen.filter((lists) => lists.length === 1).flat();",
    "const alone = seen.flat();",
  ),
  mutant(
    "R9",
    "a change begins blind",
    `${L}/renew.ts`,
    "if (target === undefined || !hasMajorities(tables, [target]))",
    "if (target === undefined || tables.size === 0)",
  ),
  mutant(
    "R9",
    "an unknown list in a refusal is ignored",
    `${L}/plan.ts`,
    "isDone: hasMajorities(done, plan.needs) && shown.every((list) => includesList(plan.needs, list)),",
    "isDone: hasMajorities(done, plan.needs) && shown.every((list) => includesList([list], list)),",
  ),
  mutant(
    "R10",
    "the word of loss is believed at once",
    `${L}/found.ts`,
    "const isSilent = observations.lookedMs() > JUDGE_MS && observations.silentMs(pending.lost) > JUDGE_MS;",
    "const isSilent = observations.silentMs(pending.lost) >= 0;",
  ),
  mutant(
    "R10",
    "the word of loss is one vote of two",
    `${L}/found.ts`,
    "    needs: [list],\n",
    "    needs: [...view.lists, list],\n",
  ),
  mutant(
    "R10",
    "the lost region's controller is not heard",
    `${L}/found.ts`,
    "if (!isSilent || standings.has(pending.lost)) return undefined;",
    "if (!isSilent || standings.size === 0) return undefined;",
  ),
  mutant(
    "R10",
    "who is next need not hear the other table once the list has moved",
    `${L}/leave.ts`,
    "if (!heard.every((table) => standing.reaches.includes(table))) return false;",
    "if (heard.length > 9) return false;",
  ),
  mutant(
    "R10",
    "after a gap the own table is enough",
    `${L}/take.ts`,
    "return others.every((table) => observations.answeredMs(table) > JUDGE_MS);",
    "return others.every((table) => observations.answeredMs(table) >= 0);",
  ),
  mutant(
    "R10",
    "after a gap one look at the other table is enough",
    `${L}/take.ts`,
    "return others.every((table) => observations.answeredMs(table) > JUDGE_MS);",
    "return others.every((table) => observations.items().has(table));",
  ),
  mutant(
    "R11",
    "a region without its own home renews others",
    `${L}/run.ts`,
    "    if (home !== this.settings.region && !context.ownsItself) return undefined;\n",
    "",
  ),
  mutant(
    "R11",
    "whoever is next must own itself already",
    `${L}/leave.ts`,
    "    member === view.home ||\n    held.includes(member) ||\n",
    "",
  ),
  mutant(
    "R11",
    "an unfit region takes",
    `${L}/take.ts`,
    "  if (!isFit) return false;\n",
    "  if (!isFit && view.home === region) return false;\n",
  ),
  mutant(
    "R11",
    "an unfit region gives up to whoever is there",
    `${L}/leave.ts`,
    "if (member === settings.region || standing?.fit !== true) return false;",
    "if (member === settings.region || standing === undefined) return false;",
  ),
  mutant(
    "R11",
    "the delay begins when the run notices",
    `${L}/run.ts`,
    "const since = now - (this.run.unfitMs?.() ?? 0);",
    "const since = now;",
  ),
  mutant(
    "R5",
    "a home goes before its controller lets it",
    `${L}/run.ts`,
    "return !isAsked || (this.run.mayLeave?.(home) ?? true);",
    "return !isAsked || this.run.mayLeave?.(home) !== undefined;",
  ),
  mutant(
    "R5",
    "an unfit region keeps a home until its controller lets it go",
    `${L}/run.ts`,
    "const isAsked = isFit && (order",
    "const isAsked = isFit !== undefined && (order",
  ),
  mutant(
    "R5",
    "the own home is kept until the controller lets it go",
    `${L}/run.ts`,
    "|| isReturn) && !leaving.has(this.settings.region);",
    "|| isReturn);",
  ),
  mutant(
    "R5",
    "a home that goes leaves its pass",
    `${L}/run.ts`,
    'closed: plans.filter(({ kind }) => kind === "close").map(({ home }) => home),',
    "closed: [],",
  ),
  mutant(
    "R5",
    "a home opens before its controller lets it",
    `${L}/run.ts`,
    "return wasOpen || (this.run.mayOpen?.(home, taking) ?? true);",
    "return wasOpen || this.run.mayOpen?.(home, taking) !== undefined;",
  ),
  mutant(
    "R4",
    "a new run asks anew whether a home may open",
    `${L}/run.ts`,
    "return wasOpen || (this.run.mayOpen",
    "return (this.run.mayOpen",
  ),
  mutant(
    "R3",
    "passes before are said to have ended 30 s too early",
    `${L}/take.ts`,
    "forced ? date + JUDGE_MS : date)",
    "forced ? date + JUDGE_MS : date - 30_000)",
  ),
  mutant(
    "R3",
    "passes of an owner that hands over are said to have ended with the hand-over",
    `${L}/take.ts`,
    "forced ? date + JUDGE_MS : date)",
    "forced ? date + JUDGE_MS : view.latest?.next ? date - 30_000 : date)",
  ),
  mutant(
    "R3",
    "passes before a force are said to have ended with it",
    `${L}/take.ts`,
    "forced ? date + JUDGE_MS : date)",
    "date)",
  ),
  mutant(
    "R3",
    "a take at a minority is taken for an ownership",
    `${L}/taking.ts`,
    "  if (decides(view, ",
    "  if (mine.length > 0 || decides(view, ",
  ),
  mutant(
    "R3",
    "whose the home was is forgotten with its last claim",
    `${L}/taking.ts`,
    "  return from === undefined ||",
    "  return from !== undefined ||",
  ),
  mutant(
    "R3",
    "a renewal carries what another claim says of its take",
    `${L}/renew.ts`,
    "factsAfter(view, settings.region, holding.facts.taking)",
    "factsAfter(view, settings.region, view.latest?.taking)",
  ),
  mutant(
    "R12",
    "a run ends though the later one does not hold what it holds",
    `${L}/run.ts`,
    "return isLater && holdsAll && own.date",
    "return isLater && own.date",
  ),
  mutant(
    "R6",
    "a take marks the order as carried out, whatever it gets",
    `${L}/take.ts`,
    "order: carriedOut(view) };",
    "};",
  ),
  mutant(
    "R6",
    "orders are numbered by what was read alone",
    `${L}/commands.ts`,
    "return Math.max(highest + 1, Math.floor(Math.max(0, ...dates) / 1_000));",
    "return highest + 1 + 0 * dates.length;",
  ),
  mutant(
    "R6",
    "a lower order counts as written where a higher one stands",
    `${WORLD}/table.ts`,
    "this.items = { ...this.items, orders: { ...this.items.orders, [write.home]: write.order } };\n" +
      "          this.tell(write, undefined);\n          return { done: true };\n        }\n" +
      "        return { done: compareNumbers(standing, write.order) === 0 };",
    "this.items = { ...this.items, orders: { ...this.items.orders, [write.home]: write.order } };\n" +
      "          this.tell(write, undefined);\n          return { done: true };\n        }\n" +
      "        return { done: true };",
  ),
  mutant(
    "R6",
    "who is next may be ordered away itself",
    `${L}/leave.ts`,
    "(standing.ownsItself && !isLeaving(views.get(member), context))",
    "(standing.ownsItself && views.has(member))",
  ),
  mutant(
    "R11",
    "who is next need not reach the voters",
    `${L}/leave.ts`,
    "  if (!hasMajorities(new Set(standing.reaches), view.lists)) return false;\n",
    "",
  ),
  mutant(
    "R3",
    "turns count regions that do not reach the voters",
    `${L}/turns.ts`,
    "return hasMajorities(new Set(standing.reaches), lists);",
    "return lists.length > 0;",
  ),
  mutant(
    "R8",
    "a voter is restored though the others decide",
    `${L}/commands.ts`,
    "    if (hasMajorities(new Set(holding), view.lists)) continue;\n",
    "",
  ),
  mutant(
    "R8",
    "restored without a lost voter, the epoch stays",
    `${L}/commands.ts`,
    "lost.length === 0 ? number : nextNumber(seen, number)",
    "number",
  ),
  mutant(
    "R10",
    "the word of loss is refused while a list changes",
    `${L}/lists.ts`,
    "return lists.every(({ voters }) => voters.length === 1);",
    "return lists.length === 1 && lists[0]!.voters.length === 1;",
  ),
  mutant(
    "R11",
    "an evacuated home comes first for its unfit owner",
    `${L}/leave.ts`,
    "return usualOrder(view, context.settings).find(",
    "return [view.home, ...usualOrder(view, context.settings)].find(",
  ),
];
