import {
  anyOf,
  distinct,
  each,
  eachEntry,
  grouped,
  isAtMost,
  isEmpty,
  isOneOf,
  isSet,
  joinedLists,
  joinedMaps,
  keysIn,
  lowered,
  not,
  size,
  sorted,
} from "../core/expression";
import { HEALTH_CHECK_TAGS_MAX, TAGS_MAX } from "../core/limits";
import { TAG_KEYS } from "../core/names";
import type { GroupSettings, LogicalQueueSettings, QueueConfiguration } from "./configuration";
import type { GroupTableRule, TableRule } from "./rule";

/** Rules of tags, of which every resource has those of the group. A configuration and a module are held against the same table. */

type Tags = GroupSettings["tags"];
type QueueTableRule = TableRule<LogicalQueueSettings, QueueConfiguration>;

/** Keys of tags and of a provider's default tags, but for those that are the project's own and may be overridden. */
function othersThan(own: readonly string[], tags: Tags, { defaultTags = {} as Tags }: GroupSettings) {
  return each(
    keysIn(joinedMaps(defaultTags, tags)),
    (key) => key,
    (key) => not(isOneOf(key, own)),
  );
}

/** How many tags a resource has at most. */
function atMost(max: number, own: readonly string[], tags: Tags, group: GroupSettings) {
  const others = othersThan(own, tags, group);
  return {
    value: `${size(others)} tags`,
    holds: isAtMost(size(others), max - own.length),
    others: max - own.length,
  };
}

/** IAM takes keys that differ by case for one: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html */
function withoutCase(own: readonly string[], tags: Tags, { defaultTags = {} as Tags }: GroupSettings) {
  const keys = distinct(joinedLists(own, keysIn(joinedMaps(defaultTags, tags))));
  const spellings = grouped(keys, lowered, (group) => group);
  const clashes = eachEntry(
    spellings,
    (group) => group,
    (group) => not(isAtMost(size(group), 1)),
  );
  return isEmpty(clashes);
}
const BY_MORE_THAN_CASE =
  "tag keys that differ by more than case, also from the project's own and a provider's default tags: IAM takes others for one";

const groupTags: GroupTableRule = {
  path: "tags",
  find: (group) => {
    const { others, ...finding } = atMost(TAGS_MAX, TAG_KEYS.ofGroup, group.tags, group);
    return {
      ...finding,
      allowed: `at most ${others}: a resource takes ${TAGS_MAX}, less the group's own ${TAG_KEYS.ofGroup.length}`,
    };
  },
  fix: () => "name fewer tags",
};

/** A health check takes fewer tags than other resources do. */
const tagsOfChecks: GroupTableRule = {
  path: "tags",
  find: (group) => {
    const own = TAG_KEYS.ofHealthCheck;
    const { others, holds, value } = atMost(HEALTH_CHECK_TAGS_MAX, own, group.tags, group);
    return {
      value,
      holds: anyOf(not(isSet(group.dns)), holds),
      allowed: `at most ${others} with dns, a provider's default tags among them: a health check takes ${HEALTH_CHECK_TAGS_MAX}, less the group's own ${own.length}`,
    };
  },
  fix: () => "name fewer tags",
};

const keysOfGroup: GroupTableRule = {
  path: "tags",
  find: (group) => ({
    value: sorted(keysIn(group.tags)),
    holds: withoutCase(TAG_KEYS.ofGroup, group.tags, group),
    allowed: BY_MORE_THAN_CASE,
  }),
  fix: () => "spell each key in one way",
};

const queueTags: QueueTableRule = {
  path: "tags",
  find: ({ tags }, group) => {
    const { others, ...finding } = atMost(TAGS_MAX, TAG_KEYS.ofQueue, tags, group);
    return {
      ...finding,
      allowed: `at most ${others} together with the group's: a resource takes ${TAGS_MAX}, less the ${TAG_KEYS.ofQueue.length} of the project's own`,
    };
  },
  fix: () => "name fewer tags",
};

const keysOfQueue: QueueTableRule = {
  path: "tags",
  find: ({ tags }, group) => ({
    value: sorted(keysIn(tags)),
    // What the group alone says is told of the group.
    holds: anyOf(
      not(withoutCase(TAG_KEYS.ofGroup, group.tags, group)),
      withoutCase(TAG_KEYS.ofQueue, tags, group),
    ),
    allowed: BY_MORE_THAN_CASE,
  }),
  fix: () => "spell each key as the group does",
};

export const TAG_TABLE: readonly GroupTableRule[] = [groupTags, keysOfGroup];
/** Of a group that may have health checks. */
export const HEALTH_CHECK_TAG_TABLE: readonly GroupTableRule[] = [tagsOfChecks];
export const QUEUE_TAG_TABLE: readonly QueueTableRule[] = [queueTags, keysOfQueue];
