import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import file from "../../../ownership/lease/pass-vectors.json";

type Item = Readonly<Record<string, AttributeValue>>;

/** What a vector expects, and what an implementation answers. */
export type Expected = { readonly open: boolean; readonly why?: string; readonly remainsMs?: number };

interface PassVectors {
  readonly vectors: readonly (Expected & {
    readonly name: string;
    /** As it is written: some vectors hold what no reading should. */
    readonly reading: object;
    readonly home: string;
    readonly present: object;
  })[];
  readonly items: readonly (Expected & {
    readonly name: string;
    readonly item: Item | null;
    readonly home: string;
  })[];
  readonly dates: readonly { readonly header: string | null; readonly dateMs: number | null }[];
  readonly origins: readonly {
    readonly name: string;
    readonly origin: string | null;
    readonly home: string | null;
  }[];
}

export const passVectors: PassVectors = file as unknown as PassVectors;
