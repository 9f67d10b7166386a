import { answer, type Input, type Protocol } from "./protocol";

/** https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html, as Route 53 speaks it. */
export const REST_XML: Protocol = {
  read: (body) => {
    if (body.byteLength === 0) return {};
    const [root] = Object.values(readXml(body.toString("utf8")));
    return (typeof root === "object" ? root : {}) as Input;
  },
  refuse: ({ status, code, message }) =>
    answer(
      status,
      { "content-type": "text/xml" },
      `<?xml version="1.0"?><ErrorResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>refused-by-constraint</RequestId></ErrorResponse>`,
    ),
};

type Element = Record<string, unknown>;

/** Elements by name, texts where there is nothing else, lists where a name comes several times. Attributes are left out. */
function readXml(text: string): Element {
  const stack: { readonly name: string; readonly element: Element; text: string }[] = [
    { name: "", element: {}, text: "" },
  ];
  for (const [, closing, name = "", empty, characters] of text.matchAll(
    /<(?:\?[^>]*|!--.*?--|(\/)?([^\s/>]+)[^>]*?(\/)?)>|([^<]+)/gs,
  )) {
    const top = stack[stack.length - 1]!;
    if (characters !== undefined) top.text += unescaped(characters);
    else if (closing !== undefined) {
      stack.pop();
      const outer = stack[stack.length - 1];
      if (outer === undefined || top.name !== name) throw new Error(`</${name}> closes nothing`);
      add(outer.element, name, Object.keys(top.element).length > 0 ? top.element : top.text);
    } else if (empty !== undefined) add(top.element, name, "");
    else if (name !== "") stack.push({ name, element: {}, text: "" });
  }
  if (stack.length > 1) throw new Error(`<${stack[stack.length - 1]!.name}> is not closed`);
  return stack[0]!.element;
}

function add(element: Element, name: string, value: unknown): void {
  const before = element[name];
  element[name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(#x?)?(\w+);/g, (whole, numeric: string | undefined, name: string) => {
    if (numeric === undefined) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(name, numeric === "#x" ? 16 : 10));
  });
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
