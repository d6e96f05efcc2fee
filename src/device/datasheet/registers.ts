/**
 * Register map of the VMC-155 ATM controller, declared once: silicon, driver, tests and docs/registers.md derive from it.
 *
 * All registers are 32 bits wide and little-endian. Access: "ro" read only, "rw" read and write, "wo" write only (reads 0),
 * "w1c" write 1 to clear. What an access to another offset gives: reads 0xFFFFFFFF, writes are ignored.
 */

export type RegisterAccess = "ro" | "rw" | "wo" | "w1c";

export interface RegisterField {
  readonly lsb: number;
  readonly width: number;
  readonly meaning: string;
}

export interface Register {
  readonly offset: number;
  readonly access: RegisterAccess;
  readonly reset: number;
  readonly meaning: string;
  readonly fields?: Readonly<Record<string, RegisterField>>;
}

/** The bits of a one-bit field or the mask of a wider one, in place. */
export function fieldMask(field: RegisterField): number {
  return field.width === 32 ? 0xffff_ffff : (((1 << field.width) - 1) << field.lsb) >>> 0;
}

const bit = (lsb: number, meaning: string): RegisterField => ({ lsb, width: 1, meaning });

/** Interrupt causes: the bits of ICR, ICS, IMS and IMC, and what each MSI-X message reports. */
export const INTERRUPT_CAUSES = {
  TXC: bit(0, "transmit completions were written"),
  RXC: bit(1, "receive completions were written"),
  CMD: bit(2, "the command ring head moved"),
  RXO: bit(3, "a frame was dropped because a free-buffer ring was empty"),
  LSC: bit(4, "the PHY's link status changed"),
  DMAF: bit(5, "the bus refused a DMA access; STATUS.FATAL is set"),
} as const satisfies Readonly<Record<string, RegisterField>>;

const ring = (base: number, name: string, entry: string, producer: "driver" | "device") =>
  ({
    BASE: {
      offset: base,
      access: "rw",
      reset: 0,
      meaning: `${name}: address of entry 0 (64-byte aligned, shared memory)`,
    },
    SIZE: {
      offset: base + 4,
      access: "rw",
      reset: 0,
      meaning: `${name}: number of ${entry} entries, a power of two from 8 to 32,768; 0 disables the ring`,
    },
    HEAD: {
      offset: base + 8,
      access: producer === "driver" ? "ro" : "rw",
      reset: 0,
      meaning:
        producer === "driver"
          ? `${name}: next entry that the device takes`
          : `${name}: doorbell, next entry that the driver takes`,
    },
    TAIL: {
      offset: base + 12,
      access: producer === "driver" ? "rw" : "ro",
      reset: 0,
      meaning:
        producer === "driver"
          ? `${name}: doorbell, one past the last entry that the driver filled`
          : `${name}: one past the last entry that the device wrote`,
    },
  }) as const satisfies Readonly<Record<string, Register>>;

const counter = (offset: number, meaning: string): Register => ({ offset, access: "ro", reset: 0, meaning });

const COMMAND_RING = ring(0x040, "command ring", "command", "driver");
const TRANSMIT_RING = ring(0x050, "transmit ring", "transmit descriptor", "driver");
const TRANSMIT_COMPLETION_RING = ring(0x060, "transmit completion ring", "transmit completion", "device");
const SMALL_BUFFER_RING = ring(0x070, "small free-buffer ring", "free buffer", "driver");
const LARGE_BUFFER_RING = ring(0x080, "large free-buffer ring", "free buffer", "driver");
const RECEIVE_COMPLETION_RING = ring(0x090, "receive completion ring", "receive completion", "device");

