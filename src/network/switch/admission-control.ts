// Connection admission control by peak cell rate: what is promised on a direction never exceeds its capacity (UNI 3.1 section 3.5).

/** The load promised on the link of one port, by direction, in cells per second. */
export class AdmissionControl {
  readonly capacityCellsPerSecond: number;
  #fromUser = 0;
  #toUser = 0;
  #refusedCount = 0;

  constructor(capacityCellsPerSecond: number) {
    this.capacityCellsPerSecond = capacityCellsPerSecond;
  }

  get fromUserCellsPerSecond(): number {
    return this.#fromUser;
  }

  get toUserCellsPerSecond(): number {
    return this.#toUser;
  }

  get refusedCount(): number {
    return this.#refusedCount;
  }

  /** Takes both rates (0 or more cells per second) or none; false when a direction has not that much left. */
  admit(fromUser: number, toUser: number): boolean {
    const fits =
      fromUser >= 0 &&
      toUser >= 0 &&
      this.#fromUser + fromUser <= this.capacityCellsPerSecond &&
      this.#toUser + toUser <= this.capacityCellsPerSecond;
    if (!fits) {
      this.#refusedCount++;
      return false;
    }
    this.#fromUser += fromUser;
    this.#toUser += toUser;
    return true;
  }

  /** Gives back what `admit` took. */
  release(fromUser: number, toUser: number): void {
    if (!(fromUser >= 0 && fromUser <= this.#fromUser && toUser >= 0 && toUser <= this.#toUser)) {
      throw new RangeError(
        `admission: gave back ${fromUser} and ${toUser} of ${this.#fromUser} and ${this.#toUser} cells/s`,
      );
    }
    this.#fromUser -= fromUser;
    this.#toUser -= toUser;
  }
}
