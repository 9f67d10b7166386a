import { HEALTHY, type RecordSettings, type Resolver, recordNames, UNHEALTHY } from "../../ownership/records";
import type { Health } from "../../ownership/situation";
import type { RecordSight } from "./observation";
import { nameOf, type Parts } from "./parts";

/** A health that could not be looked up again for longer says nothing: one run in which no server answers makes no difference. */
const HEALTH_KEPT_MS = 90_000;

/** Looks up the records of a group: the owner of each home, and the health of each region. */
export class Lookups {
  private readonly health = new Map<string, { readonly health: Health; readonly at: number }>();

  private constructor(
    private readonly parts: Pick<Parts, "settings" | "now" | "onFailure">,
    private readonly records: RecordSettings,
    private readonly resolver: Resolver,
  ) {}

  /** Undefined without records. */
  static of(parts: Pick<Parts, "settings" | "now" | "onFailure" | "resolver">): Lookups | undefined {
    const { resolver, settings } = parts;
    return settings.records && resolver && new Lookups(parts, settings.records, resolver);
  }

  /** Asks for everything at once. What gives no answer, or one that is none, is missing. Never throws. */
  async look(): Promise<RecordSight> {
    const { settings, now } = this.parts;
    const { regions } = settings;
    const names = recordNames(this.records.record);
    const [owners, healths] = await Promise.all([
      this.ask(regions, names.owner, regions),
      this.ask(regions, names.health, [HEALTHY, UNHEALTHY] as const),
    ]);
    for (const [region, health] of healths) this.health.set(region, { health, at: now() });
    const kept = [...this.health].filter(([, { at }]) => now() - at <= HEALTH_KEPT_MS);
    return {
      owners: Object.fromEntries(owners),
      health: Object.fromEntries(kept.map(([region, { health }]) => [region, health])),
      resolves: owners.length + healths.length > 0,
      ttlSeconds: this.records.ttlSeconds,
    };
  }

  private async ask<T extends string>(
    regions: readonly string[],
    nameFor: (region: string) => string,
    allowed: readonly T[],
  ): Promise<readonly (readonly [string, T])[]> {
    const answers = await Promise.all(
      regions.map(async (region) => {
        const answer = await this.answer(nameFor(region), allowed);
        return answer === undefined ? [] : [[region, answer] as const];
      }),
    );
    return answers.flat();
  }

  private async answer<T extends string>(name: string, allowed: readonly T[]): Promise<T | undefined> {
    const { onFailure } = this.parts;
    try {
      const text = await this.resolver.text(name);
      const answer = allowed.find((one) => one === text);
      if (answer === undefined) onFailure("records", "NoSuchAnswer");
      return answer;
    } catch (error) {
      onFailure("records", codeOf(error));
      return undefined;
    }
  }
}

function codeOf(error: unknown): string {
  const { code } = (typeof error === "object" ? error : {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : nameOf(error);
}
