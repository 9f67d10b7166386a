/** Undoes one thing. May be called before the process ends; then it is forgotten. */
export type Undo = () => void | Promise<void>;

interface Registration {
  readonly what: string;
  readonly undo: Undo;
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const registrations: Registration[] = [];
let running: Promise<void> | undefined;
let listening = false;

/**
 * Registers something to undo when the process is asked to stop (SIGINT, SIGTERM, SIGHUP) or when `runCleanup` is called,
 * the latest first.
 *
 * @param what named in the message when undoing it fails
 * @returns undoes it now, once, and forgets it
 */
export function onCleanup(what: string, undo: Undo): () => Promise<void> {
  const registration: Registration = { what, undo };
  registrations.push(registration);
  listen();
  return async () => {
    const index = registrations.indexOf(registration);
    if (index < 0) return;
    registrations.splice(index, 1);
    await undo();
  };
}

/**
 * Undoes everything that is registered, the latest first, each once. A failure is reported on standard error and does not
 * keep the others from being undone. A second call waits for the first.
 */
export function runCleanup(): Promise<void> {
  running ??= undoAll().finally(() => {
    running = undefined;
  });
  return running;
}

/** Runs `work` and then the cleanup, whether it succeeded or not. */
export async function withCleanup<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await runCleanup();
  }
}

async function undoAll(): Promise<void> {
  for (let next = registrations.pop(); next !== undefined; next = registrations.pop()) {
    try {
      await next.undo();
    } catch (error) {
      process.stderr.write(
        `cleanup: ${next.what}: ${error instanceof Error ? error.message : String(error)}\n`,
      );
    }
  }
}

function listen(): void {
  if (listening) return;
  listening = true;
  for (const [signal, exitCode] of Object.entries(EXIT_CODES)) {
    process.once(signal, () => {
      void runCleanup().then(() => process.exit(exitCode));
    });
  }
}
