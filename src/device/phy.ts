import type { FibreDirection, FibrePort, Train } from "../wire/fibre.ts";
import type { InterruptBlock } from "./interrupt-block.ts";
import { CAUSE_LSC } from "./interrupt-block.ts";
import type { Receiver } from "./receiver.ts";
import type { TransmitPath } from "./transmitter.ts";

/** The PHY: the end of the fibre, its light, and the internal loopback (datasheet: PHYSTAT, CTRL.LOOP, STATUS.LINK). */
export class Phy implements FibrePort, TransmitPath {
  /** The outgoing direction of the fibre that is plugged in. */
  fibre: FibreDirection | null = null;
  loopback = false;
  readonly #receiver: Receiver;
  readonly #interrupts: InterruptBlock;

  constructor(receiver: Receiver, interrupts: InterruptBlock) {
    this.#receiver = receiver;
    this.#interrupts = interrupts;
  }

  get signal(): boolean {
    return this.loopback || (this.fibre?.up ?? false);
  }

  get rateCellsPerSecond(): number {
    return this.fibre?.rateCellsPerSecond ?? 0;
  }

  /** From the fibre, which is dark while the loop is closed. */
  receiveTrain(train: Train): void {
    if (this.loopback) this.#receiver.discardTrain(train);
    else this.#receiver.receiveTrain(train);
  }

  receiveLooped(train: Train): void {
    this.#receiver.receiveTrain(train);
  }

  linkStateChanged(): void {
    this.#interrupts.raise(CAUSE_LSC);
  }
}
