import type { AlarmWord } from "../config/alarms";
import type { GroupSettings } from "../config/configuration";
import type { HealthCheck } from "../config/dns/checks";
import { joinedMaps } from "../core/expression";
import { type DnsWord, type OtherWord, spelled, TAG_KEYS, type Word } from "../core/names";
import type { Value } from "../core/value";

export type Tags = Value<Readonly<Record<string, string>>>;

/** Tags of a resource: what it is, then the user's, which win. */
export function tagsOf(configuration: GroupSettings, queue: string, word: Word | OtherWord): Tags {
  const own = {
    [TAG_KEYS.group]: configuration.failoverGroup,
    [TAG_KEYS.queue]: queue,
    [TAG_KEYS.role]: spelled(word),
  };
  return joinedMaps(own, configuration.queues[queue]!.tags);
}

/** Tags of what a failover group has once. */
export function groupTagsOf(
  { failoverGroup, tags }: GroupSettings,
  word: OtherWord | DnsWord | AlarmWord,
): Tags {
  const own = {
    [TAG_KEYS.group]: failoverGroup,
    [TAG_KEYS.role]: spelled(word),
  };
  return joinedMaps(own, tags);
}

/** Tags of a health check, which tell it from all others of the account. */
export function healthCheckTagsOf(
  configuration: GroupSettings,
  { word, home }: Pick<HealthCheck, "word" | "home">,
): Tags {
  const { naming, failoverGroup } = configuration;
  const own = {
    Name: `${naming.prefix}${[failoverGroup, spelled(word), home].join("-")}`,
    [TAG_KEYS.home]: home,
  };
  return joinedMaps(own, groupTagsOf(configuration, word));
}
