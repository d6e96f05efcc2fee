import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { argumentKind, failedResult, isGuarded } from "../../src/ndis/ddi/catalog/argument-kinds.ts";
import type { Ddi } from "../../src/ndis/ddi/catalog.ts";
import { DDI_CATALOG, findDdi } from "../../src/ndis/ddi/catalog.ts";
import type {
  MiniportCallManagerLibrary,
  NdisConfigurationHandle,
  NdisInterruptHandle,
  NdisMiniportDmaHandle,
  NdisTimerHandle,
} from "../../src/ndis/index.ts";
import {
  EX_POOL_PRIORITY,
  InOutParameter,
  LOCK_STATE_EX,
  NDIS_CONFIGURATION_OBJECT,
  NDIS_EVENT,
  NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS,
  NDIS_SG_DMA_DESCRIPTION,
  NDIS_SPIN_LOCK,
  NDIS_STATUS_FAILURE,
  NDIS_TIMER_CHARACTERISTICS,
  NET_BUFFER_LIST_POOL_PARAMETERS,
  NET_BUFFER_POOL_PARAMETERS,
  NPAGED_LOOKASIDE_LIST,
  OutParameter,
} from "../../src/ndis/index.ts";
import { Core } from "./core-harness.ts";
import type { Library } from "./ddi-fuzz.ts";
import { callWildly, restoringLevel, wildCall } from "./ddi-fuzz.ts";

const GROUPS = ["buffers", "memory", "sync", "timer-workitem", "config", "misc", "dma-hardware", "interrupt"];
const ROWS = DDI_CATALOG.filter(({ kind, group }) => kind === "function" && GROUPS.includes(group));
/** Of other groups, or not in the catalog, but of the same rooms. */
const EXTRA = ["NdisMGetBusData", "NdisMSetBusData", "NdisMSleep", "NdisReadRegisterUlong", "NdisWriteRegisterUlong"];
const TAG = 0x7a7a7566;
const RUNS = 600;

function nothing(): void {}

/** What the functions of a driver have given out: of each kind one that is alive and one that is not. */
function objectsOf(ndis: MiniportCallManagerLibrary, adapter: unknown): unknown[] {
  const handle = adapter as Parameters<typeof ndis.NdisAllocateRWLock>[0];
  const found: unknown[] = [handle];
  const fill = <T>(call: (out: OutParameter<T>) => unknown): T => {
    const out = new OutParameter<T>();
    call(out);
    found.push(out.Value, out);
    return out.Value as T;
  };
  const address = (): number =>
    ndis.NdisAllocateMemoryWithTagPriority(handle, 64, TAG, EX_POOL_PRIORITY.NormalPoolPriority);
  const freed = address();
  found.push(address(), freed);
  ndis.NdisFreeMemory(freed, 0, 0);
  const timerRow = NDIS_TIMER_CHARACTERISTICS({ TimerFunction: nothing });
  const timer = () => fill<NdisTimerHandle>((out) => ndis.NdisAllocateTimerObject(handle, timerRow, out));
  timer();
  ndis.NdisFreeTimerObject(timer());
  const item = ndis.NdisAllocateIoWorkItem(handle);
  const lock = ndis.NdisAllocateRWLock(handle);
  const configuration = NDIS_CONFIGURATION_OBJECT({ NdisHandle: handle });
  const open = () => fill<NdisConfigurationHandle>((out) => ndis.NdisOpenConfigurationEx(configuration, out));
  open();
  ndis.NdisCloseConfiguration(open());
  const characteristics = NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS({
    InterruptHandler: () => false,
    InterruptDpcHandler: nothing,
  });
  fill<NdisInterruptHandle>((out) => ndis.NdisMRegisterInterruptEx(adapter as never, null, characteristics, out));
  const description = NDIS_SG_DMA_DESCRIPTION({ MaximumPhysicalMapping: 8192, ProcessSGListHandler: nothing });
  fill<NdisMiniportDmaHandle>((out) => ndis.NdisMRegisterScatterGatherDma(adapter as never, description, out));
  const listParameters = NET_BUFFER_LIST_POOL_PARAMETERS({ fAllocateNetBuffer: true, PoolTag: TAG });
  const bufferParameters = NET_BUFFER_POOL_PARAMETERS({ PoolTag: TAG, DataSize: 128 });
  const lists = ndis.NdisAllocateNetBufferListPool(handle, listParameters);
  const buffers = ndis.NdisAllocateNetBufferPool(handle, bufferParameters);
  if (lists === null || buffers === null) throw new Error("no pools");
  const gone = ndis.NdisAllocateNetBufferPool(handle, bufferParameters);
  if (gone !== null) ndis.NdisFreeNetBufferPool(gone);
  const mdl = ndis.NdisAllocateMdl(handle, address(), 64);
  const list = ndis.NdisAllocateNetBufferAndNetBufferList(lists, 0, 0, mdl, 0, 64);
  const freedList = ndis.NdisAllocateNetBufferList(lists, 16, 0);
  if (freedList !== null) ndis.NdisFreeNetBufferList(freedList);
  const spinLock = NDIS_SPIN_LOCK();
  ndis.NdisAllocateSpinLock(spinLock);
  const event = NDIS_EVENT();
  ndis.NdisInitializeEvent(event);
  const lookaside = NPAGED_LOOKASIDE_LIST();
  ndis.NdisInitializeNPagedLookasideList(lookaside, null, null, 0, 64, TAG, 0);
  const head: { Flink: unknown; Blink: unknown } = { Flink: null, Blink: null };
  head.Flink = head;
  head.Blink = head;
  return [
    ...found,
    item,
    lock,
    configuration,
    characteristics,
    description,
    timerRow,
    lists,
    buffers,
    gone,
    listParameters,
    bufferParameters,
    mdl,
    list,
    list?.FirstNetBuffer,
    freedList,
    ndis.NdisAllocateNetBufferMdlAndData(buffers),
    spinLock,
    NDIS_SPIN_LOCK(),
    event,
    NDIS_EVENT(),
    lookaside,
    NPAGED_LOOKASIDE_LIST(),
    head,
    LOCK_STATE_EX(),
    new InOutParameter(1),
    ndis.NdisAllocateGenericObject(null, TAG, 16),
    { NumberOfElements: 0, Elements: [] },
    { ParameterType: 2, ParameterData: { StringData: "00-01-02" } },
    "NetworkAddress",
  ];
}

