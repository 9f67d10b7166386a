import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Route53Record, type Route53RecordConfig } from "@cdktf/provider-aws/lib/route53-record";
import { Construct } from "constructs";
import type { DnsSettings } from "../../config/configuration";
import { type DnsRecord, locationCode, type RecordAnswer, type Routing } from "../../config/dns/records";
import { args, text } from "../../core/expression";
import { addressed } from "../address";

export interface RecordsProps {
  readonly dns: DnsSettings;
  readonly provider: AwsProvider;
  readonly records: readonly DnsRecord[];
  /** Id of the check of a home. */
  readonly idOf: (home: string) => string;
}

/** Records of a failover group. */
export class Records extends Construct {
  private readonly made = new Map<string, readonly Route53Record[]>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: RecordsProps,
  ) {
    super(scope, id);
    for (const { name } of props.records) this.named(name);
  }

  /** All records of a name. */
  private named(name: string): readonly Route53Record[] {
    const made =
      this.made.get(name) ??
      this.props.records.filter((record) => record.name === name).map((record) => this.make(record));
    this.made.set(name, made);
    return made;
  }

  private make({ address, name, type, answer, routing, checkOf }: DnsRecord): Route53Record {
    const { dns, provider, idOf } = this.props;
    // Route 53 takes an alias only when there is what it leads to.
    const targets = "record" in answer ? this.named(answer.record) : [];
    return addressed(
      new Route53Record(this, address, {
        provider,
        zoneId: text(dns.zoneId),
        name,
        type,
        ...answerOf(answer, dns),
        ...routingOf(routing),
        ...(checkOf !== undefined && { healthCheckId: idOf(checkOf) }),
        ...(targets.length > 0 && { dependsOn: [...targets] }),
      }),
      address,
    );
  }
}

type Part<K extends keyof Route53RecordConfig> = Pick<Route53RecordConfig, K>;

function answerOf(
  answer: RecordAnswer,
  { zoneId, ttlSeconds }: DnsSettings,
): Part<"alias" | "ttl" | "records"> {
  if ("value" in answer) return { ...args({ ttl: ttlSeconds }), records: [answer.value] };
  return {
    alias:
      "record" in answer
        ? { name: answer.record, zoneId: text(zoneId), evaluateTargetHealth: true }
        : { ...answer.resource },
  };
}

function routingOf(
  routing: Routing,
): Part<"setIdentifier" | "failoverRoutingPolicy" | "latencyRoutingPolicy" | "geolocationRoutingPolicy"> {
  switch (routing.policy) {
    case "simple":
      return {};
    case "failover":
      return {
        setIdentifier: routing.side.toLowerCase(),
        failoverRoutingPolicy: { type: routing.side },
      };
    case "latency":
      return { setIdentifier: routing.region, latencyRoutingPolicy: { region: routing.region } };
    case "geolocation": {
      const { continent, country, subdivision } = routing.location;
      return {
        setIdentifier: country === "*" ? "default" : locationCode(routing.location),
        geolocationRoutingPolicy: {
          ...(continent !== undefined && { continent }),
          ...(country !== undefined && { country }),
          ...(subdivision !== undefined && { subdivision }),
        },
      };
    }
  }
}
