/** What the device counts, of everything that went through it (datasheet: TXFRM to HECCOR). */
export class Counters {
  framesTransmitted = 0;
  cellsTransmitted = 0;
  framesReceived = 0;
  cellsReceived = 0;
  bytesTransmitted = 0;
  bytesReceived = 0;
  headerErrors = 0;
  headersCorrected = 0;
  crcErrors = 0;
  lengthErrors = 0;
  noBuffer = 0;
  unknownVc = 0;
  receiverDisabled = 0;
  transmitDiscarded = 0;

  clear(): void {
    this.framesTransmitted = 0;
    this.cellsTransmitted = 0;
    this.framesReceived = 0;
    this.cellsReceived = 0;
    this.bytesTransmitted = 0;
    this.bytesReceived = 0;
    this.headerErrors = 0;
    this.headersCorrected = 0;
    this.crcErrors = 0;
    this.lengthErrors = 0;
    this.noBuffer = 0;
    this.unknownVc = 0;
    this.receiverDisabled = 0;
    this.transmitDiscarded = 0;
  }
}
