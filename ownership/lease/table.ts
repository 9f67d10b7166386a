/**
 * Keys of a voter's table. One item per kind and of what: the claim of a home is `lease` of that home, what a region may do is `pass` of
 * that region. The kind is the hash key: a policy can then admit readers to passes alone, by `dynamodb:LeadingKeys`.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export const OWNERSHIP_ATTRIBUTES = { kind: "kind", of: "of" } as const;

/** `lease` and `order` are of a home, `pass` and `notes` of a region. Notes are what its controller must not forget. */
export const KINDS = { lease: "lease", order: "order", pass: "pass", notes: "notes" } as const;
export type Kind = (typeof KINDS)[keyof typeof KINDS];

/** What ownership follows from: read in every look. */
export const LEASE_KINDS = [KINDS.lease, KINDS.order, KINDS.pass] as const;

/** What the order that changes the list of voters is of, among the orders of homes. */
export const VOTERS_ORDER = "voters";
