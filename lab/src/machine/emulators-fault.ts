/**
 * Whether a console shows a kernel that QEMU's emulator has let down. With several processors one of them may still run the
 * breakpoint that the kernel put into its own code for the moment of a change (x86 alone), when the kernel has done with it and
 * knows of none: "Oops: int3" (measured, once in some hundred boots: QEMU 7.2, Linux 6.12).
 */
export const isEmulatorsFault = (console: string): boolean => console.includes('] Oops: int3: ');
