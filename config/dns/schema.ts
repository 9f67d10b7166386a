import { z } from "zod";
import {
  DNS_LABEL_MAX_LENGTH,
  FUNCTION_MEMORY_MB,
  HEALTH_FAILURE_THRESHOLD,
  HEALTH_INTERVAL_SECONDS,
  HEALTH_RESERVED_CONCURRENCY,
  RECORD_TTL_SECONDS,
} from "../../core/limits";
import { allowed, choice, flag, map, object, REGION_TEXT, region, text, whole } from "../fields";

/** Settings of health checks and records in the configuration file. */

const LABEL = `[a-z0-9](?:[a-z0-9-]{0,${DNS_LABEL_MAX_LENGTH - 2}}[a-z0-9])?`;
const domainName = (description: string) =>
  text(
    new RegExp(`^${LABEL}(?:\\.${LABEL})+$`),
    `a DNS name without a dot at its end, such as "orders.example.com": at least two labels of 1 to ${DNS_LABEL_MAX_LENGTH} lower-case letters, digits and hyphens`,
    description,
  );

/** Names that others have given: load balancers have capitals in theirs, and certificates underscores. */
const targetName = (description: string) =>
  text(
    /^(?=.{1,253}$)[\w-]{1,63}(?:\.[\w-]{1,63})+$/,
    "a DNS name without a dot at its end: at least two labels of 1 to 63 letters, digits, hyphens and underscores",
    description,
  );

const zoneId = (description: string) =>
  text(/^Z[A-Z0-9]{1,31}$/, 'the id of a hosted zone, "Z…"', description);

const DISCOVERY_POLICIES = ["failover", "latency", "geolocation"] as const;

const location = object({
  continent: z.string(allowed("a text")).describe("Code of a continent, such as EU.").optional(),
  country: z.string(allowed("a text")).describe("Code of a country (ISO 3166-1), such as DE.").optional(),
  subdivision: z.string(allowed("a text")).describe("Code of a state; only with country US.").optional(),
});

const discovery = object({
  policy: choice(
    DISCOVERY_POLICIES,
    "How the discovery record chooses a region. failover (default): the first of order while it is healthy, then its peers. latency: the nearest. geolocation: by the producer's place.",
  ).default("failover"),
  order: z
    .array(region)
    .describe(
      "failover: all regions, the first to send to first. Default: the first region, then its peers in the order in which they take it over.",
    )
    .optional(),
  locations: map(
    region,
    REGION_TEXT,
    z.array(location).min(1, allowed("at least one location")).describe("Locations."),
    "geolocation: per region, the places whose producers send to it.",
  ).optional(),
  default: region.describe("geolocation: region of producers from anywhere else.").optional(),
})
  .describe("The discovery record.")
  .prefault({});

const health = object({
  type: choice(
    ["endpoint", "metric"],
    "How Route 53 learns whether a home is healthy: it is fit, and owns itself. endpoint (default): Route 53 asks a public function URL, and notices a failure in seconds. metric: the controller publishes its verdict, nothing is public, and a failure is noticed in minutes.",
  ).default("endpoint"),
  interval_seconds: z
    .literal([...HEALTH_INTERVAL_SECONDS], allowed(`${HEALTH_INTERVAL_SECONDS.join(" or ")}`))
    .describe("endpoint: time between two requests of one health checker, seconds. Default 10.")
    .optional(),
  failure_threshold: whole(
    HEALTH_FAILURE_THRESHOLD,
    "endpoint: requests in a row that must fail, or succeed, to change the verdict. Default 3.",
  ).optional(),
  reserved_concurrency: whole(
    HEALTH_RESERVED_CONCURRENCY,
    "endpoint: invocations at once that are kept for the health function, and that a flood of requests cannot exceed. Default 5.",
  ).optional(),
  memory_mb: whole(
    FUNCTION_MEMORY_MB,
    "endpoint: memory of the health function, MB. Default 512.",
  ).optional(),
})
  .describe("Health of a home.")
  .prefault({});

const check = object({
  id: text(
    /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/,
    "the id of a health check, a UUID in lower case",
    "Id of the health check.",
  ),
  type: choice(
    ["endpoint", "alarm", "recovery_control", "calculated"],
    "What it checks. calculated is refused: name its children.",
  ),
});

const target = z
  .union(
    [
      object({ cname: targetName("Name that a CNAME record answers.") }),
      object({
        alias: object({
          name: targetName(
            "DNS name of the load balancer, API or distribution that an alias record answers.",
          ),
          zone_id: zoneId("Id of the hosted zone that AWS has for that kind of resource and region."),
          evaluate_target_health: flag(
            "Whether the resource's own health counts too; not for CloudFront. Default false.",
          ).default(false),
        }).describe("A resource of AWS that an alias record answers."),
      }),
    ],
    allowed('{ "cname": "…" } or { "alias": { "name": "…", "zone_id": "…" } }'),
  )
  .describe("Where the record leads while it leads to this region.");

export const dns = object({
  zone_id: zoneId("Hosted zone of the records, in the account of the group."),
  record: domainName(
    "The discovery record, in that zone; all others are below it. Not the zone's own name if other TXT records stand there.",
  ),
  ttl_seconds: whole(
    RECORD_TTL_SECONDS,
    "Time to live of the records, seconds. Default 10. Producers follow no sooner.",
  ).default(10),
  discovery,
  health,
  checks: map(
    region,
    REGION_TEXT,
    z.array(check).describe("Health checks."),
    "Per region, health checks of your own that must be healthy for the region to be. Default: none.",
  ).default({}),
  routing_controls: map(
    region,
    REGION_TEXT,
    text(
      /^arn:aws(?:-cn|-us-gov)?:route53-recovery-control::\d{12}:controlpanel\/[\w-]+\/routingcontrol\/[\w-]+$/,
      'the ARN of a routing control, "arn:aws:route53-recovery-control::<account>:controlpanel/<id>/routingcontrol/<id>"',
      "ARN of the routing control.",
    ),
    "Per region, a routing control of Application Recovery Controller that must be on for the region to be healthy. Default: none.",
  ).default({}),
  endpoints: z
    .array(
      object({
        record: domainName("Name of the record, in the same zone."),
        targets: map(
          region,
          REGION_TEXT,
          target,
          "Per region, where the record leads; every region has one.",
        ),
      }),
    )
    .describe(
      "Records of application endpoints (CNAME, or alias of type A) that fail over with the regions. Default: none.",
    )
    .default([]),
}).describe(
  "Health checks and records in Route 53, by which producers find a region that works. Needs recovery. Default: none.",
);