export const REGISTERS = {
  ID: { offset: 0x000, access: "ro", reset: 0x0155_a7f1, meaning: "device and revision: reads 0x0155A7F1" },
  CTRL: {
    offset: 0x004,
    access: "rw",
    reset: 0,
    meaning: "device control",
    fields: {
      RST: bit(0, "write 1: reset everything but the serial ROM; reads 0 again when done"),
      TXEN: bit(1, "transmitter takes descriptors"),
      RXEN: bit(2, "receiver accepts frames"),
      CELL: bit(3, "cell mode: frames travel as real 53-byte cells, HEC and CRC-32 are checked"),
      LOOP: bit(4, "internal loopback: what is transmitted is received, the fibre is dark"),
      MSIX: bit(5, "interrupts are MSI-X messages instead of INTx"),
    },
  },
  STATUS: {
    offset: 0x008,
    access: "ro",
    reset: 0,
    meaning: "device status",
    fields: {
      LINK: bit(0, "light and cell delineation on the fibre"),
      FATAL: bit(1, "a DMA access was refused: transmit and receive are stopped until reset"),
    },
  },
  CAPS: {
    offset: 0x00c,
    access: "ro",
    reset: 0x0000_1010,
    meaning: "capabilities",
    fields: {
      VC_BITS: { lsb: 0, width: 8, meaning: "log2 of the number of VC table entries" },
      VCI_BITS: { lsb: 8, width: 8, meaning: "VCI bits that are looked at" },
    },
  },
  ICR: { offset: 0x010, access: "w1c", reset: 0, meaning: "interrupt cause", fields: INTERRUPT_CAUSES },
  ICS: {
    offset: 0x014,
    access: "wo",
    reset: 0,
    meaning: "interrupt cause set: write 1 to raise a cause (for tests)",
    fields: INTERRUPT_CAUSES,
  },
  IMS: {
    offset: 0x018,
    access: "rw",
    reset: 0,
    meaning: "interrupt mask set: write 1 to enable; reads the mask",
    fields: INTERRUPT_CAUSES,
  },
  IMC: {
    offset: 0x01c,
    access: "wo",
    reset: 0,
    meaning: "interrupt mask clear: write 1 to disable",
    fields: INTERRUPT_CAUSES,
  },
  ITR: {
    offset: 0x020,
    access: "rw",
    reset: 0,
    meaning: "interrupt throttle: least time between two interrupts, in nanoseconds; 0 is none",
  },
  IVAR: {
    offset: 0x024,
    access: "rw",
    reset: 0x0000_2210,
    meaning: "MSI-X message of each group of causes",
    fields: {
      TX: { lsb: 0, width: 4, meaning: "message for TXC" },
      RX: { lsb: 4, width: 4, meaning: "message for RXC and RXO" },
      CMD: { lsb: 8, width: 4, meaning: "message for CMD" },
      OTHER: { lsb: 12, width: 4, meaning: "message for LSC and DMAF" },
    },
  },
  CMDBASE: COMMAND_RING.BASE,
  CMDSIZE: COMMAND_RING.SIZE,
  CMDHEAD: COMMAND_RING.HEAD,
  CMDTAIL: COMMAND_RING.TAIL,
  TXBASE: TRANSMIT_RING.BASE,
  TXSIZE: TRANSMIT_RING.SIZE,
  TXHEAD: TRANSMIT_RING.HEAD,
  TXTAIL: TRANSMIT_RING.TAIL,
  TCBASE: TRANSMIT_COMPLETION_RING.BASE,
  TCSIZE: TRANSMIT_COMPLETION_RING.SIZE,
  TCHEAD: TRANSMIT_COMPLETION_RING.HEAD,
  TCTAIL: TRANSMIT_COMPLETION_RING.TAIL,
  FSBASE: SMALL_BUFFER_RING.BASE,
  FSSIZE: SMALL_BUFFER_RING.SIZE,
  FSHEAD: SMALL_BUFFER_RING.HEAD,
  FSTAIL: SMALL_BUFFER_RING.TAIL,
  FLBASE: LARGE_BUFFER_RING.BASE,
  FLSIZE: LARGE_BUFFER_RING.SIZE,
  FLHEAD: LARGE_BUFFER_RING.HEAD,
  FLTAIL: LARGE_BUFFER_RING.TAIL,
  RCBASE: RECEIVE_COMPLETION_RING.BASE,
  RCSIZE: RECEIVE_COMPLETION_RING.SIZE,
  RCHEAD: RECEIVE_COMPLETION_RING.HEAD,
  RCTAIL: RECEIVE_COMPLETION_RING.TAIL,
  FSLEN: { offset: 0x0a0, access: "rw", reset: 2_048, meaning: "bytes in a small free buffer (multiple of 64)" },
  FLLEN: { offset: 0x0a4, access: "rw", reset: 16_384, meaning: "bytes in a large free buffer (multiple of 64)" },
  TXFRM: counter(0x100, "frames transmitted"),
  TXCELL: counter(0x104, "cells transmitted"),
  RXFRM: counter(0x108, "frames received and delivered"),
  RXCELL: counter(0x10c, "cells received, good ones"),
  TXBYTL: counter(0x110, "bytes of SDU transmitted, low 32 bits"),
  TXBYTH: counter(0x114, "bytes of SDU transmitted, high 32 bits"),
  RXBYTL: counter(0x118, "bytes of SDU delivered, low 32 bits"),
  RXBYTH: counter(0x11c, "bytes of SDU delivered, high 32 bits"),
  HECCOR: counter(0x13c, "cells whose header HEC corrected (one wrong bit)"),
  HECERR: counter(0x120, "cells dropped: header error that HEC cannot correct"),
  CRCERR: counter(0x124, "frames dropped: AAL5 CRC-32 wrong"),
  LENERR: counter(0x128, "frames dropped: AAL5 length wrong, or longer than the VC allows"),
  NOBUF: counter(0x12c, "frames dropped: free-buffer ring or completion ring full"),
  UNKVC: counter(0x130, "cells or frames dropped: VPI/VCI not open"),
  RXDIS: counter(0x134, "frames dropped: receiver disabled"),
  TXDROP: counter(0x138, "frames discarded on transmit: link down, VC not open, or no frame memory"),
  VCSEL: { offset: 0x180, access: "rw", reset: 0, meaning: "VC index whose counters VCTXF to VCDROP show" },
  VCTXF: counter(0x184, "selected VC: frames transmitted"),
  VCRXF: counter(0x188, "selected VC: frames delivered"),
  VCERR: counter(0x18c, "selected VC: frames dropped for CRC or length"),
  VCDROP: counter(0x190, "selected VC: frames dropped for want of a buffer"),
  CLKL: {
    offset: 0x1a0,
    access: "ro",
    reset: 0,
    meaning: "hardware clock in nanoseconds, low 32 bits; reading it latches CLKH",
  },
  CLKH: { offset: 0x1a4, access: "ro", reset: 0, meaning: "hardware clock, high 32 bits as latched by CLKL" },
  ROMADR: { offset: 0x1b0, access: "rw", reset: 0, meaning: "serial ROM byte address, 0 to 255" },
  ROMDAT: { offset: 0x1b4, access: "ro", reset: 0, meaning: "serial ROM byte at ROMADR; ROMADR moves on by one" },
  PHYSTAT: {
    offset: 0x1c0,
    access: "ro",
    reset: 0,
    meaning: "PHY status",
    fields: {
      SIGNAL: bit(0, "signal detected"),
      RATE: { lsb: 8, width: 24, meaning: "line rate in cells per second" },
    },
  },
} as const satisfies Readonly<Record<string, Register>>;

export type RegisterName = keyof typeof REGISTERS;

/** Size of the register window in bytes. */
export const REGISTER_WINDOW_BYTES = 0x200;
/** What ID reads. */
export const DEVICE_ID_VALUE = REGISTERS.ID.reset;
/** Entries of the VC table. */
export const VC_TABLE_ENTRIES = 65_536;
/** MSI-X messages. */
export const MESSAGE_COUNT = 4;
export const PCI_VENDOR_ID = 0x1af5;
export const PCI_DEVICE_ID = 0xa155;
export const PCI_REVISION = 1;
/** Network controller, ATM (PCI code and ID assignment, class 02h subclass 03h). */
export const PCI_CLASS_ATM = 0x02_03_00;
