import { answer, type Input, type Protocol } from "./protocol";
import { escaped } from "./xml";

interface Tree {
  [part: string]: Tree | string;
}

/** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html: a form whose names are paths, `Tags.member.1.Key`. */
export const QUERY: Protocol = {
  read: (body) => {
    const tree: Tree = {};
    for (const [path, value] of new URLSearchParams(body.toString("utf8"))) put(tree, path.split("."), value);
    return listed(tree) as Input;
  },
  refuse: ({ status, code, message }) =>
    answer(
      status,
      { "content-type": "text/xml" },
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>refused-by-constraint</RequestId></ErrorResponse>`,
    ),
};

function put(tree: Tree, [first = "", ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) {
    tree[first] = value;
    return;
  }
  const below = tree[first];
  const next = typeof below === "object" ? below : {};
  tree[first] = next;
  put(next, rest, value);
}

/** The same with lists in place of `member` and its numbers. An empty list is sent as an empty text. */
function listed(tree: Tree | string): unknown {
  if (typeof tree === "string") return tree;
  const { member } = tree;
  if (typeof member === "object" && Object.keys(tree).length === 1) {
    // Names that are numbers come in their order.
    return Object.values(member).map(listed);
  }
  return Object.fromEntries(Object.entries(tree).map(([part, below]) => [part, listed(below)]));
}
