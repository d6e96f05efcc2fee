import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The small recording that examples/replay.yaml sends: a browser fetches a page. Run this file to write it again. */
export const SAMPLE_CAPTURE = fileURLToPath(new URL("../examples/captures/web.pcap", import.meta.url));

const CLIENT = { mac: [2, 0, 0, 0, 0, 1], ip: [192, 0, 2, 10] } as const;
const SERVER = { mac: [2, 0, 0, 0, 0, 2], ip: [192, 0, 2, 80] } as const;
type Station = typeof CLIENT | typeof SERVER;

const PROTOCOL_ICMP = 1;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const SYN = 0x02;
const FIN_ACK = 0x11;
const SYN_ACK = 0x12;
const ACK = 0x10;
const PUSH_ACK = 0x18;
const SEGMENT = 1_460;
const SHORTEST_FRAME = 60;

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const u16 = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
const little32 = (value: number): number[] => u32(value).reverse();

/** RFC 1071. */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function ethernet(from: Station, to: readonly number[], etherType: number, payload: readonly number[]): number[] {
  const frame = [...to, ...from.mac, ...u16(etherType), ...payload];
  while (frame.length < SHORTEST_FRAME) frame.push(0);
  return frame;
}

function ip(from: Station, to: Station, protocol: number, payload: readonly number[]): number[] {
  const start = [0x45, 0, ...u16(20 + payload.length), 0, 0, 0x40, 0, 64, protocol];
  const addresses = [...from.ip, ...to.ip];
  const header = [...start, ...u16(checksum([...start, 0, 0, ...addresses])), ...addresses];
  return ethernet(from, to.mac, 0x0800, [...header, ...payload]);
}

/** Fills in the checksum at `place`, which counts the pseudo header of RFC 768 and RFC 9293. */
function summed(from: Station, to: Station, protocol: number, segment: readonly number[], place: number): number[] {
  const pseudoHeader = [...from.ip, ...to.ip, 0, protocol, ...u16(segment.length)];
  return segment.toSpliced(place, 2, ...u16(checksum([...pseudoHeader, ...segment])));
}

function arp(from: Station, to: Station, operation: number): number[] {
  const target =
    operation === 1
      ? { mac: [255, 255, 255, 255, 255, 255], known: [0, 0, 0, 0, 0, 0] }
      : { mac: to.mac, known: to.mac };
  return ethernet(from, target.mac, 0x0806, [
    0,
    1,
    8,
    0,
    6,
    4,
    0,
    operation,
    ...from.mac,
    ...from.ip,
    ...target.known,
    ...to.ip,
  ]);
}

function echo(from: Station, to: Station, type: number, sequence: number): number[] {
  const message = [type, 0, 0, 0, 0, 1, ...u16(sequence), ...Array.from({ length: 48 }, (_, i) => i)];
  return ip(from, to, PROTOCOL_ICMP, message.toSpliced(2, 2, ...u16(checksum(message))));
}

function dns(from: Station, to: Station, isAnswer: boolean): number[] {
  const name = [7, ...text("example"), 3, ...text("net"), 0];
  const question = [...name, 0, 1, 0, 1];
  const answer = isAnswer ? [0xc0, 12, 0, 1, 0, 1, ...u32(300), 0, 4, ...SERVER.ip] : [];
  const message = [
    0x12,
    0x34,
    isAnswer ? 0x81 : 0x01,
    isAnswer ? 0x80 : 0,
    0,
    1,
    0,
    answer.length === 0 ? 0 : 1,
    0,
    0,
    0,
    0,
  ];
  const data = [...message, ...question, ...answer];
  const ports = isAnswer ? [...u16(53), ...u16(50_000)] : [...u16(50_000), ...u16(53)];
  return ip(
    from,
    to,
    PROTOCOL_UDP,
    summed(from, to, PROTOCOL_UDP, [...ports, ...u16(8 + data.length), 0, 0, ...data], 6),
  );
}

/** One side of a TCP connection after the other, with sequence numbers that fit. */
function conversation(page: readonly number[]): number[][] {
  const next = { client: 1_000, server: 9_000 };
  const frames: number[][] = [];
  const send = (isClient: boolean, flags: number, data: readonly number[] = []): void => {
    const [from, to] = isClient ? [CLIENT, SERVER] : [SERVER, CLIENT];
    const [sequence, acknowledged] = isClient ? [next.client, next.server] : [next.server, next.client];
    const ports = isClient ? [...u16(40_000), ...u16(80)] : [...u16(80), ...u16(40_000)];
    const header = [
      ...ports,
      ...u32(sequence),
      ...u32(flags === SYN ? 0 : acknowledged),
      0x50,
      flags,
      ...u16(64_240),
      0,
      0,
      0,
      0,
    ];
    frames.push(ip(from, to, PROTOCOL_TCP, summed(from, to, PROTOCOL_TCP, [...header, ...data], 16)));
    const used = data.length + ((flags & 0x03) === 0 ? 0 : 1);
    if (isClient) next.client += used;
    else next.server += used;
  };
  send(true, SYN);
  send(false, SYN_ACK);
  send(true, ACK);
  send(true, PUSH_ACK, text("GET / HTTP/1.1\r\nHost: example.net\r\n\r\n"));
  send(false, ACK);
  const reply = [
    ...text(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${page.length}\r\n\r\n`),
    ...page,
  ];
  for (let at = 0; at < reply.length; at += SEGMENT) {
    send(false, PUSH_ACK, reply.slice(at, at + SEGMENT));
    if ((at / SEGMENT) % 2 === 1) send(true, ACK);
  }
  send(true, FIN_ACK);
  send(false, FIN_ACK);
  send(true, ACK);
  return frames;
}

/** The file: pcap, Ethernet, a packet every 250 microseconds. */
export function sampleCapture(): Uint8Array {
  const line = "All work and no play makes the cell loss priority bit a dull bit.\n";
  const frames = [
    arp(CLIENT, SERVER, 1),
    arp(SERVER, CLIENT, 2),
    ...[1, 2, 3].flatMap((sequence) => [echo(CLIENT, SERVER, 8, sequence), echo(SERVER, CLIENT, 0, sequence)]),
    dns(CLIENT, SERVER, false),
    dns(SERVER, CLIENT, true),
    ...conversation(text(line.repeat(450))),
  ];
  const header = [
    ...little32(0xa1b2_c3d4),
    2,
    0,
    4,
    0,
    ...little32(0),
    ...little32(0),
    ...little32(65_535),
    ...little32(1),
  ];
  const records = frames.flatMap((frame, i) => {
    const lengths = [...little32(frame.length), ...little32(frame.length)];
    return [...little32(1_700_000_000), ...little32(i * 250), ...lengths, ...frame];
  });
  return Uint8Array.from([...header, ...records]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(SAMPLE_CAPTURE), { recursive: true });
  writeFileSync(SAMPLE_CAPTURE, sampleCapture());
}
