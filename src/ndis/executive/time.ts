import type { Blocking } from "../../machine/thread.ts";
import type { NdisMFunctions } from "../ddi/functions/miniport.ts";
import type { NdisMiscellaneousFunctions } from "../ddi/functions/miscellaneous.ts";
import type { NdisRoutine } from "../ddi/types.ts";
import type { NdisEnvironment } from "../environment.ts";
import { isDuration } from "./duration.ts";
import { systemTime } from "./system-time.ts";

/** NDIS 6.50: the major version in the high 16 bits, the minor version in the low 16 bits. */
export const NDIS_RUNTIME_VERSION = 0x0006_0032;

const NS_PER_MS = 1_000_000;
const NS_PER_US = 1_000;
const LONGEST_STALL_US = 50;
const PROCESSOR_COUNT = 1;

/**
 * Version, time, strings and processors.
 * @param owner the driver.
 * @param library gives the driver's whole library, in which NdisGetRoutineAddress looks names up.
 */
export function timeFunctions(
  environment: NdisEnvironment,
  owner: string,
  library: () => object,
): NdisMiscellaneousFunctions {
  const { clock } = environment;
  return {
    NdisGetVersion: () => NDIS_RUNTIME_VERSION,
    NdisGetCurrentSystemTime(CurrentTime) {
      CurrentTime.Value = systemTime(clock);
    },
    NdisGetSystemUpTimeEx(pSystemUpTime) {
      pSystemUpTime.Value = Math.floor(clock.nowNs / NS_PER_MS);
    },
    NdisStallExecution(MicrosecondsToStall) {
      environment.stalledMicroseconds += MicrosecondsToStall;
      // Virtual time moves between events only, so a stall takes none. The verifier only warns of a long one.
      if (MicrosecondsToStall > LONGEST_STALL_US) {
        const message = `NdisStallExecution for ${MicrosecondsToStall} µs; at most ${LONGEST_STALL_US}`;
        environment.suspect("NdisStallExecution_Delay", owner, message);
      }
    },
    NdisInitUnicodeString(DestinationString, SourceString) {
      DestinationString.Value = SourceString ?? "";
    },
    // A string is a value here; there is no buffer to give back.
    NdisFreeString() {},
    NdisSystemProcessorCount: () => PROCESSOR_COUNT,
    NdisCurrentProcessorIndex: () => 0,
    NdisGetRoutineAddress(NdisRoutineName) {
      const functions = library();
      const routine: unknown = Object.hasOwn(functions, NdisRoutineName)
        ? Reflect.get(functions, NdisRoutineName)
        : null;
      return isRoutine(routine) ? routine : null;
    },
  } satisfies NdisMiscellaneousFunctions;
}

function isRoutine(value: unknown): value is NdisRoutine {
  return typeof value === "function";
}

/** NdisMSleep: blocks a thread at PASSIVE_LEVEL. */
export function sleepFunctions(environment: NdisEnvironment, owner: string): Pick<NdisMFunctions, "NdisMSleep"> {
  return {
    *NdisMSleep(MicrosecondsToSleep): Blocking<void> {
      if (!isDuration(environment, owner, MicrosecondsToSleep, "MicrosecondsToSleep")) return;
      yield { event: null, timeoutNs: MicrosecondsToSleep * NS_PER_US };
    },
  };
}
