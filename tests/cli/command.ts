/** The command line as a process, whose regions are where the environment variable ENDPOINTS has them. */
import { awsClients } from "../../cli/clients";
import { REAL } from "../../cli/environment";
import { end } from "../../cli/exit";
import { run } from "../../cli/run";

const endpoints: Readonly<Record<string, string>> = JSON.parse(process.env.ENDPOINTS ?? "{}");
run(process.argv.slice(2), { ...REAL, clients: awsClients((region) => endpoints[region]) }).then(end);