function fuzzedCore(verifier: boolean) {
  const core = new Core({ verifier }).start();
  const foreign = new Core().start();
  const [adapter] = core.ndis.adapters;
  const [stranger] = foreign.ndis.adapters;
  if (adapter === undefined || stranger === undefined) throw new Error("no adapter");
  adapter.state = "Initializing";
  const pool = core.machine.processor.irql === 0 ? objectsOf(core.mcm.ndis, adapter) : [];
  stranger.state = "Initializing";
  return { core, pool: [...pool, ...objectsOf(foreign.mcm.ndis, stranger)] };
}

function anyRow(name: string): Ddi {
  const row = findDdi(name);
  if (row !== null) return row;
  const parameter = (text: string) => ({ name: text, direction: "in" as const, optional: false });
  const [memory] = ROWS;
  if (memory === undefined) throw new Error("no rows");
  return { ...memory, name, irql: { min: 0, max: 15 }, parameters: ["Register", "Data"].map(parameter) };
}

describe("garbage", () => {
  const names = [...ROWS.map(({ name }) => name), ...EXTRA];
  for (const verifier of [true, false]) {
    const { core, pool } = fuzzedCore(verifier);
    const { processor } = core.machine;
    it.each(names)(`%s with the verifier ${verifier ? "on" : "off"}: a status or a bug check`, (name) => {
      const row = anyRow(name);
      const library = core.mcm.ndis as unknown as Library;
      const codes = new Set<string>();
      fc.assert(
        fc.property(wildCall(row, pool), (makers) => {
          const bugCheck = restoringLevel(processor, () => {
            processor.irql = row.irql.min;
            return callWildly(library, name, makers);
          });
          if (bugCheck !== null) codes.add(bugCheck.rule);
        }),
        { numRuns: RUNS },
      );
      if (!verifier) expect([...codes]).toEqual([]);
      expect(codes.has("unhandled-exception")).toBe(false);
    });

    it(`what garbage has armed does no harm, with the verifier ${verifier ? "on" : "off"}`, () => {
      for (let step = 0; step < 500 && core.world.step(); step++);
      expect(core.machine.processor.stopped?.rule ?? "none").not.toBe("unhandled-exception");
    });
  }
});

describe("argument kinds", () => {
  it("every parameter of a guarded function has one", () => {
    const missing = DDI_CATALOG.filter(isGuarded).flatMap((row) =>
      row.parameters
        .filter((parameter) => argumentKind(row, parameter) === null)
        .map(({ name }) => `${row.name}.${name}`),
    );
    expect(missing).toEqual([]);
  });

  it("a guarded function that fails without a status returns NULL, FALSE or 0", () => {
    expect(DDI_CATALOG.filter((row) => failedResult(row)).map(({ name }) => name)).toEqual([]);
  });

  it("NullCheck: with the verifier off a failed call returns the documented failure and fills Status", () => {
    const core = new Core({ verifier: false }).start();
    const { mcm } = core;
    const status = new OutParameter<number>();
    mcm.ndis.NdisReadConfiguration(status as never, null as never, null as never, "x", 0);
    expect([status.Value, core.rules]).toEqual([NDIS_STATUS_FAILURE, ["NullCheck"]]);
    expect(mcm.ndis.NdisAllocateTimerObject(mcm.handle, null as never, new OutParameter())).toBe(NDIS_STATUS_FAILURE);
    expect(mcm.ndis.NdisAllocateMemoryWithTagPriority(mcm.handle, -1, TAG, EX_POOL_PRIORITY.NormalPoolPriority)).toBe(
      0,
    );
    expect(mcm.ndis.NdisMSynchronizeWithInterruptEx(null as never, 0, null as never, null)).toBe(false);
  });
});
