import type { BusSlot } from "../machine/bus.ts";
import type { Machine } from "../machine/machine.ts";
import type { Blocking } from "../machine/thread.ts";
import { settle } from "../machine/thread.ts";
import type { AdapterConfiguration, MiniportAdapter } from "./adapter/adapter.ts";
import type { RemovalOptions } from "./adapter/devices.ts";
import { Devices } from "./adapter/devices.ts";
import { resetAdapter } from "./adapter/reset.ts";
import { unfinishedRequests } from "./address-family/unfinished.ts";
import { notifyProtocol } from "./binding/net-pnp-events.ts";
import { unfinishedOperations } from "./binding/unfinished.ts";
import { unfinished } from "./call/unfinished.ts";
import type { DdiRole } from "./ddi/catalog.ts";
import type { NDIS_STATUS } from "./ddi/status.ts";
import { NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS, statusName } from "./ddi/status.ts";
import type { NET_PNP_EVENT } from "./ddi/structures/binding.ts";
import type { DRIVER_OBJECT } from "./ddi/structures/system.ts";
import { forgetRegistrations } from "./driver/deregistration.ts";
import type { DriverImage } from "./driver/driver-image.ts";
import type { LoadedImage } from "./driver/drivers.ts";
import type { LiveCounts } from "./environment.ts";
import { NdisEnvironment } from "./environment.ts";
import { conducted } from "./executive/conduct.ts";
import { contained } from "./executive/driver-code.ts";
import { DriverHoldings } from "./executive/holdings.ts";
import { guardArguments } from "./library/argument-guard.ts";
import { withEveryFunction } from "./library/foreign-functions.ts";
import type { LibraryParts } from "./library/roles.ts";
import {
  callManagerLibrary,
  clientLibrary,
  coMiniportLibrary,
  libraryFunctionNames,
  miniportCallManagerLibrary,
  proxyLibrary,
} from "./library/roles.ts";
import type {
  CallManagerLibrary,
  ClientLibrary,
  CoMiniportLibrary,
  MiniportCallManagerLibrary,
  ProxyLibrary,
} from "./library/types.ts";
import { NetBufferCounts } from "./net-buffer/index.ts";
import { observeLibrary } from "./observe.ts";
import { OidRequests } from "./oid/oid-request.ts";
import { askMiniport } from "./oid/own-requests.ts";
import type { Unfinished } from "./verifier/request-watch.ts";
import { RequestWatch } from "./verifier/request-watch.ts";
import type { VerifierSettings } from "./verifier/verifier.ts";

export interface NdisOptions {
  /** Stops the machine with a bug check when a driver breaks a rule; on by default, for every rule. */
  readonly verifier?: boolean | VerifierSettings;
  /** Asks every connection-oriented miniport what it can when it has initialised, as Windows does (OID-21); off by default. */
  readonly asksMiniports?: boolean;
}

/** The NDIS core of one machine. Nothing is shared between two of them. */
export class Ndis {
  readonly environment: NdisEnvironment;
  readonly buffers = new NetBufferCounts();
  readonly #parts: LibraryParts;
  readonly #devices: Devices;

  constructor(machine: Machine, options: NdisOptions = {}) {
    const { verifier = true, asksMiniports = false } = options;
    const settings = typeof verifier === "object" ? verifier : {};
    const environment = new NdisEnvironment(machine, verifier === false ? null : settings);
    this.environment = environment;
    const oids = new OidRequests(environment);
    const watch = new RequestWatch(
      environment,
      () => this.adapters.length > 0,
      () => this.unfinished,
    );
    this.#devices = new Devices(environment, watch, asksMiniports ? (adapter) => askMiniport(oids, adapter) : null);
    const { adapters } = this.#devices;
    this.#parts = { environment, devices: this.#devices, oids, adapters, bufferCounts: this.buffers };
  }

  /** Adapters that are there, in the order in which they came. */
  get adapters(): readonly MiniportAdapter[] {
    return this.#devices.adapters;
  }

  /** What is alive; all zero when every driver has cleaned up (rule MEM-02). */
  get live(): LiveCounts & NetBufferCounts {
    return { ...this.environment.live, ...this.buffers };
  }

