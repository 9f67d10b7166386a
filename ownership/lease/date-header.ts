import type { GetItemCommand } from "@aws-sdk/client-dynamodb";

/**
 * Gives the `Date` header of a command's answer, once there is one: the SDK hides headers. The middleware stands before the
 * deserializer, so that an answer which is an error has a date too.
 */
export function dateHeader(command: Pick<GetItemCommand, "middlewareStack">): () => string | undefined {
  let date: string | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> };
      date = headers?.date;
      return result;
    },
    { step: "deserialize", priority: "low", name: "dateHeader" },
  );
  return () => date;
}
