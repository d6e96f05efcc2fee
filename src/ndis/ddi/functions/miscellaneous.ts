import type { OutParameter } from "../handles.ts";
import type { LARGE_INTEGER, NDIS_STRING, NdisRoutine } from "../types.ts";

/** Version, time, strings, processors. */
export interface NdisMiscellaneousFunctions {
  NdisGetVersion(): number;
  NdisGetCurrentSystemTime(CurrentTime: OutParameter<LARGE_INTEGER>): void;
  NdisGetSystemUpTimeEx(pSystemUpTime: OutParameter<LARGE_INTEGER>): void;
  NdisStallExecution(MicrosecondsToStall: number): void;
  NdisInitUnicodeString(DestinationString: OutParameter<NDIS_STRING>, SourceString: string | null): void;
  // biome-ignore lint/suspicious/noShadowRestrictedNames: the documented parameter name
  NdisFreeString(String: NDIS_STRING): void;
  NdisSystemProcessorCount(): number;
  NdisCurrentProcessorIndex(): number;
  NdisGetRoutineAddress(NdisRoutineName: NDIS_STRING): NdisRoutine | null;
}
