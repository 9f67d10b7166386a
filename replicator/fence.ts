import { fencedBy, type OwnershipSource } from "../ownership/view";
import { callFailure, type Failure } from "./message/failures";

/** Who answers for what the home takes in, or why that cannot be told. */
export type Fence =
  /** The owner is absent when the home owns itself. */
  { readonly known: true; readonly owner?: string } | { readonly known: false; readonly failure: Failure };

const OPEN: Fence = { known: true };

/**
 * The fence of a home. Messages of a fenced home are for its owner, which has to be one of the peers that copies go to: what is marked
 * for a region that never gets it would be processed by nobody.
 * @param ownership absent for queues that are never fenced
 */
export async function fenceOf(
  home: string,
  peers: readonly string[],
  ownership: OwnershipSource | undefined,
): Promise<Fence> {
  if (ownership === undefined) return OPEN;
  try {
    const owner = fencedBy(await ownership.read(), home);
    if (owner === undefined) return OPEN;
    if (peers.includes(owner)) return { known: true, owner };
    return { known: false, failure: { class: "configuration", code: "OwnerIsNoPeer" } };
  } catch (error) {
    const { class: cause, code } = callFailure(error);
    // No parameter is at fault for a message: with that class it would be moved to the DLQ.
    return { known: false, failure: { class: cause === "message" ? "configuration" : cause, code } };
  }
}
