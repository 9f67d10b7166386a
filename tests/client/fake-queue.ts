import { ChangeMessageVisibilityBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";

/** SQS as far as holds use it. */
export class FakeQueue {
  readonly client = new SQSClient({ region: "us-east-1" });
  readonly mock = mockClient(this.client);

  constructor() {
    this.mock.onAnyCommand().rejects(new Error("no consumer of ours makes this call"));
    this.mock
      .on(ChangeMessageVisibilityBatchCommand)
      .callsFake(({ Entries }) => ({ Successful: Entries, Failed: [] }));
  }

  /** Every hold that was asked for: URL of the queue, receipt handle, seconds. */
  get holds(): readonly (readonly [string | undefined, string | undefined, number | undefined])[] {
    return this.mock
      .commandCalls(ChangeMessageVisibilityBatchCommand)
      .map(({ args }) => args[0].input)
      .flatMap(({ QueueUrl, Entries = [] }) =>
        Entries.map(
          ({ ReceiptHandle, VisibilityTimeout }) => [QueueUrl, ReceiptHandle, VisibilityTimeout] as const,
        ),
      );
  }
}
