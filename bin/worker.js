// The thread that an experiment runs in, so that Ctrl-C reaches the command while the experiment computes.
import { load } from "./load.js";

const { work } = await load("cli/worker");
await work();
