/**
 * Layouts of everything that driver and device share in memory, declared once. Entries are whole 32-bit little-endian words.
 */

export interface LayoutField {
  /** Index of the 32-bit word in the entry. */
  readonly word: number;
  readonly lsb: number;
  readonly width: number;
  readonly meaning: string;
}

export interface Layout {
  /** Bytes of one entry, a power of two. */
  readonly bytes: number;
  readonly meaning: string;
  readonly fields: Readonly<Record<string, LayoutField>>;
}

const word = (index: number, meaning: string): LayoutField => ({ word: index, lsb: 0, width: 32, meaning });
const part = (index: number, lsb: number, width: number, meaning: string): LayoutField => ({
  word: index,
  lsb,
  width,
  meaning,
});

/** Command opcodes. */
export const COMMAND_OPCODES = {
  OPEN: 1,
  MODIFY: 2,
  CLOSE: 3,
} as const;

/** What the device writes back into a command. */
export const COMMAND_STATUS = {
  PENDING: 0,
  OK: 1,
  BAD_INDEX: 2,
  ALREADY_OPEN: 3,
  NOT_OPEN: 4,
  BAD_CONNECTION: 5,
  CONNECTION_IN_USE: 6,
  BAD_AAL: 7,
  BAD_RATE: 8,
  BAD_OPCODE: 9,
} as const;

/** AAL codes of the VC table. */
export const VC_AAL = {
  AAL0: 0,
  AAL5: 5,
} as const;

/** Service categories of the shaper (ATM Forum TM 4.0). */
export const VC_SERVICE = {
  UBR: 0,
  CBR: 1,
  VBR: 2,
} as const;

/** Command ring entry: opens, changes and closes VC table entries. */
export const COMMAND = {
  bytes: 32,
  meaning: "VC command",
  fields: {
    opcode: part(0, 0, 8, "COMMAND_OPCODES"),
    aal: part(0, 8, 4, "VC_AAL"),
    service: part(0, 12, 4, "VC_SERVICE"),
    receive: part(0, 16, 1, "1: cells of this VPI/VCI are received"),
    transmit: part(0, 17, 1, "1: descriptors of this VC are sent"),
    largeBuffers: part(0, 18, 1, "1: receive into large free buffers"),
    vcIndex: part(1, 0, 16, "VC table entry"),
    vci: part(2, 0, 16, "VCI"),
    vpi: part(2, 16, 8, "VPI"),
    peakCellRate: word(3, "transmit peak cell rate in cells per second; 0 is the line rate"),
    sustainableCellRate: word(4, "transmit sustainable cell rate (VBR)"),
    maximumBurstSize: word(5, "transmit maximum burst size in cells (VBR)"),
    maximumSduBytes: word(6, "longest SDU accepted from the fibre"),
    status: word(7, "COMMAND_STATUS, written by the device"),
  },
} as const satisfies Layout;

/** Transmit descriptor: one piece of a frame. */
export const TRANSMIT_DESCRIPTOR = {
  bytes: 16,
  meaning: "transmit descriptor",
  fields: {
    address: word(0, "address of the piece"),
    length: part(1, 0, 17, "bytes in the piece; a frame has 1 to 65,535"),
    clp: part(1, 29, 1, "cell loss priority of the frame"),
    last: part(1, 31, 1, "1: the frame ends with this piece"),
    vcIndex: part(2, 0, 16, "VC table entry"),
    uu: part(2, 16, 8, "CPCS-UU"),
    cpi: part(2, 24, 8, "CPI"),
    cookie: word(3, "for the driver"),
  },
} as const satisfies Layout;

/** What became of transmitted frames. */
export const TRANSMIT_STATUS = {
  OK: 0,
  VC_NOT_OPEN: 1,
  BAD_LENGTH: 2,
  DMA_REFUSED: 3,
  LINK_DOWN: 4,
  ABORTED: 5,
} as const;

/** Transmit completion: a run of consecutive descriptors that met the same end. */
export const TRANSMIT_COMPLETION = {
  bytes: 8,
  meaning: "transmit completion",
  fields: {
    first: part(0, 0, 16, "first transmit ring entry of the run"),
    count: part(0, 16, 16, "descriptors in the run"),
    status: part(1, 0, 8, "TRANSMIT_STATUS"),
    phase: part(1, 31, 1, "changes every time round the ring, starting with 1"),
  },
} as const satisfies Layout;

/** Free buffer: where the device may put received bytes. */
export const FREE_BUFFER = {
  bytes: 8,
  meaning: "free buffer",
  fields: {
    address: word(0, "address of the buffer (64-byte aligned)"),
    cookie: word(1, "for the driver; comes back in the receive completion"),
  },
} as const satisfies Layout;

/** Receive completion: one buffer of one frame. */
export const RECEIVE_COMPLETION = {
  bytes: 16,
  meaning: "receive completion",
  fields: {
    cookie: word(0, "cookie of the free buffer"),
    length: part(1, 0, 17, "bytes in this buffer"),
    phase: part(1, 28, 1, "changes every time round the ring, starting with 1"),
    clp: part(1, 29, 1, "a cell of the frame had CLP 1"),
    congestion: part(1, 30, 1, "a cell of the frame had congestion indicated"),
    last: part(1, 31, 1, "1: the frame ends with this buffer"),
    vcIndex: part(2, 0, 16, "VC table entry"),
    uu: part(2, 16, 8, "CPCS-UU"),
    cpi: part(2, 24, 8, "CPI"),
    timestamp: word(3, "hardware clock when the last bit arrived, nanoseconds, low 32 bits"),
  },
} as const satisfies Layout;

/** Every layout by name, for tests and generated documentation. */
export const LAYOUTS = { COMMAND, TRANSMIT_DESCRIPTOR, TRANSMIT_COMPLETION, FREE_BUFFER, RECEIVE_COMPLETION } as const;

/** Serial ROM contents: byte addresses. */
export const SERIAL_ROM = {
  bytes: 256,
  fields: {
    signature: { address: 0, bytes: 2, meaning: "0x56 0x4D" },
    esi: { address: 2, bytes: 6, meaning: "end system identifier (IEEE 48-bit), the ESI of the NIC's AESAs" },
    partNumber: { address: 8, bytes: 16, meaning: "ASCII part number, padded with spaces" },
    checksum: { address: 255, bytes: 1, meaning: "makes the sum of all bytes 0 modulo 256" },
  },
} as const;
