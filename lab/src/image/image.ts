import type { Platform } from '../machine/platform.js';

/** A finished image. */
export interface Image {
  readonly platform: Platform;
  /** The ext4 root file system, never written to: machines run on overlays of it. */
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
}
