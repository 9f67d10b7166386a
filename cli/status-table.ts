import { LEASE_MS } from "../ownership/lease/times";
import type { LookedUp } from "./records";
import type { GroupStatus, HomeStatus, RegionStatus } from "./status";
import { noAnswer, table } from "./table";
import { describe } from "./trouble";

const UNKNOWN = "unknown";
const NOBODY = "nobody";

/** As tables for a terminal: a line per home, and a line per region. */
export function statusTable({ homes, regions }: GroupStatus): string {
  return [homesTable(homes), regionsTable(regions)].join("\n\n");
}

/** Where the records send producers: a line per home, and the discovery record. */
export function recordsTable(homes: readonly HomeStatus[], record: string, discovery: LookedUp): string {
  const lines = homes.flatMap(({ home, producers }) => (producers ? [[home, textOf(producers)]] : []));
  return [table([["home", "producers go to"], ...lines]), `${record}: ${textOf(discovery)}`].join("\n");
}

function homesTable(homes: readonly HomeStatus[]): string {
  const lines = homes.map((status) => [
    status.home,
    status.owner ?? (status.isKnown ? NOBODY : UNKNOWN),
    String(status.epoch ?? ""),
    votersText(status),
    notesOf(status).join("; "),
  ]);
  return table([["home", "owner", "epoch", "voters", ""], ...lines]);
}

function votersText({ voters: { lists } }: HomeStatus): string {
  return lists.length === 0
    ? UNKNOWN
    : lists.map(({ number, voters }) => `${voters.join(", ")} (list ${number})`).join(" and ");
}

function notesOf({ order, waitsUntil, voters, taken }: HomeStatus): readonly string[] {
  return [
    ...(order ? [`ordered to ${order.to}`] : []),
    ...(waitsUntil === undefined ? [] : [`waits until ${waitsUntil}`]),
    ...(voters.configured ? [`configured: ${voters.configured.join(", ")}`] : []),
    ...(taken?.from === undefined ? [] : [`taken from ${taken.from} at ${taken.at}`]),
  ];
}

function regionsTable(regions: Readonly<Record<string, RegionStatus>>): string {
  const lines = Object.entries(regions).map(([region, status]) => [
    region,
    tableText(status),
    status.witness ? "witness" : controllerText(status),
    gatesText(status),
  ]);
  return table([["region", "table", "controller", "processes"], ...lines]);
}

function tableText({ error, notDeployed }: RegionStatus): string {
  if (error) return describe(error);
  return notDeployed ? "not deployed" : "answers";
}

function controllerText({ runs, saidSecondsAgo = 0, fit, fitSeconds = 0 }: RegionStatus): string {
  if (runs === undefined) return UNKNOWN;
  if (!runs) return "does not run";
  if (saidSecondsAgo * 1_000 > LEASE_MS) return `silent for ${duration(saidSecondsAgo)}`;
  return `${fit ? "fit" : "unfit"} for ${duration(fitSeconds)}`;
}

function gatesText({ open }: RegionStatus): string {
  if (open === undefined) return "";
  const homes = Object.entries(open).map(([home, seconds]) => `${home} (for ${seconds} s)`);
  return homes.join(", ") || "nothing";
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}

function textOf(answer: LookedUp): string {
  return "answer" in answer ? answer.answer : noAnswer(answer.error);
}
