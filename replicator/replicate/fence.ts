import type { Failure } from "../../messages/failures";
import type { OwnerReader } from "../../ownership/lease/owner-reader";

/** Who answers for what the home takes in, or why that cannot be told. */
export type Fence =
  /** The owner is absent when the home owns itself. */
  { readonly known: true; readonly owner?: string } | { readonly known: false; readonly failure: Failure };

const OPEN: Fence = { known: true };

/**
 * The fence of a home. Messages of a fenced home are for its owner, which has to be one of the peers that copies go to. What is marked for
 * a region that never gets it would be processed by nobody.
 * @param owners absent for queues that are never fenced
 */
export async function fenceOf(
  home: string,
  peers: readonly string[],
  owners: Pick<OwnerReader, "owner"> | undefined,
): Promise<Fence> {
  if (owners === undefined) return OPEN;
  const owner = await owners.owner(home);
  if (!owner.known) return { known: false, failure: { class: "unowned", code: owner.code } };
  if (owner.region === home) return OPEN;
  if (peers.includes(owner.region)) return { known: true, owner: owner.region };
  return { known: false, failure: { class: "configuration", code: "OwnerIsNoPeer" } };
}
