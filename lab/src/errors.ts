/** What went wrong in the lab. Stable: programs may compare it. */
export type LabErrorCode =
  /** A command line that the lab does not understand. */
  | 'USAGE'
  /** A program or right that this machine lacks. */
  | 'REQUIREMENT'
  /** A program the lab ran did not do its work. */
  | 'PROGRAM'
  /** The image could not be made. */
  | 'IMAGE'
  /** A packet from QEMU that breaks the usbredir protocol. */
  | 'PROTOCOL'
  /** A virtual machine, or the agent inside it, did not do what was asked. */
  | 'MACHINE'
  /** A state that was waited for did not come in time. */
  | 'TIMEOUT'
  /** The lab is up, or is not, and the command needs the opposite. */
  | 'STATE'
  /** A scenario saw something else than it must see. */
  | 'VERDICT';

/** Every error of the lab: a stable `code`, and a message that says what to do about it. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: LabErrorCode;

  constructor(code: LabErrorCode, message: string, facts?: ErrorOptions) {
    super(message, facts);
    this.code = code;
  }
}
