import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import {
  Route53HealthCheck,
  type Route53HealthCheckConfig,
} from "@cdktf/provider-aws/lib/route53-health-check";
import { Construct } from "constructs";
import type { GroupSettings } from "../../config/configuration";
import {
  type CheckReference,
  checkOf,
  checksOf,
  type HealthCheck,
  type Probe,
} from "../../config/dns/checks";
import {
  args,
  each,
  fieldOf,
  json,
  known,
  listOf,
  mapOf,
  objectOf,
  size,
  text,
  when,
} from "../../core/expression";
import type { Operand, Value } from "../../core/value";
import { HEALTH_PATH } from "../../replicator/health/settings";
import { addressed, addressOf, attributeOf, under } from "../address";
import { healthCheckTagsOf } from "../tags";

export interface HealthChecksProps {
  /** With records. */
  readonly configuration: GroupSettings;
  readonly provider: AwsProvider;
  /** Host of the health endpoint of each home. */
  readonly hosts: Readonly<Record<string, string>>;
}

/** Health checks of a failover group. */
export class HealthChecks extends Construct {
  private readonly made = new Map<string, Route53HealthCheck>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: HealthChecksProps,
  ) {
    super(scope, id);
    for (const check of checksOf(props.configuration))
      this.made.set(addressOf(check.address), this.make(check));
  }

  /** Id of the one check by which records judge a home. */
  readonly idOf = (home: string): string => text(this.idAt(checkOf(this.props.configuration, home)));

  private readonly idAt = (reference: CheckReference): Operand<string> => {
    if (typeof reference === "object" && "check" in reference)
      return attributeOf(this.made.get(addressOf(reference.check))!, "id", [reference.home]);
    if (typeof reference === "object" && "condition" in reference) {
      const { condition, then, otherwise } = reference;
      return when(condition, this.idAt(then), this.idAt(otherwise));
    }
    return reference.id;
  };

  private readonly idOfChild = (child: Value<CheckReference>): Operand<string> => {
    const reference = objectOf(child);
    // Only checks of the user's are not told apart here.
    return reference === undefined
      ? fieldOf(child as Value<unknown> as Value<{ readonly id: string }>, "id")
      : this.idAt(reference);
  };

  private make(check: HealthCheck): Route53HealthCheck {
    const { configuration, provider, hosts } = this.props;
    const { address, home, probe, exists } = check;
    return addressed(
      new Route53HealthCheck(under(this, exists ?? known(true))!, address, {
        provider,
        ...this.probe(probe, hosts[home]),
        tags: mapOf(healthCheckTagsOf(configuration, check)),
        // A type or an interval cannot be changed; records go over to the new check before the old one goes.
        lifecycle: { createBeforeDestroy: true },
      }),
      address,
    );
  }

  private probe(probe: Probe, host: string | undefined): Route53HealthCheckConfig {
    switch (probe.kind) {
      case "endpoint":
        return args({
          type: "HTTPS",
          fqdn: host!,
          port: 443,
          resourcePath: HEALTH_PATH,
          enableSni: true,
          requestInterval: probe.intervalSeconds,
          failureThreshold: probe.failureThreshold,
        });
      case "alarm":
        return {
          type: "CLOUDWATCH_METRIC",
          cloudwatchAlarmName: probe.alarm.name,
          cloudwatchAlarmRegion: probe.alarm.region,
          insufficientDataHealthStatus: "Unhealthy",
          // The check copies the alarm's settings when it is written, and the alarm is in another stack.
          triggers: { alarm: json(probe.alarm.evaluation) },
        };
      case "routing-control":
        return args({ type: "RECOVERY_CONTROL", routingControlArn: probe.arn });
      case "calculated": {
        const children = each(probe.children, this.idOfChild);
        return {
          childHealthchecks: listOf(children),
          ...args({ type: "CALCULATED", childHealthThreshold: size(children) }),
        };
      }
    }
  }
}
