/** Another consumer is processing the message, here or in another region, or has died while it did: let it come back. */
export class InProgress extends Error {
  override readonly name = "InProgress";

  constructor() {
    super("another consumer is processing the message");
  }
}

/** The message has no identity, and the consumer is told to reject such messages. */
export class MissingIdentity extends Error {
  override readonly name = "MissingIdentity";

  constructor() {
    super("the message has neither an origin nor a business key");
  }
}

/** The time of the message is over before its processing began: another consumer may hold it already. */
export class TooLate extends Error {
  override readonly name = "TooLate";

  constructor() {
    super("the visibility timeout of the message is over, or the function's time is");
  }
}

/** The gate has closed to the message since its batch was received. */
export class GateClosed extends Error {
  override readonly name = "GateClosed";

  constructor() {
    super("the gate is closed");
  }
}
