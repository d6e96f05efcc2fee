import { ELEMENT_CODECS } from "./element-codecs.ts";
import { encodeLowLayerInformation } from "./elements/low-layer-information.ts";
import { ELEMENT_IDENTIFIER, elementIndex, IE } from "./information-elements.ts";
import type { Q2931Message } from "./message.ts";
import { CALL_REFERENCE_LENGTH, MESSAGE_HEADER_LENGTH, PROTOCOL_DISCRIMINATOR } from "./message.ts";

const CAUSE_INDEX = elementIndex(IE.cause);
const QUALITY_INDEX = elementIndex(IE.qualityOfService);
const LOW_LAYER_INDEX = elementIndex(IE.lowLayerInformation);
const ELEMENT_HEADER_LENGTH = 4;
/** Instruction octet bits 5-1: flag and action indicator; bits 7-6 hold the coding standard. */
const INSTRUCTION_MASK = 0x9f;

function codingStandard(message: Q2931Message, index: number): number {
  if (index === QUALITY_INDEX) {
    return message.qualityOfService.codingStandard;
  }
  return index === CAUSE_INDEX ? message.cause.codingStandard : 0;
}

function finishElement(message: Q2931Message, index: number, bytes: Uint8Array, start: number, end: number): number {
  const length = end - start - ELEMENT_HEADER_LENGTH;
  const instruction = message.elementInstruction[index] & INSTRUCTION_MASK;
  bytes[start] = ELEMENT_IDENTIFIER[index];
  bytes[start + 1] = instruction | (codingStandard(message, index) << 5);
  bytes[start + 2] = length >>> 8;
  bytes[start + 3] = length;
  return end;
}

function encodeFurtherLowLayers(message: Q2931Message, bytes: Uint8Array, at: number): number {
  let next = at;
  for (let alternative = 1; alternative < message.lowLayerCount; alternative++) {
    const information = message.lowLayerInformation[alternative];
    const end = encodeLowLayerInformation(information, bytes, next + ELEMENT_HEADER_LENGTH);
    next = finishElement(message, LOW_LAYER_INDEX, bytes, next, end);
  }
  return next;
}

/**
 * Writes the message at `offset`, elements in the order of IE. Returns its length in octets, or -1 when it does not fit
 * (what has been written then is no message). Q.2931 section 4.1.
 */
export function encodeMessage(message: Q2931Message, bytes: Uint8Array, offset: number): number {
  let next = offset + MESSAGE_HEADER_LENGTH;
  // Q.2931 section 4.5.19: alternatives need the repeat indicator before the first of them.
  let rest = message.lowLayerCount > 1 ? message.present | IE.repeatIndicator : message.present;
  while (rest !== 0) {
    const index = elementIndex(rest & -rest);
    rest &= rest - 1;
    const end = ELEMENT_CODECS[index].encode(message, bytes, next + ELEMENT_HEADER_LENGTH);
    next = finishElement(message, index, bytes, next, end);
    if (index === LOW_LAYER_INDEX && message.lowLayerCount > 1) {
      next = encodeFurtherLowLayers(message, bytes, next);
    }
  }
  for (let at = 0; at < message.unrecognisedLength; at++) {
    bytes[next++] = message.unrecognised[at];
  }
  // Writes behind the end of a Uint8Array are lost without effect, so that one check at the end is enough.
  if (next > bytes.length) {
    return -1;
  }
  const length = next - offset - MESSAGE_HEADER_LENGTH;
  bytes[offset] = PROTOCOL_DISCRIMINATOR;
  bytes[offset + 1] = CALL_REFERENCE_LENGTH;
  bytes[offset + 2] = (message.callReferenceFlag << 7) | (message.callReference >>> 16);
  bytes[offset + 3] = message.callReference >>> 8;
  bytes[offset + 4] = message.callReference;
  bytes[offset + 5] = message.type;
  bytes[offset + 6] = message.instruction;
  bytes[offset + 7] = length >>> 8;
  bytes[offset + 8] = length;
  return next - offset;
}