  /** What drivers owe each other at the moment: at quiescence, who keeps whom waiting. Nothing is known of VCs with the verifier off. */
  get unfinished(): readonly Unfinished[] {
    const { adapters, environment } = this;
    const owed = [...adapters.flatMap(unfinishedRequests), ...unfinished(environment, () => true)];
    // A protocol that pends its unbind may wait for what others owe.
    return owed.length > 0 ? owed : adapters.flatMap(unfinishedOperations);
  }

  /** Loads an MCM: runs its DriverEntry. A body for a system thread; its result is the driver's status. */
  *loadMiniportCallManager(image: DriverImage<MiniportCallManagerLibrary>): Blocking<NDIS_STATUS> {
    const loaded = this.#newImage(image.name, ["mcm"]);
    return yield* this.#enter(loaded, image, miniportCallManagerLibrary(this.#parts, loaded));
  }

  /** Loads a connection-oriented miniport whose calls a stand-alone call manager manages. */
  *loadMiniport(image: DriverImage<CoMiniportLibrary>): Blocking<NDIS_STATUS> {
    const loaded = this.#newImage(image.name, ["miniport"]);
    return yield* this.#enter(loaded, image, coMiniportLibrary(this.#parts, loaded));
  }

  /** Loads a client: runs its DriverEntry, then binds it to the adapters that are there. */
  *loadClient(image: DriverImage<ClientLibrary>): Blocking<NDIS_STATUS> {
    const loaded = this.#newImage(image.name, ["client"]);
    return yield* this.#enterProtocol(loaded, image, clientLibrary(this.#parts, loaded));
  }

  /** Loads a stand-alone call manager: runs its DriverEntry, then binds it to the adapters that are there. */
  *loadCallManager(image: DriverImage<CallManagerLibrary>): Blocking<NDIS_STATUS> {
    const loaded = this.#newImage(image.name, ["call manager"]);
    return yield* this.#enterProtocol(loaded, image, callManagerLibrary(this.#parts, loaded));
  }

  /** Loads a protocol driver that is a client of one address family and the call manager of another (WAN-02). */
  *loadProxy(image: DriverImage<ProxyLibrary>): Blocking<NDIS_STATUS> {
    const loaded = this.#newImage(image.name, ["client", "call manager"]);
    return yield* this.#enterProtocol(loaded, image, proxyLibrary(this.#parts, loaded));
  }

  /**
   * A device has arrived in `slot`: initialises the adapter with the driver of that name, binds every client, and restarts it.
   * This and what follows are bodies for a system thread. FAILURE when the state of the adapter does not allow it.
   */
  startDevice(slot: BusSlot, driverName: string, configuration: AdapterConfiguration): Blocking<NDIS_STATUS> {
    return this.#devices.start(slot, driverName, configuration);
  }

  /** Pauses the bindings and the adapter. */
  pauseDevice(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
    return this.#devices.pause(adapter);
  }

  /** Restarts a paused adapter and its bindings. */
  restartDevice(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
    return this.#devices.restart(adapter);
  }

  /** Resets the hardware, as NDIS does when a miniport or a request hangs; it may overlap with anything else (LIF-19). */
  resetDevice(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
    return resetAdapter(adapter);
  }

  /** Asks the protocols whether the device may be removed: SUCCESS, or the status of the one that refused. */
  queryRemoveDevice(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
    return this.#devices.queryRemove(adapter);
  }

  /** Takes an adapter down in order: ask, pause, unbind, halt; it stays, with the status of the protocol that refuses (BND-13). */
  removeDevice(adapter: MiniportAdapter, options: RemovalOptions = {}): Blocking<NDIS_STATUS> {
    return this.#devices.remove(adapter, options);
  }

  /** Pulls the card out of its slot, and takes the adapter down. */
  surpriseRemoveDevice(adapter: MiniportAdapter): Blocking<NDIS_STATUS> {
    return this.#devices.surpriseRemove(adapter);
  }

  /** Tells a miniport that the machine runs on battery now, or on mains. */
  changePowerProfile(adapter: MiniportAdapter, onBattery: boolean): Blocking<NDIS_STATUS> {
    return this.#devices.changePowerProfile(adapter, onBattery);
  }

