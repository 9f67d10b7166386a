import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Route53Record, type Route53RecordConfig } from "@cdktf/provider-aws/lib/route53-record";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { GroupSettings } from "../../config/configuration";
import { type Chain, homeChain, nameAt } from "../../config/dns/records";
import { anyOf, args, expression, fieldOf, isSet, optional, reference, text } from "../../core/expression";
import { REGIONS_PER_GROUP } from "../../core/limits";
import { homeRecord } from "../../core/names";
import type { Written } from "../../core/value";
import { addressed, addressOf, under } from "../../modules/address";
import { blocks } from "../../modules/block";
import { ANY_CHAIN, ANY_REGION, ANY_ROUTE, ANY_STEP, ANY_TARGET } from "./symbols";

export interface GroupRecordsProps {
  readonly configuration: GroupSettings;
  readonly provider: AwsProvider;
}

/** Id of the check of a home, which a local notes. */
export function checkOf(home: string): string {
  return text(expression`local.home_checks[${home}]`);
}

/** The name of each home that answers the first of its choices that is healthy, as a local: by what it is for. */
export function chainsOf(configuration: GroupSettings): Readonly<Record<string, unknown>> {
  const { address, name, type, rest, choices } = homeChain(configuration, ANY_REGION);
  return {
    [`${addressOf(address)}/${ANY_REGION}`]: {
      name,
      type,
      label: rest.label,
      below: rest.below,
      choices: choices.map(({ answer, checkOf: home }) => ({
        value: "value" in answer ? answer.value : undefined,
        alias: undefined,
        check: checkOf(home!),
      })),
    },
  };
}

/**
 * Records of a failover group whose regions Terraform alone knows. A name leads on by aliases as often as it has choices. Route 53 takes an
 * alias only when there is what it leads to, so there is a resource for each depth.
 */
export class ModuleRecords extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: GroupRecordsProps,
  ) {
    super(scope, id);
    const made: Route53Record[] = [this.firstChoices(), this.lastChoices()];
    for (let depth = REGIONS_PER_GROUP.max - 3; depth >= 0; depth -= 1) made.push(this.rest(depth, made));
    this.discovery(made);
    this.endpoints();
  }

  private firstChoices(): Route53Record {
    const step = fieldsOf("local.steps[@step]");
    return this.record("first", ANY_STEP, {
      name: nameAt(chainAt("local.chains[local.steps[@step].chain]"), step<number>("depth")),
      type: step("type"),
      ...this.answer(step),
      healthCheckId: step("check"),
      ...failover("PRIMARY"),
    });
  }

  private lastChoices(): Route53Record {
    const last = fieldsOf("local.lasts[@chain]");
    return this.record("last", ANY_CHAIN, {
      name: nameAt(chainAt(CHAIN), last<number>("depth")),
      type: last("type"),
      ...this.answer(last),
      healthCheckId: last("check"),
      ...failover("SECONDARY"),
    });
  }

  /** From the name at a depth on to the next one. */
  private rest(depth: number, after: readonly ITerraformDependable[]): Route53Record {
    const { choices, name, type, rest } = chainAt(CHAIN);
    const place = under(this, expression`(length(${choices}) > ${depth + 2})`)!;
    return this.record(
      depth === 0 ? "rest" : `rest_${depth + 1}`,
      ANY_CHAIN,
      {
        name: nameAt({ name, rest }, depth),
        type,
        ...this.leadingTo(nameAt({ name, rest }, depth + 1)),
        ...failover("SECONDARY"),
        dependsOn: [...after],
      },
      place,
    );
  }

  private discovery(homes: readonly ITerraformDependable[]): void {
    const { record } = this.props.configuration.dns!;
    const route = fieldsOf("local.routes[@route]");
    this.record("discovery", ANY_ROUTE, {
      name: record,
      type: "TXT",
      ...this.leadingTo(homeRecord(record, text(route("region")))),
      ...routed(route),
      dependsOn: [...homes],
    });
  }

  /** Application endpoints by latency or place; those by failover are names with choices. */
  private endpoints(): void {
    const target = fieldsOf("local.targets[@target]");
    this.record("endpoint", ANY_TARGET, {
      name: target("record"),
      type: target("type"),
      ...this.answer(target),
      healthCheckId: checkOf(text(target("region"))),
      ...routed(target),
    });
  }

  private answer(from: ReturnType<typeof fieldsOf>): Partial<RecordArguments> {
    const value = from("value");
    const alias = from<Alias>("alias");
    const { ttlSeconds } = this.props.configuration.dns!;
    return {
      ...optional(isSet(value), { ttl: ttlSeconds, records: [value] }),
      ...blocks(isSet(alias), {
        alias: {
          name: fieldOf(alias, "name"),
          zoneId: fieldOf(alias, "zone_id"),
          evaluateTargetHealth: fieldOf(alias, "evaluate_target_health"),
        },
      }),
    };
  }

  private leadingTo(name: string): Partial<RecordArguments> {
    const { zoneId } = this.props.configuration.dns!;
    return { alias: { name, zoneId, evaluateTargetHealth: true } };
  }

  private record(
    address: string,
    symbol: string,
    config: Partial<RecordArguments> & Pick<RecordArguments, "name" | "type">,
    place: Construct = this,
  ): Route53Record {
    const { configuration, provider } = this.props;
    const { zoneId } = configuration.dns!;
    return addressed(
      new Route53Record(place, address, {
        provider,
        ...(args({ zoneId, ...config }) as Route53RecordConfig),
      }),
      `${address}_${symbol}`,
    );
  }
}

/** Arguments of a record, any of which Terraform may know alone. */
type RecordArguments = {
  readonly [K in
    | "name"
    | "type"
    | "ttl"
    | "records"
    | "alias"
    | "healthCheckId"
    | "setIdentifier"
    | "failoverRoutingPolicy"
    | "latencyRoutingPolicy"
    | "geolocationRoutingPolicy"]: Written<Route53RecordConfig[K]>;
} & Pick<Route53RecordConfig, "dependsOn">;

/** A resource of AWS that a record leads to, as the variable says it. */
interface Alias {
  readonly name: string;
  readonly zone_id: string;
  readonly evaluate_target_health: boolean;
}

const CHAIN = "local.chains[@chain]";

function fieldsOf(path: string) {
  return <T = string>(field: string) => reference<T>(`${path}.${field}`);
}

function chainAt(path: string) {
  const chain = fieldsOf(path);
  return {
    name: chain("name"),
    type: chain<Chain["type"]>("type"),
    rest: { label: chain("label"), below: chain("below") },
    choices: chain("choices"),
  };
}

function failover(side: "PRIMARY" | "SECONDARY"): Partial<RecordArguments> {
  return { setIdentifier: side.toLowerCase(), failoverRoutingPolicy: { type: side } };
}

function routed(from: ReturnType<typeof fieldsOf>): Partial<RecordArguments> {
  const latency = from("latency");
  const country = from("country");
  const continent = from("continent");
  return {
    setIdentifier: from("identifier"),
    ...blocks(isSet(latency), { latencyRoutingPolicy: { region: latency } }),
    ...blocks(anyOf(isSet(country), isSet(continent)), {
      geolocationRoutingPolicy: { continent, country, subdivision: from("subdivision") },
    }),
  };
}
