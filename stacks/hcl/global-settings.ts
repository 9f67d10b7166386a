import type { GroupSettings } from "../../config/configuration";
import { resolveDns } from "../../config/dns/dns";
import { resolveLedger, resolveRecovery } from "../../config/recovery/recovery";
import { peersInOrder, type RegionOrder } from "../../config/region-sets";
import { expression, fallback, isSet, joinedLists, known, presentIf, reference } from "../../core/expression";
import type { Value } from "../../core/value";
import { groupOfVariables, lifted, referencesIn } from "./settings";
import { ANY_NEXT, ANY_OTHER, ANY_REGION } from "./symbols";

/** What the variables of the global module come to. */
export interface GlobalSettings {
  readonly configuration: GroupSettings;
  /** By name, what a local stands for. */
  readonly locals: Readonly<Record<"recovery" | "ledger" | "dns" | "peers" | "order", unknown>>;
}

const FIRST = "${var.region}";

export function globalModuleSettings(): GlobalSettings {
  const group = groupOfVariables();
  const recovery = resolveRecovery(group, {});
  const ledger = resolveLedger(group)!;
  const dns = resolveDns(group)!;
  const noted = {
    takeoverOrder: reference<Readonly<Record<string, readonly string[]>>>("local.recovery.takeover_order"),
  };
  const order = fallback(
    group.dns!.discovery.order,
    joinedLists([FIRST], expression<readonly string[]>`local.peers[${FIRST}]`),
  );
  return {
    configuration: {
      ...group,
      recovery: recovery && presentIf(isSet(recovery), { ...recovery, ...noted }),
      ledger: onDemand(referencesIn(ledger, "local.ledger") as NonNullable<GroupSettings["ledger"]>),
      dns: orderedBy(
        reference("local.order"),
        referencesIn(dns, "local.dns") as NonNullable<GroupSettings["dns"]>,
      ),
      regionOrder: REGION_ORDER,
    } as unknown as GroupSettings,
    locals: {
      recovery: { takeover_order: recovery!.takeoverOrder },
      ledger: lifted(ledger),
      dns: lifted(dns),
      peers: { [ANY_REGION]: peersInOrder({ regions: group.regions, recovery: noted }, ANY_REGION) },
      order,
    },
  };
}

const REGION_ORDER: RegionOrder = {
  first: FIRST,
  others: [ANY_OTHER],
  peers: () => [ANY_NEXT],
};

/** A provisioned table needs a provider for each of its replicas, and a module has a fixed number of them. */
function onDemand<T extends NonNullable<GroupSettings["ledger"]>>(ledger: T): T {
  const { managed } = ledger;
  const billing = known({ type: "on_demand" as const });
  const made = managed && presentIf(isSet(managed), { ...managed, billing });
  return presentIf(isSet(ledger), { ...ledger, managed: made });
}

function orderedBy<T extends NonNullable<GroupSettings["dns"]>>(order: Value<readonly string[]>, dns: T): T {
  return presentIf(isSet(dns), { ...dns, order });
}
