/**
 * The environment broke: a disk, a port, a broker, a peer. `code` is for programs, the message
 * tells the operator what to do. A refusal is a returned value and a bug is a failed assertion;
 * neither is a Fault.
 */
export interface FaultData {
  readonly code: string;
  /** What to do, in one line. */
  readonly advice: string;
  readonly [field: string]: unknown;
}

export class Fault extends Error {
  readonly data: FaultData;
  constructor(data: FaultData, options?: ErrorOptions) {
    super(data.advice, options);
    this.name = "Fault";
    this.data = data;
  }
  get code(): string {
    return this.data.code;
  }
}
