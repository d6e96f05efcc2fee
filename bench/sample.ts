// One sample in a process of its own: prints units per second, or says on stderr why there is no figure.
import { findWorkload } from "./catalog.ts";
import { HOST_CLOCKS, measure } from "./harness/measure.ts";
import type { SampleRequest } from "./harness/sample-process.ts";
import { LossError } from "./harness/workload.ts";

try {
  const request = JSON.parse(process.argv[2]) as SampleRequest;
  const session = await findWorkload(request.id).open();
  const rate = await measure(session, request, HOST_CLOCKS);
  await session.close();
  process.stdout.write(`${rate}\n`);
} catch (error) {
  const text = error instanceof LossError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 3;
}
