import type {
  Blocking,
  NDIS_MINIPORT_CO_CHARACTERISTICS as CoCharacteristics,
  DRIVER_OBJECT,
  MiniportAdapterHandle,
  NDIS_CONTEXT,
  NDIS_MINIPORT_INIT_PARAMETERS,
  NDIS_STATUS,
  NDIS_STATUS_FINAL,
  NdisDriverHandle,
  NdisMiniportDriverHandle,
  NET_BUFFER_LIST,
} from "../ndis/index.ts";
import {
  NDIS_DEVICE_PNP_EVENT,
  NDIS_MINIPORT_CO_CHARACTERISTICS,
  NDIS_MINIPORT_DRIVER_CHARACTERISTICS,
  NDIS_STATUS_PENDING,
  NDIS_STATUS_SUCCESS,
  OutParameter,
} from "../ndis/index.ts";
import type { DriverAdapter } from "./bring-up.ts";
import { adapterOf, bringUp } from "./bring-up.ts";
import type { Connection } from "./connection.ts";
import type { Hardware } from "./hardware.ts";
import type { MiniportLibrary } from "./library.ts";
import { answerOid } from "./oids.ts";
import { Undo } from "./undo.ts";

const NDIS_MAJOR_VERSION = 6;
const NDIS_MINOR_VERSION = 50;

/** What of the entry points differs between the MCM and the CO miniport. */
export interface MiniportRole<Adapter extends DriverAdapter> {
  /** MiniportSetOptions, beside the handlers for sends and OID requests. */
  readonly coHandlers: Partial<CoCharacteristics>;
  setOptions(handle: NdisDriverHandle): NDIS_STATUS_FINAL;
  /** Makes the adapter; null when there is not enough memory. */
  make(hardware: Hardware, handle: MiniportAdapterHandle): Adapter | null;
  /** The NIC is fully operational. */
  started(adapter: Adapter, handle: MiniportAdapterHandle): NDIS_STATUS_FINAL;
  /** MiniportHaltEx, before everything is given back. */
  shutDown(adapter: Adapter): Blocking<void>;
}

/** A driver of the NIC: its entry points, each for one adapter or VC by context. */
export class MiniportDriver<Adapter extends DriverAdapter> {
  readonly #ndis: MiniportLibrary;
  readonly #role: MiniportRole<Adapter>;
  #handle: NdisMiniportDriverHandle | null = null;

  constructor(ndis: MiniportLibrary, role: MiniportRole<Adapter>) {
    this.#ndis = ndis;
    this.#role = role;
  }

  register(DriverObject: DRIVER_OBJECT, RegistryPath: string): NDIS_STATUS {
    const nicOf = (context: NDIS_CONTEXT) => adapterOf<Adapter>(context).nic;
    const characteristics = NDIS_MINIPORT_DRIVER_CHARACTERISTICS({
      MajorNdisVersion: NDIS_MAJOR_VERSION,
      MinorNdisVersion: NDIS_MINOR_VERSION,
      MajorDriverVersion: 1,
      SetOptionsHandler: (handle) => this.#setOptions(handle),
      InitializeHandlerEx: (handle, _context, parameters) => this.#initialize(handle, parameters),
      HaltHandlerEx: (context) => this.#halt(adapterOf(context)),
      UnloadHandler: () => this.#unload(),
      PauseHandler: (context) => (nicOf(context).pause() ? NDIS_STATUS_SUCCESS : NDIS_STATUS_PENDING),
      RestartHandler: (context) => {
        nicOf(context).resume();
        return NDIS_STATUS_SUCCESS;
      },
      OidRequestHandler: (context, request) => answerOid(nicOf(context), request),
      ReturnNetBufferListsHandler: (context, lists) => nicOf(context).receiver.giveBack(lists),
      DevicePnPEventNotifyHandler: (context, { DevicePnPEvent }) => {
        if (DevicePnPEvent === NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventSurpriseRemoved)
          nicOf(context).surpriseRemoved();
      },
      ShutdownHandlerEx: (context) => nicOf(context).interrupts.disable(),
      CancelOidRequestHandler: () => {},
      CancelSendHandler: () => {},
    });
    const handle = new OutParameter<NdisMiniportDriverHandle>();
    const status = this.#ndis.NdisMRegisterMiniportDriver(DriverObject, RegistryPath, this, characteristics, handle);
    this.#handle = handle.Value;
    return status;
  }

  /** MiniportSetOptions (REG-04). */
  #setOptions(handle: NdisDriverHandle): NDIS_STATUS_FINAL {
    const miniport = NDIS_MINIPORT_CO_CHARACTERISTICS({
      CoSendNetBufferListsHandler: send,
      CoOidRequestHandler: (context, vc, request) =>
        answerOid(adapterOf<Adapter>(context).nic, request, (vc as VcContext | null)?.connection ?? null),
      ...this.#role.coHandlers,
    });
    const status = this.#ndis.NdisSetOptionalHandlers(handle, miniport);
    return status === NDIS_STATUS_SUCCESS ? this.#role.setOptions(handle) : status;
  }

  /** MiniportInitializeEx. */
  #initialize(handle: MiniportAdapterHandle, parameters: NDIS_MINIPORT_INIT_PARAMETERS): NDIS_STATUS_FINAL {
    const taken = new Undo();
    const role = this.#role;
    const adapter = bringUp(this.#ndis, handle, parameters, taken, (hardware) => role.make(hardware, handle));
    const status = typeof adapter === "number" ? adapter : role.started(adapter, handle);
    if (status !== NDIS_STATUS_SUCCESS) taken.run();
    return status;
  }

  /** MiniportHaltEx: what is under way ends, then everything goes back (LIF-12). */
  *#halt(adapter: Adapter): Blocking<void> {
    yield* this.#role.shutDown(adapter);
    adapter.nic.interrupts.disable();
    adapter.nic.undo?.run();
  }

  #unload(): void {
    if (this.#handle !== null) this.#ndis.NdisMDeregisterMiniportDriver(this.#handle);
    this.#handle = null;
  }
}

/** VC contexts of both drivers have their connection in the same place. */
interface VcContext {
  readonly connection: Connection;
}

/** MiniportCoSendNetBufferLists. */
function send(context: NDIS_CONTEXT, lists: NET_BUFFER_LIST): void {
  const { connection } = context as VcContext;
  connection.transmitter.send(connection, lists);
}
