import { fieldMask, REGISTERS } from "../device/datasheet/index.ts";
import type { MiniportLibrary } from "./library.ts";

const CTRL = REGISTERS.CTRL.fields;
const ROM_ESI_ADDRESS = 2;
const ESI_BYTES = 6;

/** The NIC's registers as the driver reaches them: NdisRead/WriteRegisterUlong at datasheet offsets. */
export class Hardware {
  readonly #ndis: MiniportLibrary;
  readonly #base: number;
  #control = 0;

  /** @param base what NdisMMapIoSpace gave. */
  constructor(ndis: MiniportLibrary, base: number) {
    this.#ndis = ndis;
    this.#base = base;
  }

  read(register: { readonly offset: number }): number {
    return this.#ndis.NdisReadRegisterUlong(this.#base + register.offset);
  }

  write(register: { readonly offset: number }, value: number): void {
    this.#ndis.NdisWriteRegisterUlong(this.#base + register.offset, value);
  }

  reset(): void {
    this.#control = 0;
    this.write(REGISTERS.CTRL, fieldMask(CTRL.RST));
  }

  /** Sets and clears bits of CTRL; the driver keeps a copy, so that nothing has to be read back. */
  control(set: number, clear: number): void {
    this.#control = (this.#control & ~clear) | set;
    this.write(REGISTERS.CTRL, this.#control);
  }

  /** The ESI from the serial ROM (datasheet: SERIAL_ROM). */
  readEsi(): Uint8Array {
    const esi = new Uint8Array(ESI_BYTES);
    this.write(REGISTERS.ROMADR, ROM_ESI_ADDRESS);
    for (let i = 0; i < ESI_BYTES; i++) esi[i] = this.read(REGISTERS.ROMDAT);
    return esi;
  }

  get linkIsUp(): boolean {
    return (this.read(REGISTERS.STATUS) & fieldMask(REGISTERS.STATUS.fields.LINK)) !== 0;
  }
}
