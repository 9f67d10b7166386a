import type { Clocks } from "./pass";
import { PassReader } from "./pass-reader";
import type { ReachedTable } from "./store/reached-table";

export interface OwnerReaderOptions {
  /** The region in which this code runs. */
  readonly region: string;
  /** Regions of the failover group. */
  readonly regions: readonly string[];
  /** Tables that hold passes, by region, the own one among them. */
  readonly tables: Readonly<Record<string, ReachedTable>>;
  /** The clocks of this machine. */
  readonly clocks: () => Clocks;
}

/** The region that owns a home; or with what the call of the own region's table failed, or `NoOwner`: no pass is open. */
export type OwnerAnswer =
  | { readonly known: true; readonly region: string }
  | { readonly known: false; readonly code: string };

const NO_OWNER = "NoOwner";

/**
 * Who owns a home, by the passes of all regions. Make one for the life of the process. The own region's pass is asked first, and alone
 * while it is open. Then that of the peer which was the owner last, and alone while it is open, because five regions have twenty copies of
 * peers' passes. All tables are asked for a pass at once, and any that shows the pass open will do, because two are never open. A table
 * that fails or hangs makes nobody wait for longer than its call lasts.
 */
export class OwnerReader {
  private readonly own: PassReader;
  /** By peer, one reader for each table. */
  private readonly peers: ReadonlyMap<string, readonly PassReader[]>;
  /** By home, the peer that was its owner last. */
  private readonly last = new Map<string, string>();

  constructor(private readonly options: OwnerReaderOptions) {
    const { region, regions, tables, clocks } = options;
    this.own = new PassReader({ region, tables, clocks });
    this.peers = new Map(
      regions
        .filter((peer) => peer !== region)
        .map((peer) => [
          peer,
          Object.values(tables).map(
            (table) => new PassReader({ region: peer, tables: { [peer]: table }, clocks }),
          ),
        ]),
    );
  }

  /** Never throws. */
  async owner(home: string): Promise<OwnerAnswer> {
    const own = await this.own.verdict(home);
    if (own.open) return { known: true, region: this.options.region };
    const last = this.last.get(home);
    const others = [...this.peers.keys()].filter((peer) => peer !== last);
    const region =
      (last === undefined ? undefined : await this.openIn(home, [last])) ?? (await this.openIn(home, others));
    if (region === undefined) return { known: false, code: own.why === "unreadable" ? own.code : NO_OWNER };
    this.last.set(home, region);
    return { known: true, region };
  }

  /** The one of the peers whose pass is open. */
  private async openIn(home: string, peers: readonly string[]): Promise<string | undefined> {
    const asked = peers.flatMap((peer) => this.peers.get(peer)!.map((reader) => isOpen(reader, home, peer)));
    return Promise.any(asked).catch(() => undefined);
  }
}

/** The peer, if this copy of its pass is open. */
async function isOpen(reader: PassReader, home: string, peer: string): Promise<string> {
  const verdict = await reader.verdict(home);
  if (verdict.open) return peer;
  throw new Error("not open");
}
