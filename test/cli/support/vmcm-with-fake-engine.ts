import { main } from "../../../src/cli/main.ts";

process.exitCode = await main(process.argv.slice(2), { engineUrl: new URL("./fake-engine.ts", import.meta.url).href });
