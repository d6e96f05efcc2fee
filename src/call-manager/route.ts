import type { NDIS_OID_REQUEST, NDIS_STATUS, NdisAfHandle, NdisVcHandle } from "../ndis/index.ts";
import type { CallConnection } from "./call-connection.ts";
import type { CallVc } from "./call-vc.ts";
import type { CallManagementFunctions } from "./library.ts";

/**
 * What differs between a miniport call manager and a stand-alone one: how a VC comes to be, how its data path is opened and closed,
 * and under which names NDIS is called.
 */
export interface Route {
  readonly functions: CallManagementFunctions;
  newConnection(): CallConnection;
  /** Takes what a call needs of the NIC before the network is asked; false when all of it is taken. */
  reserve(vc: CallVc): boolean;
  /** Gives it back: the data path is closed, and NDIS knows the VC as inactive when this returns. */
  release(vc: CallVc): void;
  /** Begins to open the data path to the VPI and VCI of the connection; Calls.opened follows. False when it cannot. */
  open(vc: CallVc): boolean;
  /** The data path is open: when this returns true, NDIS knows the VC, and knows it as active (OUT-09, INC-02). */
  activate(vc: CallVc): boolean;
  /** Begins to close the data path; Calls.progress follows. */
  close(vc: CallVc): void;
  /** Deletes a VC that call management created. */
  deleteVc(handle: NdisVcHandle): void;
  /** A request to the client whose address family it is. */
  requestOid(af: NdisAfHandle, request: NDIS_OID_REQUEST): NDIS_STATUS;
  /** Something has ended that a pause, a halt or an unbind may wait for. */
  quietChanged(): void;
}
