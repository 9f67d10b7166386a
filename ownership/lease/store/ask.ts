import { callFailure } from "../../../messages/failures";
import { dateHeader } from "../date-header";
import { dateIn } from "../pass-item";
import { ROUND_MS } from "../times";
import { within } from "./within";

/** What became of one call. `date` is the server's own clock, from the head of its answer, in epoch milliseconds. */
export type CallAnswer<Output> =
  | { readonly kind: "output"; readonly output: Output; readonly date: number | undefined }
  /** The table answered with an error, or with something that cannot be read. */
  | {
      readonly kind: "error";
      readonly error: Error;
      readonly code: string;
      readonly date: number | undefined;
    }
  /** No answer came in time, or none at all. The call may have been carried out, or may yet be. */
  | { readonly kind: "silence"; readonly code: string };

/** Commands differ in the types of what they send and get, which nothing here looks at. */
interface AnyCommand {
  readonly middlewareStack: { add: (...middleware: never[]) => void };
}

/**
 * Makes a call, once. Never rejects.
 *
 * @param command what `send` sends, and nobody else
 * @param patienceMs how long to wait for the answer
 */
export async function ask<Output>(
  command: AnyCommand,
  send: (signal: AbortSignal) => Promise<Output>,
  patienceMs = ROUND_MS,
): Promise<CallAnswer<Output>> {
  const header = dateHeader(command as Parameters<typeof dateHeader>[0]);
  const date = () => {
    const milliseconds = dateIn(header());
    return Number.isNaN(milliseconds) ? undefined : milliseconds;
  };
  try {
    const output = await within(patienceMs, send);
    return { kind: "output", output, date: date() };
  } catch (error) {
    const { code } = callFailure(error);
    return isAnswer(error) ? { kind: "error", error, code, date: date() } : { kind: "silence", code };
  }
}

/** Whether an error came with an answer, and not in place of one. */
function isAnswer(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return $metadata?.httpStatusCode !== undefined;
}
