import { isDeepStrictEqual } from "node:util";
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { producerKeyAttribute, producerRegions } from "../../client";
import { recordResolver } from "../../client/producer/record-resolver";
import type { ConfigurationInput } from "../../config/schema";
import { homeRecord } from "../../core/names";
import { consume } from "../../demo/traffic";
import { AS_AWS } from "../../emulator/as-aws";
import { type ClientOptions, createZone, sqsClient } from "../../emulator/clients";
import { Deployment } from "../../emulator/deployment";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import type { Route53StandIn } from "../../emulator/route53/stand-in";
import { waitFor } from "../../emulator/wait";
import { configurationInput, HOME_ACCOUNT, PRODUCER_ROLE } from "../fixtures";

export const [H, P, Q] = ["us-east-1", "us-west-2", "eu-west-1"] as const;
export const HOMES: readonly string[] = [H, P, Q];

const [OHIO, CALIFORNIA, FRANKFURT, MUMBAI] = [
  "us-east-2",
  "us-west-1",
  "eu-central-1",
  "ap-south-1",
] as const;
/** Where producers are outside of the group, so that they outlive its regions, and how far its regions are, in milliseconds. */
export const PLACES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  [OHIO]: { [H]: 12, [P]: 50, [Q]: 85 },
  [CALIFORNIA]: { [H]: 60, [P]: 20, [Q]: 130 },
  [FRANKFURT]: { [H]: 90, [P]: 150, [Q]: 25 },
  [MUMBAI]: { [H]: 190, [P]: 215, [Q]: 120 },
};
/** The region that each place is nearest to. */
export const NEAREST: Readonly<Record<string, string>> = {
  [OHIO]: H,
  [CALIFORNIA]: P,
  [FRANKFURT]: Q,
  [MUMBAI]: Q,
};
export const GEOLOCATION: Discovery = {
  policy: "geolocation",
  default: H,
  locations: {
    [P]: [{ country: "US", subdivision: "CA" }, { continent: "AS" }],
    [Q]: [{ continent: "EU" }],
  },
};
/** The region that each place is given by these locations. */
export const BY_PLACE: Readonly<Record<string, string>> = {
  [OHIO]: H,
  [CALIFORNIA]: P,
  [FRANKFURT]: Q,
  [MUMBAI]: P,
};

const QUEUE = "orders";
const ZONE = "shop.example";
const RECORD = `orders.${ZONE}`;

/** Health checks need half a minute, a hand-over and a return about one each, and a first deployment two. */
const PATIENCE_MS = 420_000;

export type Discovery = NonNullable<ConfigurationInput["dns"]>["discovery"];

/** A message that an ingress queue has accepted. */
export interface Sent {
  readonly body: string;
  /** Regions that were tried, the last of which accepted it. */
  readonly tried: readonly string[];
}

/** A group of three regions whose ownership moves by order only, and Route 53 with its records. */
export class ThreeRegions {
  private readonly sent: Sent[] = [];
  /** How many of these `takeEverything` has taken. */
  private taken = 0;
  private number = 0;
  private readonly producers = new Map<string, () => Promise<readonly string[]>>();

  private constructor(
    readonly emulator: Emulator,
    readonly route53: Route53StandIn,
    readonly zoneId: string,
  ) {}

  static async start(): Promise<ThreeRegions> {
    const emulator = await startEmulator({
      regions: [...HOMES, ...Object.keys(PLACES)],
      asAws: { ...AS_AWS, seed: "three-regions" },
    });
    const route53 = await emulator.route53({ account: HOME_ACCOUNT, latencies: PLACES });
    const zoneId = await createZone(emulator, { account: HOME_ACCOUNT, name: ZONE });
    return new ThreeRegions(emulator, route53, zoneId);
  }

  synthesize(discovery: Discovery): Promise<Deployment> {
    const { zoneId } = this;
    const input = configurationInput({
      regions: Object.fromEntries(HOMES.map((region) => [region, { account: HOME_ACCOUNT }])),
      functions: { timeout_seconds: 10 },
      recovery: { takeover: "manual" },
      dns: {
        zone_id: zoneId,
        record: RECORD,
        discovery,
      },
      queues: { [QUEUE]: { producers: [PRODUCER_ROLE], rescue: "manual" } },
    });
    return Deployment.synthesize(this.emulator, input);
  }

  /** Text of a record for those in a region or place, from its DNS server. */
  text(from: string, name: string): Promise<string> {
    return recordResolver({ resolverAddresses: [this.route53.dnsServer(from)] })
      .text(name)
      .catch((error: Error) => error.message);
  }

  /** The region that the discovery record names, by where it is asked. */
  async discovery(from: readonly string[] = Object.keys(PLACES)): Promise<Readonly<Record<string, string>>> {
    return byName(from, (place) => this.text(place, RECORD));
  }

