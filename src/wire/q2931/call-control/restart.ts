import { CAUSE } from "../causes.ts";
import type { DecodeResult } from "../decode-fault.ts";
import { DECODE_RESULT } from "../decode-fault.ts";
import { RESTART_CLASS } from "../elements/identifiers.ts";
import { IE, INFORMATION_ELEMENTS } from "../information-elements.ts";
import type { Q2931Message } from "../message.ts";
import { GLOBAL_CALL_REFERENCE } from "../message.ts";
import { MESSAGE } from "../message-types.ts";
import type { Q2931Call } from "./call.ts";
import type { CallMachine } from "./call-machine.ts";
import { RESTART_STATE } from "./call-states.ts";
import type { TimerHost } from "./timers.ts";
import { CALL_TIMER } from "./timers.ts";

/** RESTART is repeated once (Q.2931 section 5.5.1 lets the implementation choose). */
const MAXIMUM_ATTEMPTS = 2;

/** The global call reference: restart of virtual channels, Q.2931 section 5.5. */
export class RestartProcedure {
  readonly #machine: CallMachine;
  readonly #host: TimerHost;
  #attempts = 0;
  #restartClass = 0;
  #vpci = -1;
  #vci = -1;

  constructor(machine: CallMachine, host: TimerHost) {
    this.#machine = machine;
    this.#host = host;
  }

  /** Clears the calls on the virtual channels and sends RESTART. False while a restart is under way. */
  request(restartClass: number, vpci: number, vci: number): boolean {
    if (this.#attempts > 0) return false;
    this.#restartClass = restartClass;
    this.#vpci = vpci;
    this.#vci = vci;
    this.#send();
    this.#clearCalls(restartClass, vpci, vci);
    return true;
  }

  /** Gives up the restart under way without a word. */
  stop(): void {
    if (this.#attempts === 0) return;
    this.#attempts = 0;
    this.#host.stopTimer(CALL_TIMER.t316);
  }

  timerExpired(): void {
    if (this.#attempts === 0) return;
    if (this.#attempts < MAXIMUM_ATTEMPTS) {
      this.#send();
      return;
    }
    this.#attempts = 0;
    this.#machine.user.restartConfirm(false);
  }

  /** A message with the global call reference. */
  receive(message: Q2931Message, result: DecodeResult): void {
    const { type } = message;
    const isUsable = result <= DECODE_RESULT.processAndReport;
    if (type === MESSAGE.status) return;
    if (type === MESSAGE.restart && isUsable && message.callReferenceFlag === 0) this.#receiveRestart(message);
    else if (type === MESSAGE.restartAcknowledge && isUsable && message.callReferenceFlag === 1)
      this.#receiveAcknowledge();
    else {
      // Section 5.6.3.2 f: any other message with the global call reference is answered by STATUS with cause 81.
      const cause = message.fault.cause === 0 ? CAUSE.invalidCallReference : message.fault.cause;
      this.#sendStatus(message, cause);
    }
  }

  #receiveRestart(message: Q2931Message): void {
    const { restartClass } = message;
    const hasConnection = message.has(IE.connectionIdentifier);
    if (restartClass !== RESTART_CLASS.allOfLayer3Entity && !hasConnection) {
      message.fault.setCause(0, CAUSE.mandatoryElementMissing);
      message.fault.addDiagnostic(INFORMATION_ELEMENTS.connectionIdentifier.identifier);
      this.#sendStatus(message, CAUSE.mandatoryElementMissing);
      return;
    }
    const vpci = hasConnection ? message.connectionIdentifier.vpci : -1;
    const vci = hasConnection ? message.connectionIdentifier.vci : -1;
    this.#clearCalls(restartClass, vpci, vci);
    this.#machine.sender.sendRestart(MESSAGE.restartAcknowledge, 1, restartClass, vpci, vci);
    this.#machine.user.restartIndication(restartClass, vpci, vci);
  }

  #receiveAcknowledge(): void {
    if (this.#attempts === 0) return;
    this.stop();
    this.#machine.user.restartConfirm(true);
  }

  #sendStatus(message: Q2931Message, cause: number): void {
    const state = this.#attempts > 0 ? RESTART_STATE.restartRequest : RESTART_STATE.null;
    const flag = message.callReferenceFlag ^ 1;
    this.#machine.sender.sendStatus(GLOBAL_CALL_REFERENCE, flag, state, cause, message.fault);
  }

  #send(): void {
    this.#attempts++;
    this.#host.startTimer(CALL_TIMER.t316, this.#machine.role.delaysNs[CALL_TIMER.t316]);
    this.#machine.sender.sendRestart(MESSAGE.restart, 0, this.#restartClass, this.#vpci, this.#vci);
  }

  #clearCalls(restartClass: number, vpci: number, vci: number): void {
    for (const call of this.#machine.calls.inOrder()) {
      if (isConcerned(call, restartClass, vpci, vci)) this.#machine.clear(call, CAUSE.temporaryFailure);
    }
  }
}

function isConcerned(call: Q2931Call, restartClass: number, vpci: number, vci: number): boolean {
  if (restartClass === RESTART_CLASS.allOfLayer3Entity) return true;
  return call.vpci === vpci && (restartClass === RESTART_CLASS.allInIndicatedVpc || call.vci === vci);
}
