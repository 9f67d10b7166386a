/** What items say they are, in the field `v`. A later version may add fields, and never changes the meaning of one. */
export const ITEM_VERSION = 1;
