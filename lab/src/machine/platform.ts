// What the guests can be: a release of Debian on an architecture, as data. Scenarios are the same on all of them.
import type { Release } from '../../../tools/parts/debian-sources.js';

/** How the processor is virtualised: by the kernel, or emulated. */
export type Acceleration = 'kvm' | 'tcg';

export const architectures = ['amd64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

export interface Platform {
  readonly release: Release;
  readonly architecture: Architecture;
}

/** A platform for people and for file names: `trixie-arm64`. */
export const platformName = ({ release, architecture }: Platform): string => `${release}-${architecture}`;

/** What an architecture differs in. */
export interface MachineKind {
  /** What Node calls it. */
  readonly node: string;
  readonly qemu: string;
  /** The Debian package that brings `qemu`. */
  readonly qemuPackage: string;
  /** QEMU's machine. */
  readonly machine: string;
  /** The processor that is emulated. */
  readonly emulated: string;
  /** The serial console, as the guest's kernel calls it. */
  readonly console: string;
  readonly kernelPackage: string;
  /** The program that runs the architecture's programs on another one, and the Debian package that brings it. */
  readonly interpreter: { readonly program: string; readonly package: string };
  /** The compiler of its programs, and the Debian package that brings it to another architecture. */
  readonly compiler: { readonly program: string; readonly package: string };
}

export const machineKinds: Readonly<Record<Architecture, MachineKind>> = {
  amd64: {
    node: 'x64',
    qemu: 'qemu-system-x86_64',
    qemuPackage: 'qemu-system-x86',
    machine: 'pc',
    // One without AVX: the C library and V8 then do without what is slow to emulate, and a boot takes a fifth less than with
    // `max` (measured). One with AES, which corosync's encryption uses.
    emulated: 'Westmere',
    console: 'ttyS0',
    kernelPackage: 'linux-image-amd64',
    interpreter: { program: 'qemu-x86_64-static', package: 'qemu-user-static' },
    compiler: { program: 'x86_64-linux-gnu-g++', package: 'g++-x86-64-linux-gnu' },
  },
  arm64: {
    node: 'arm64',
    qemu: 'qemu-system-aarch64',
    qemuPackage: 'qemu-system-arm',
    machine: 'virt',
    // The Raspberry Pi 4's, without the pointer authentication that makes `max` slow.
    emulated: 'cortex-a72',
    console: 'ttyAMA0',
    kernelPackage: 'linux-image-arm64',
    interpreter: { program: 'qemu-aarch64-static', package: 'qemu-user-static' },
    compiler: { program: 'aarch64-linux-gnu-g++', package: 'g++-aarch64-linux-gnu' },
  },
};

/** Whether guests of an architecture can run on this machine's own processor. */
export const isNative = (architecture: Architecture): boolean => machineKinds[architecture].node === process.arch;

/** How the processor is virtualised, in QEMU's words. */
export const processorOf = (architecture: Architecture, acceleration: Acceleration): string[] =>
  acceleration === 'kvm'
    ? ['-accel', 'kvm', '-cpu', 'host']
    : ['-accel', 'tcg,thread=multi', '-cpu', machineKinds[architecture].emulated];
