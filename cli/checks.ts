import {
  GetHealthCheckLastFailureReasonCommand,
  GetHealthCheckStatusCommand,
  type HealthCheckObservation,
  InvalidInput,
  ListTagsForResourcesCommand,
  paginateListHealthChecks,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import { type Configuration, settingsOf } from "../config/configuration";
import { checksOf } from "../config/dns/checks";
import { plain } from "../core/expression";
import { spelled } from "../core/names";
import { healthCheckTagsOf } from "../modules/tags";
import { noAnswer, table } from "./table";
import { nameOf } from "./trouble";

/** A health check of the group as Route 53's control plane knows it. */
export interface CheckStatus {
  /** Word of what it checks, such as `endpoint-health`. */
  readonly check: string;
  readonly home: string;
  /** Missing while there is no such check: the global stack is not applied, or by another configuration. */
  readonly id?: string;
  /** Such as `HTTPS`. */
  readonly type?: string;
  /** Missing where Route 53 does not tell. */
  readonly checkers?: { readonly succeed: number; readonly of: number };
  readonly lastFailure?: { readonly reason: string; readonly at?: string };
  /** Name of the error, where Route 53 did not answer for this check. */
  readonly error?: string;
}

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListTagsForResources.html */
const IDS_PER_LIST = 10;
/** How the text begins that a checker reports: https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html */
const SUCCESS = "Success";

/**
 * All health checks of a group with records, as the configuration has them. Asks for one thing after the other, since an account may
 * send ten requests a second for long. Throws when the checks of the account cannot be listed.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html
 */
export async function checkStatuses(
  client: Route53Client,
  configuration: Configuration,
): Promise<readonly CheckStatus[]> {
  const found = await taggedChecks(client);
  const statuses: CheckStatus[] = [];
  for (const check of checksOf(settingsOf(configuration))) {
    const wanted = identifying(plain(healthCheckTagsOf(settingsOf(configuration), check), "tags"));
    const one = found.find(({ tags }) => wanted.every(([key, value]) => tags[key] === value));
    statuses.push({
      check: spelled(check.word),
      home: check.home,
      ...(one && { id: one.id, type: one.type, ...(await reported(client, one)) }),
    });
  }
  return statuses;
}

/** As a table for a terminal: a line per check. */
export function checksTable(checks: readonly CheckStatus[]): string {
  const rows = checks.map(({ check, home, id, type = "", checkers, lastFailure, error }) => [
    check,
    home,
    id === undefined ? "not there" : type,
    error !== undefined ? noAnswer(error) : checkers ? `${checkers.succeed} of ${checkers.of}` : "",
    lastFailure ? [lastFailure.at, lastFailure.reason].filter(Boolean).join(" ") : "",
  ]);
  return table([["check", "home", "type", "checkers that succeed", "last failure"], ...rows]);
}

interface TaggedCheck {
  readonly id: string;
  readonly type: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** All of the account. */
async function taggedChecks(client: Route53Client): Promise<readonly TaggedCheck[]> {
  const types = new Map<string, string>();
  for await (const { HealthChecks = [] } of paginateListHealthChecks({ client }, {})) {
    for (const { Id: id = "", HealthCheckConfig: config } of HealthChecks) types.set(id, config?.Type ?? "");
  }
  const ids = [...types.keys()];
  const found: TaggedCheck[] = [];
  for (let from = 0; from < ids.length; from += IDS_PER_LIST) {
    const { ResourceTagSets: sets = [] } = await client.send(
      new ListTagsForResourcesCommand({
        ResourceType: "healthcheck",
        ResourceIds: ids.slice(from, from + IDS_PER_LIST),
      }),
    );
    for (const { ResourceId: id = "", Tags = [] } of sets) {
      const tags = Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
      found.push({ id, type: types.get(id) ?? "", tags });
    }
  }
  return found;
}

/** Those of our own: the user's may have been changed since the checks were made. */
function identifying(tags: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(tags).filter(([key]) => key === "Name" || key.startsWith("sqs-multi-region:"));
}

/**
 * What the health checkers say. Of a CALCULATED check that is only in the console and, as the metric HealthCheckStatus, in CloudWatch.
 * Of the other types that watch no endpoint no page says it: what comes is taken, and a refusal is no error.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckLastFailureReason.html
 */
async function reported(
  client: Route53Client,
  { id, type }: TaggedCheck,
): Promise<Pick<CheckStatus, "checkers" | "lastFailure" | "error">> {
  if (type === "CALCULATED") return {};
  try {
    const status = await client.send(new GetHealthCheckStatusCommand({ HealthCheckId: id }));
    const failure = await client.send(new GetHealthCheckLastFailureReasonCommand({ HealthCheckId: id }));
    return {
      ...checkersIn(status.HealthCheckObservations ?? []),
      ...lastFailureIn(failure.HealthCheckObservations ?? []),
    };
  } catch (error) {
    return error instanceof InvalidInput ? {} : { error: nameOf(error) };
  }
}

function checkersIn(observations: readonly HealthCheckObservation[]): Pick<CheckStatus, "checkers"> {
  if (observations.length === 0) return {};
  return { checkers: { succeed: observations.filter(isSuccess).length, of: observations.length } };
}

function lastFailureIn(observations: readonly HealthCheckObservation[]): Pick<CheckStatus, "lastFailure"> {
  const timeOf = ({ StatusReport: report }: HealthCheckObservation) => report?.CheckedTime?.getTime() ?? 0;
  const [last] = observations
    .filter((observation) => !isSuccess(observation))
    .sort((one, other) => timeOf(other) - timeOf(one));
  const { Status: reason, CheckedTime: at } = last?.StatusReport ?? {};
  return reason === undefined ? {} : { lastFailure: { reason, ...(at && { at: at.toISOString() }) } };
}

function isSuccess({ StatusReport: report }: HealthCheckObservation): boolean {
  return report?.Status?.startsWith(SUCCESS) ?? false;
}
