import type { Blocking } from "../../machine/thread.ts";
import { settle } from "../../machine/thread.ts";
import type { MiniportAdapter } from "../adapter/adapter.ts";
import type { NdisDeferredFunctions } from "../ddi/functions/deferred.ts";
import type { NDIS_IO_WORKITEM_FUNCTION } from "../ddi/handlers/deferred.ts";
import type { NDIS_CONTEXT, NdisIoWorkItemHandle } from "../ddi/handles.ts";
import { toHandle } from "../ddi/handles.ts";
import type { NdisEnvironment } from "../environment.ts";
import { adapterOf } from "./adapter-of.ts";
import { conducted } from "./conduct.ts";
import type { Holding } from "./holdings.ts";
import { allocationFails, DriverHoldings } from "./holdings.ts";

class NdisWorkItem implements Holding {
  readonly leftRule = "Init_NdisAllocateIoWorkItem";
  readonly traceName: string;
  readonly adapter: MiniportAdapter | null;
  readonly environment: NdisEnvironment;
  allocated = true;
  /** From NdisQueueIoWorkItem until the routine is called; the routine may queue or free it again. */
  queued = false;

  constructor(environment: NdisEnvironment, adapter: MiniportAdapter | null) {
    this.environment = environment;
    this.traceName = environment.nameObject("work item");
    this.adapter = adapter;
  }
}

type WorkItemFunctions = Pick<
  NdisDeferredFunctions,
  "NdisAllocateIoWorkItem" | "NdisQueueIoWorkItem" | "NdisFreeIoWorkItem"
>;

/**
 * Work items of one driver: their routines run at PASSIVE_LEVEL on a system thread and may block.
 * @param owner the driver.
 * @param holdings what the driver holds; its other functions share it.
 */
export function workItemFunctions(
  environment: NdisEnvironment,
  owner: string,
  holdings: DriverHoldings = new DriverHoldings(),
): WorkItemFunctions {
  const { probe, processor, live } = environment;
  const source = `${environment.name}/${owner}`;
  const itemOf = (handle: NdisIoWorkItemHandle, caller: string): NdisWorkItem | null => {
    const object: unknown = handle;
    if (object instanceof NdisWorkItem && object.environment === environment && object.allocated) return object;
    environment.misuse("AF-38", owner, `${caller}: the work item was never allocated, or is freed already`);
    return null;
  };
  function* run(item: NdisWorkItem, routine: NDIS_IO_WORKITEM_FUNCTION, context: NDIS_CONTEXT): Blocking<void> {
    item.queued = false;
    if (probe !== null) probe.emit(source, "callback", "NdisIoWorkItemRoutine", { WorkItem: item.traceName });
    yield* settle(routine(context, toHandle<NdisIoWorkItemHandle>(item)));
  }
  return {
    NdisAllocateIoWorkItem(NdisObjectHandle) {
      if (allocationFails(environment)) return null;
      const item = new NdisWorkItem(environment, adapterOf(NdisObjectHandle));
      holdings.take(item);
      live.workItems++;
      return toHandle<NdisIoWorkItemHandle>(item);
    },
    NdisQueueIoWorkItem(NdisIoWorkItemHandle, Routine, WorkItemContext) {
      const item = itemOf(NdisIoWorkItemHandle, "NdisQueueIoWorkItem");
      if (item === null) return;
      if (item.queued) {
        environment.misuse("Init_NdisAllocateIoWorkItem", owner, `${item.traceName} is queued while it is queued`);
        return;
      }
      item.queued = true;
      processor.startThread(
        item.traceName,
        run(item, conducted(environment, owner, "NdisIoWorkItemRoutine", Routine), WorkItemContext),
      );
    },
    NdisFreeIoWorkItem(NdisIoWorkItemHandle) {
      const item = itemOf(NdisIoWorkItemHandle, "NdisFreeIoWorkItem");
      if (item === null) return;
      if (item.queued)
        environment.misuse("Init_NdisAllocateIoWorkItem", owner, `${item.traceName} is freed while it is queued`);
      item.allocated = false;
      holdings.giveBack(item);
      live.workItems--;
    },
  };
}
