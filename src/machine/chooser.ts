/**
 * Choice points. Whatever the real world may decide (which ready DPC runs first, whether an interrupt lands here, whether this
 * allocation fails) asks one chooser. Alternative 0 is always the ordinary one.
 */
export interface Chooser {
  /**
   * @param point names the kind of choice, for example "dpc-order" or "allocation".
   * @param alternatives how many there are, 1 or more.
   * @returns a whole number from 0 to `alternatives` - 1.
   */
  choose(point: string, alternatives: number): number;
}
