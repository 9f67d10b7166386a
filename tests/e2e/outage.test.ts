import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { SCENARIOS } from "../../demo/scenarios";
import { parameterNames } from "../../ownership/parameters";
import { parseRoles } from "../../ownership/roles";
import { ssmClient } from "../emulator/clients";
import { testFull } from "../tier";
import { HOME, PEER, played, SCENARIO_TIMEOUT_MS, useOrderProcessing } from "./played";

const example = useOrderProcessing();

/** What was ordered about each home, as every region has it. */
async function roles(): Promise<unknown> {
  const { emulator, deployment } = example();
  const names = parameterNames(deployment.configuration.failoverGroup);
  return Promise.all(
    deployment.regions.map(async (region) => {
      const client = ssmClient(emulator, { region, account: deployment.account(region) });
      try {
        const { Parameter } = await client.send(new GetParameterCommand({ Name: names.roles }));
        return { region, homes: parseRoles(Parameter?.Value ?? "").homes };
      } finally {
        client.destroy();
      }
    }),
  );
}

test(
  "a lost region is taken over by order and handed back",
  async () => {
    const result = await played(example(), "outage");
    expect(Object.keys(result.seconds)).toEqual(Object.keys(SCENARIOS.outage.seconds));
  },
  SCENARIO_TIMEOUT_MS,
);

testFull(
  "a lost peer disturbs nobody, and no ownership moves",
  async () => {
    const before = await roles();
    await played(example(), "peer-outage");
    expect(await roles()).toEqual(before);
  },
  SCENARIO_TIMEOUT_MS,
);

testFull(
  "a cut between the regions moves nothing",
  async () => {
    const before = await roles();
    await played(example(), "partition");
    expect(await roles()).toEqual(before);
    expect([HOME, PEER]).toEqual(example().deployment.regions);
  },
  SCENARIO_TIMEOUT_MS,
);
