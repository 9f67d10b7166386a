import { gateIsOpen, gateIsOpening, type OwnershipSource, type OwnershipView } from "../ownership/view";
import { callFailure } from "../replicator/message/failures";

/** Nobody knows whether this region may process messages: the roles could not be read, now or before. */
export class OwnershipUnknown extends Error {
  override readonly name = "OwnershipUnknown";

  /** @param code error code of the call that failed, such as `AccessDeniedException` */
  constructor(readonly code: string) {
    super(`the roles of the failover group could not be read: ${code}`);
  }
}

/**
 * Whether consumers in a region may work. It is closed while another region answers for this one's messages, and for as long after
 * that as the other needs to end its work.
 */
export class Gate {
  constructor(
    private readonly source: OwnershipSource,
    private readonly region: string,
  ) {}

  /**
   * Cheap to ask before and after every receive, because the source keeps for seconds what it has read, and for as long as it has to
   * when nothing can be read. Throws {@link OwnershipUnknown} only when nothing ever was: take that for closed, and ask again.
   */
  async isOpen(): Promise<boolean> {
    return gateIsOpen(await this.view(), this.region);
  }

  /** Whether it is closed, but about to open: the region owns itself again, and what was begun elsewhere is ending. Throws as {@link isOpen}. */
  async isOpening(): Promise<boolean> {
    return gateIsOpening(await this.view(), this.region);
  }

  private async view(): Promise<OwnershipView> {
    try {
      return await this.source.read();
    } catch (error) {
      throw new OwnershipUnknown(callFailure(error).code);
    }
  }
}
