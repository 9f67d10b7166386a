import { COMMANDS } from "./commands";
import { FITNESS } from "./fitness";
import { FORCE } from "./force";
import { HAND_OVERS } from "./hand-overs";
import { LISTS } from "./lists";
import { LOST_REGIONS } from "./lost";
import { ORDERS } from "./orders";
import { PARTS } from "./parts";
import { RUNS } from "./runs";
import type { Scenario } from "./scenario";

export const SCENARIOS: readonly Scenario[] = [
  ...PARTS,
  ...RUNS,
  ...LISTS,
  ...LOST_REGIONS,
  ...FORCE,
  ...ORDERS,
  ...COMMANDS,
  ...HAND_OVERS,
  ...FITNESS,
];
