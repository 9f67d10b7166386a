import { end } from "./exit";
import { run } from "./run";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

run(process.argv.slice(2)).then(end);