  /** The region to which producers of each home are sent, asked from a place. */
  homes(from: string): Promise<Readonly<Record<string, string>>> {
    return byName(HOMES, (home) => this.text(from, homeRecord(RECORD, home)));
  }

  /**
   * Sends a message from a place as a producer does: to the region that the discovery record names, and on to the next one of the group
   * until one accepts it. It keeps what DNS said for no time.
   */
  async send(deployment: Deployment, place: string): Promise<Sent> {
    const body = `${place} ${this.number++}`;
    const attributes = producerKeyAttribute();
    const tried: string[] = [];
    let cause: unknown;
    for (const region of await this.regionsFor(place)) {
      const client = this.client({ region, source: place, role: PRODUCER_ROLE });
      tried.push(region);
      const QueueUrl = deployment.topology(QUEUE, region).ingress.url;
      try {
        await client.send(
          new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes: { ...attributes } }),
        );
        const sent = { body, tried };
        this.sent.push(sent);
        return sent;
      } catch (error) {
        cause = error;
      } finally {
        client.destroy();
      }
    }
    throw new Error(`${body} was accepted by none of ${tried.join(", ")}`, { cause });
  }

  /**
   * Takes what has been accepted since the last time from the work queue of its home, and from the standby queues of both peers. What
   * comes once more, as messages of standard queues may, is not told.
   * @returns bodies by queue: what came, and what should
   */
  async takeEverything(deployment: Deployment): Promise<{
    readonly came: Readonly<Record<string, readonly string[]>>;
    readonly expected: Readonly<Record<string, readonly string[]>>;
  }> {
    const [before, sent] = [this.sent.slice(0, this.taken), this.sent.slice(this.taken)];
    this.taken = this.sent.length;
    const queues = HOMES.flatMap((region) => {
      const { work, standbys } = deployment.topology(QUEUE, region);
      return [
        { region, queue: work, home: region },
        ...Object.entries(standbys).map(([home, queue]) => ({ region, queue, home })),
      ];
    });
    const entries = await Promise.all(
      queues.map(async ({ region, queue, home }) => {
        const expected = bodiesOf(sent, home);
        const known = bodiesOf(before, home);
        const came = (await this.take(region, queue.url, expected)).filter((body) => !known.includes(body));
        return [`${queue.name} in ${region}`, came.sort(), [...expected].sort()] as const;
      }),
    );
    return {
      came: Object.fromEntries(entries.map(([name, came]) => [name, came])),
      expected: Object.fromEntries(entries.map(([name, , expected]) => [name, expected])),
    };
  }

  /** Takes messages until all that are expected have come. @returns all that came, each once */
  private async take(region: string, queueUrl: string, expected: readonly string[]): Promise<string[]> {
    const client = this.client({ region });
    const bodies = new Set<string>();
    let over = false;
    const consuming = consume(
      { client, queueUrl },
      (messages) => {
        for (const { Body = "" } of messages) bodies.add(Body);
      },
      () => over,
    );
    const allCame = waitFor(() => expected.every((body) => bodies.has(body)), {
      timeoutMs: PATIENCE_MS,
      what: `${expected.join(", ")} on ${queueUrl}`,
    });
    try {
      await Promise.race([allCame, consuming]);
    } finally {
      over = true;
      await consuming.finally(() => client.destroy());
    }
    return [...bodies];
  }

  private regionsFor(place: string): Promise<readonly string[]> {
    const regions =
      this.producers.get(place) ??
      producerRegions({
        record: RECORD,
        ttlSeconds: 0,
        resolverAddresses: [this.route53.dnsServer(place)],
        regions: HOMES,
      });
    this.producers.set(place, regions);
    return regions();
  }

  private client(options: Pick<ClientOptions, "region" | "source" | "role">): SQSClient {
    return sqsClient(this.emulator, { account: HOME_ACCOUNT, maxAttempts: 1, ...options });
  }
}

/** Waits until something is as expected, and shows how it is when that takes too long. */
export async function settles<T>(look: () => Promise<T>, expected: T): Promise<void> {
  let seen: T | undefined;
  const isThere = async () => {
    seen = await look();
    return isDeepStrictEqual(seen, expected);
  };
  await waitFor(isThere, { timeoutMs: PATIENCE_MS, everyMs: 200 }).catch(() => {});
  expect(seen).toEqual(expected);
}

/** What a home has accepted. */
function bodiesOf(sent: readonly Sent[], home: string): readonly string[] {
  return sent.filter(({ tried }) => tried.at(-1) === home).map(({ body }) => body);
}

async function byName<T>(
  names: readonly string[],
  look: (name: string) => Promise<T>,
): Promise<Readonly<Record<string, T>>> {
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await look(name)] as const)));
}
