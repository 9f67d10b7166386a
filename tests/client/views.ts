import type { OwnershipSource, OwnershipView } from "../../ownership/view";

/** What a region knows whose own home has this owner and is in this phase. */
export function view(
  owner = "us-east-1",
  phase: OwnershipView["states"]["homes"][string]["phase"] = "owner",
  region = "us-east-1",
): OwnershipView {
  return {
    roles: { v: 1, homes: { [region]: { owner, epoch: 3, at: 1, from: [] } } },
    states: { v: 1, region, checkedAt: 1, homes: { [region]: { phase, epoch: 3, since: 1 } } },
  };
}

export function sourceOf(read: () => OwnershipView): OwnershipSource {
  return { read: async () => read() };
}
