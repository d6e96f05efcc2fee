import { MiniportAdapter } from "../adapter/adapter.ts";
import type { NdisObjectHandle } from "../ddi/handles.ts";

/** The adapter behind the handle on whose behalf something is allocated; null for drivers and bindings. */
export function adapterOf(handle: NdisObjectHandle | null): MiniportAdapter | null {
  const object: unknown = handle;
  return object instanceof MiniportAdapter ? object : null;
}
