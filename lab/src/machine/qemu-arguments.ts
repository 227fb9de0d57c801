// The command line of one virtual Raspberry Pi, as data in, words out.
import type { Image } from '../image/image.js';
import { type Acceleration, type Architecture, machineKinds, processorOf } from './platform.js';

/** Who a machine is. */
export interface MachineIdentity {
  /** Host name and node name. */
  readonly name: string;
  /** The number on the command line of the lab. */
  readonly number: 1 | 2 | 3;
  /** IPv4 address on the cluster's network, a /24. */
  readonly address: string;
}

/** The two machines, with the article's names and addresses. */
export const identities: readonly [MachineIdentity, MachineIdentity] = [
  { name: 'raspberrypi-1', number: 1, address: '192.168.11.211' },
  { name: 'raspberrypi-2', number: 2, address: '192.168.11.179' },
];

/** Those of a ring: CN5 of each is wired to CN4 of the next. */
export const ringIdentities: readonly [MachineIdentity, MachineIdentity, MachineIdentity] = [
  ...identities,
  { name: 'raspberrypi-3', number: 3, address: '192.168.11.180' },
];

/** Files and sockets of one machine. */
export interface MachineFiles {
  /** qcow2 overlay of the image. */
  readonly disk: string;
  /** tar archive that the guest unpacks on its first boot. */
  readonly provision: string;
  /** unix socket on which the lab serves the board; QEMU connects to it. */
  readonly board: string;
  /** unix sockets that QEMU serves: guest agent, signs of life, serial console. */
  readonly agent: string;
  readonly heartbeat: string;
  readonly console: string;
  /** Everything the console has ever shown. */
  readonly consoleLog: string;
}

/** Of a Pi's four. Emulated on two, a survivor has both for itself: what takes over does not wait for what tells of it. */
const processors = 2;

/**
 * MiB of memory. Corosync, Pacemaker, pcsd, docker and the agent fit in it; on Debian 13 not in 1024 with pcs and a Node besides:
 * journald told of memory pressure, and the node paged until nothing ended any more (seen).
 */
const memory = { bookworm: 1024, trixie: 2048 } as const;

/** The kernel's command line: all that makes one machine differ from the other. */
export function kernelArguments({ name, number, address }: MachineIdentity, architecture: Architecture): string {
  return [
    `root=/dev/vda rw console=${machineKinds[architecture].console}`,
    'quiet net.ifnames=0 selinux=0 audit=0 mitigations=off',
    // docker fails in this image with it on
    'apparmor=0',
    // An emulator translates code once for each address that it is found at: with programs at the same addresses every
    // time, a shell script takes a quarter of the time and a Node starts in half (measured).
    'norandmaps',
    `systemd.hostname=${name}`,
    `systemd.machine_id=${String(number).repeat(32)}`,
    `sleepi3.address=${address}/24`,
  ].join(' ');
}

/** QEMU and its arguments. */
export function qemuArguments(
  identity: MachineIdentity,
  image: Image,
  files: MachineFiles,
  acceleration: Acceleration,
): string[] {
  const { architecture, release } = image.platform;
  const { qemu, machine } = machineKinds[architecture];
  return [
    qemu,
    ...['-name', identity.name, '-nodefaults', '-no-user-config', '-display', 'none', '-monitor', 'none'],
    ...['-M', machine, ...processorOf(architecture, acceleration), '-smp', String(processors)],
    ...['-m', String(memory[release])],
    // A halted Pi keeps its power until the board cuts it.
    '-no-shutdown',
    ...['-kernel', image.kernel, '-initrd', image.initrd, '-append', kernelArguments(identity, architecture)],
    // What the guest has synced is in this machine's cache and survives SIGKILL, as it survives a power cut; that it is on
    // this machine's disk, which `unsafe` does not wait for, is not needed.
    ...['-drive', `file=${files.disk},if=virtio,format=qcow2,cache=unsafe`],
    ...['-drive', `file=${files.provision},if=virtio,format=raw,readonly=on`],
    ...['-netdev', `tap,id=net0,ifname=${tapName(identity)},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=net0,mac=52:54:00:11:00:0${identity.number},romfile=`],
    ...['-device', 'virtio-rng-pci'],
    ...['-chardev', `socket,id=board,path=${files.board},reconnect=1`],
    ...['-device', 'qemu-xhci', '-device', 'usb-redir,chardev=board'],
    ...['-chardev', `socket,id=agent,path=${files.agent},server=on,wait=off`],
    ...['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0'],
    ...['-chardev', `socket,id=heartbeat,path=${files.heartbeat},server=on,wait=off`],
    ...['-device', 'virtserialport,chardev=heartbeat,name=sleepi3.heartbeat'],
    ...['-chardev', `socket,id=console,path=${files.console},server=on,wait=off,logfile=${files.consoleLog}`],
    ...['-serial', 'chardev:console'],
  ];
}

/** The network interface of a machine on the lab's side. */
export const tapName = ({ number }: MachineIdentity): string => `tap${number}`;
