import { assertLoopback, childEnvironment, proxyEnvironment } from "../../emulator/environment";

const USER = {
  AWS_PROFILE: "production",
  AWS_ACCESS_KEY_ID: "AKIAREAL",
  AWS_ENDPOINT_URL_SQS: "https://sqs.us-east-1.amazonaws.com",
  TF_VAR_account: "999999999999",
  TF_CLI_ARGS: "-lock=false",
  HTTPS_PROXY: "http://proxy.example.com:3128",
  no_proxy: "localhost",
  EDITOR: "vi",
};

let before: NodeJS.ProcessEnv;

beforeEach(() => {
  before = { ...process.env };
  Object.assign(process.env, USER);
});

afterEach(() => {
  for (const name of Object.keys(USER)) delete process.env[name];
  Object.assign(process.env, before);
});

describe("childEnvironment", () => {
  test("keeps nothing of AWS, Terraform and proxies, and the rest", () => {
    const environment = childEnvironment();
    for (const name of Object.keys(USER).filter((name) => name !== "EDITOR"))
      expect(environment).not.toHaveProperty(name);
    expect(environment).toMatchObject({
      EDITOR: "vi",
      CHECKPOINT_DISABLE: "1",
      AWS_EC2_METADATA_DISABLED: "true",
    });
  });

  test("lets what is added win", () => {
    expect(childEnvironment({ AWS_PROFILE: "mine" })).toMatchObject({ AWS_PROFILE: "mine" });
  });
});

test("proxyEnvironment has the user's proxies only", () => {
  expect(proxyEnvironment()).toMatchObject({ HTTPS_PROXY: USER.HTTPS_PROXY, no_proxy: USER.no_proxy });
  expect(proxyEnvironment()).not.toHaveProperty("EDITOR");
});

describe("assertLoopback", () => {
  test.each(["http://localhost:4566", "https://127.0.0.1", "https://127.9.8.7:1/x", "http://[::1]:80"])(
    "returns %s",
    (endpoint) => {
      expect(assertLoopback(endpoint)).toBe(endpoint);
    },
  );

  test.each([
    "https://sqs.us-east-1.amazonaws.com",
    "https://127.0.0.1.example.com",
    "https://localhost.example.com",
    "https://127.0.0.1@example.com",
    "http://10.0.0.1",
    "",
  ])("fails %s", (endpoint) => {
    expect(() => assertLoopback(endpoint)).toThrow(`endpoint "${endpoint}" is not on this machine`);
  });
});