  /** ProtocolNetPnPEvent for every binding of an adapter: SUCCESS, or the first other status. */
  netPnPEvent(adapter: MiniportAdapter, event: NET_PNP_EVENT): Blocking<NDIS_STATUS> {
    return this.#devices.netPnPEvent(adapter, event);
  }

  /** ProtocolNetPnPEvent for a protocol driver as a whole (NetEventBindList, NetEventBindsComplete). */
  *protocolPnPEvent(driverName: string, event: NET_PNP_EVENT): Blocking<NDIS_STATUS> {
    const protocol = this.#devices.images.find((image) => image.name === driverName)?.protocol ?? null;
    return protocol === null ? NDIS_STATUS_FAILURE : yield* notifyProtocol(this.environment, protocol, event);
  }

  /** Switches the machine off: MiniportShutdownEx of every adapter, and nothing runs any more. */
  shutDown(): Blocking<void> {
    return this.#devices.shutDown();
  }

  /** Unloads every driver, the last one loaded first. Adapters must be gone. */
  *unloadDrivers(): Blocking<void> {
    for (const image of this.#devices.images.splice(0).reverse()) {
      const { protocol, driverObject } = image;
      if (protocol !== null) protocol.characteristics.UninstallHandler?.();
      image.phase = "unloading";
      const { DriverUnload } = driverObject;
      if (typeof DriverUnload === "function")
        yield* settle(contained(image.name, "DriverUnload", DriverUnload)(driverObject));
      forgetRegistrations(this.environment, image, "unloaded");
      image.holdings.reportLeft(this.environment, image.name, null, "unload");
    }
  }

  /** The names of the functions that drivers of some role can call. */
  functionNames(): ReadonlySet<string> {
    return libraryFunctionNames(this.#parts, imageOf("nobody", []));
  }

  #newImage(name: string, roles: readonly DdiRole[]): LoadedImage {
    const image = imageOf(name, roles);
    this.#devices.images.push(image);
    return image;
  }

  /** The library as its driver sees it: arguments guarded, calls watched. */
  #boundary<Library extends object>(loaded: LoadedImage, library: Library): Library {
    const { environment } = this;
    const seen = observeLibrary(environment, loaded.name, guardArguments(environment, loaded.name, library));
    loaded.library = seen;
    return withEveryFunction(environment, loaded.roles, loaded.name, seen);
  }

  *#enterProtocol<Library extends object>(
    loaded: LoadedImage,
    image: DriverImage<Library>,
    library: Library,
  ): Blocking<NDIS_STATUS> {
    const status = yield* this.#enter(loaded, image, library);
    if (status !== NDIS_STATUS_SUCCESS || loaded.protocol === null) return status;
    yield* this.#devices.bind(loaded.protocol);
    return status;
  }

  *#enter<Library extends object>(
    loaded: LoadedImage,
    image: DriverImage<Library>,
    library: Library,
  ): Blocking<NDIS_STATUS> {
    const { probe, name } = this.environment;
    const enter = conducted(this.environment, image.name, "DriverEntry", image.DriverEntry);
    const answer: unknown = yield* settle(
      enter(
        loaded.driverObject,
        `\\Registry\\Machine\\System\\CurrentControlSet\\Services\\${image.name}`,
        this.#boundary(loaded, library),
      ),
    );
    const status = (Number.isInteger(answer) ? answer : NDIS_STATUS_FAILURE) as NDIS_STATUS;
    if (probe !== null)
      probe.emit(`${name}/${image.name}`, "callback-return", "DriverEntry", { Status: statusName(status) });
    loaded.phase = "loaded";
    if (status !== NDIS_STATUS_SUCCESS) {
      this.#devices.images.splice(this.#devices.images.indexOf(loaded), 1);
      forgetRegistrations(this.environment, loaded, "DriverEntry failed");
      loaded.holdings.reportLeft(this.environment, loaded.name, null, "a DriverEntry that failed");
    }
    return status;
  }
}

function imageOf(name: string, roles: readonly DdiRole[]): LoadedImage {
  const driverObject: DRIVER_OBJECT = { DriverName: name, DriverUnload: null };
  return {
    name,
    roles,
    phase: "entry",
    driverObject,
    holdings: new DriverHoldings(),
    library: {},
    miniport: null,
    protocol: null,
  };
}
