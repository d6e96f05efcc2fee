import { SERIAL_ROM } from "./datasheet/index.ts";

const PART_NUMBER = "VMC-155-A";

/** The serial ROM: signature, ESI, part number, checksum (datasheet: SERIAL_ROM). Reading moves the address on. */
export class SerialRom {
  address = 0;
  readonly #contents = new Uint8Array(SERIAL_ROM.bytes);

  /** @param esi 6 bytes, the end system identifier. */
  constructor(esi: Uint8Array) {
    const { signature, esi: esiField, partNumber, checksum } = SERIAL_ROM.fields;
    this.#contents[signature.address] = 0x56;
    this.#contents[signature.address + 1] = 0x4d;
    for (let i = 0; i < esiField.bytes; i++) this.#contents[esiField.address + i] = esi[i];
    for (let i = 0; i < partNumber.bytes; i++) {
      this.#contents[partNumber.address + i] = i < PART_NUMBER.length ? PART_NUMBER.charCodeAt(i) : 0x20;
    }
    let sum = 0;
    for (const byte of this.#contents) sum += byte;
    this.#contents[checksum.address] = -sum & 0xff;
  }

  read(): number {
    const value = this.#contents[this.address];
    this.address = (this.address + 1) & 0xff;
    return value;
  }
}
