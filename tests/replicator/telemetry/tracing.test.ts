import type { SQSClient } from "@aws-sdk/client-sqs";

const addAnnotation = jest.fn();
const addErrorFlag = jest.fn();
const close = jest.fn();
const captureAWSv3Client = jest.fn();
const constructed = jest.fn();
let enabled = true;

jest.mock("@aws-lambda-powertools/tracer", () => ({
  Tracer: class {
    constructor(options: unknown) {
      constructed(options);
    }
    isTracingEnabled = () => enabled;
    captureAWSv3Client = captureAWSv3Client;
    provider = {
      captureAsyncFunc: (name: string, run: (subsegment: unknown) => unknown) =>
        run({ name, addAnnotation, addErrorFlag, close }),
    };
  },
}));

const SAMPLED = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
const client = {} as SQSClient;

describe("traced", () => {
  const environment = process.env;
  let traced: typeof import("../../../replicator/telemetry/tracing")["traced"];

  beforeEach(() => {
    enabled = true;
    jest.clearAllMocks();
    process.env = { ...environment, _X_AMZN_TRACE_ID: SAMPLED };
    jest.isolateModules(() => {
      ({ traced } = jest.requireActual("../../../replicator/telemetry/tracing"));
    });
  });
  afterEach(() => {
    process.env = environment;
  });

  const run = (work: () => Promise<string> = async () => "result") =>
    traced("replicator", { LogicalQueue: "orders" }, [client], work);

  test("runs a traced invocation in a subsegment with annotations", async () => {
    expect(await run()).toBe("result");
    expect(await run()).toBe("result");
    expect(addAnnotation.mock.calls).toEqual([
      ["LogicalQueue", "orders"],
      ["LogicalQueue", "orders"],
    ]);
    expect(close).toHaveBeenCalledTimes(2);
    expect(constructed.mock.calls).toEqual([[{ captureHTTPsRequests: false }]]);
    expect(captureAWSv3Client.mock.calls).toEqual([[client]]);
  });

  test.each([
    undefined,
    "",
    SAMPLED.replace("Sampled=1", "Sampled=0"),
    "Root=1-5759e988-bd862e3fe1be46a994272793",
  ])("does not even load the tracer with %p", async (header) => {
    process.env = { ...environment, ...(header === undefined ? {} : { _X_AMZN_TRACE_ID: header }) };
    expect(await run()).toBe("result");
    expect(constructed).not.toHaveBeenCalled();
  });

  test("runs without a subsegment when Powertools has tracing switched off", async () => {
    enabled = false;
    expect(await run()).toBe("result");
    expect(close).not.toHaveBeenCalled();
  });

  test("runs without a subsegment when the tracer cannot be loaded", async () => {
    constructed.mockImplementationOnce(() => {
      throw new Error("no daemon");
    });
    expect(await run()).toBe("result");
    expect(close).not.toHaveBeenCalled();
  });

  test("fails with the work, and marks the subsegment without the error's text", async () => {
    await expect(run(() => Promise.reject(new Error("quotes a message")))).rejects.toThrow(
      "quotes a message",
    );
    expect(addErrorFlag).toHaveBeenCalledWith();
    expect(close).toHaveBeenCalledTimes(1);
  });
});
