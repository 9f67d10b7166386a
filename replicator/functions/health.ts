import { passClient, processClocks } from "../../ownership/lease/pass-reader";
import { healthHandler } from "../health/handler";
import { healthSettings } from "../health/settings";

const settings = healthSettings(process.env);
const { region, ownershipTable } = settings;

/** The function of a failover group in one region, behind a public URL: answers whether the region does its home's work. */
export const handler = healthHandler({
  settings,
  table: { client: passClient(region), name: ownershipTable },
  clocks: processClocks,
});
