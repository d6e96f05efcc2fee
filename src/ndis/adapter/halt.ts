import type { Blocking } from "../../machine/thread.ts";
import { settle } from "../../machine/thread.ts";
import { abandonAddressFamily } from "../address-family/open-close.ts";
import { NDIS_MINIPORT_ATTRIBUTES_REGISTER_BUGCHECK_CALLBACK } from "../ddi/constants/driver-flags.ts";
import type { NDIS_HALT_ACTION } from "../ddi/constants/enumerations.ts";
import { NDIS_SHUTDOWN_ACTION } from "../ddi/constants/enumerations.ts";
import { advance } from "../funnel.ts";
import type { MiniportAdapter } from "./adapter.ts";
import { ADAPTER_STATES } from "./adapter.ts";
import { forgetAdapter } from "./initialize.ts";

/**
 * Halts a paused adapter, once its miniport holds no request and no send, and resets nothing (LIF-11); nothing calls it after that (LIF-14).
 * Address families that are open still are closed in the meantime: the MCM asks their clients to (AF-32), and waits (LIF-13).
 */
export function* haltAdapter(adapter: MiniportAdapter, action: NDIS_HALT_ACTION): Blocking<void> {
  const { environment, driver } = adapter;
  // A reset may begin while requests are waited for, and a request come while a reset is.
  while (adapter.reset !== null || adapter.oidRequests.size > 0 || adapter.sendsOutstanding > 0) {
    if (adapter.reset !== null) yield { event: adapter.reset.over, timeoutNs: Number.POSITIVE_INFINITY };
    yield* adapter.oidsDrained();
    yield* adapter.sendsDrained();
  }
  // The watch ends first: it would call the miniport while it halts.
  adapter.hangWatch?.end();
  adapter.hangWatch = null;
  adapter.isHalting = true;
  const halt = driver.characteristics.HaltHandlerEx;
  if (halt !== null) yield* settle(halt(adapter.context, action));
  checkAddressFamilies(adapter);
  advance(environment, ADAPTER_STATES, adapter, "Halt", driver.name);
  adapter.isHalting = false;
  forgetAdapter(adapter);
}

function checkAddressFamilies(adapter: MiniportAdapter): void {
  const { environment, driver } = adapter;
  for (const af of [...adapter.openAddressFamilies]) {
    const { state, traceName } = af;
    // An MCM alone is told of the halt: address families of a stand-alone call manager end with its binding (AF-33).
    if (af.registration.binding !== null) continue;
    abandonAddressFamily(af);
    if (state === "OPEN" || state === "OPENING") {
      const message = `MiniportHaltEx returned, and ${traceName} is open: nobody asked its client to close it`;
      environment.misuse("AF-32", driver.name, message);
    } else {
      environment.misuse("LIF-13", driver.name, `MiniportHaltEx returned before ${traceName} was closed`);
    }
  }
}

/** MiniportShutdownEx; NDIS calls the miniport no more (LIF-14). */
export function shutDownAdapter(adapter: MiniportAdapter, action: NDIS_SHUTDOWN_ACTION): void {
  const { environment, driver } = adapter;
  advance(environment, ADAPTER_STATES, adapter, "Shutdown", driver.name);
  adapter.hangWatch?.end();
  adapter.hangWatch = null;
  environment.shutdown = action;
  try {
    driver.characteristics.ShutdownHandlerEx?.(adapter.context, action);
  } finally {
    environment.shutdown = null;
  }
}

/** Whether MiniportShutdownEx is called at a bug check: from NDIS 6.30 on, only when the driver has asked for it (LIF-21). */
function wantsBugCheckShutdown(adapter: MiniportAdapter): boolean {
  if (!adapter.isUp) return false;
  const flags = adapter.registrationAttributes?.AttributeFlags ?? 0;
  return !adapter.isNdis630 || (flags & NDIS_MINIPORT_ATTRIBUTES_REGISTER_BUGCHECK_CALLBACK) !== 0;
}

/** Shuts down for a bug check, at HIGH_LEVEL. */
export function shutDownForBugCheck(adapter: MiniportAdapter): void {
  if (wantsBugCheckShutdown(adapter)) shutDownAdapter(adapter, NDIS_SHUTDOWN_ACTION.NdisShutdownBugCheck);
}
