/** What went wrong in the lab. Stable: programs may compare it. */
export type LabErrorCode =
  /** A command line that the lab does not understand. */
  | 'usage'
  /** A program or right that this machine lacks. */
  | 'requirement'
  /** A program the lab ran did not do its work. */
  | 'program'
  /** The image could not be made. */
  | 'image'
  /** A packet from QEMU that breaks the usbredir protocol. */
  | 'protocol'
  /** A virtual machine, or the agent inside it, did not do what was asked. */
  | 'machine'
  /** A state that was waited for did not come in time. */
  | 'timeout'
  /** The lab is up, or is not, and the command needs the opposite. */
  | 'state'
  /** A scenario saw something else than it must see. */
  | 'verdict';

/** Every error of the lab: a stable `code`, and a message that says what to do about it. */
export class LabError extends Error {
  override readonly name = 'LabError';

  constructor(
    readonly code: LabErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
