/**
 * A VPI and a VCI in one integer, VPI * 65,536 + VCI; -1 is none. A label counts on one link only.
 */
export type VcLabel = number;

export const NO_VC_LABEL = -1;

export function vcLabel(vpi: number, vci: number): VcLabel {
  return (vpi << 16) | vci;
}

export function vcLabelVpi(label: VcLabel): number {
  return label >> 16;
}

export function vcLabelVci(label: VcLabel): number {
  return label & 0xffff;
}
