// A virtual Raspberry Pi on a virtual board: QEMU is its power, the board its switch.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Clock, WakeupFlag } from '@sleepi3/driver';
import type { Pi, VirtualBoard } from '@sleepi3/simulator';
import { LabError } from '../errors.js';
import type { Image } from '../image/image.js';
import { mustRun, type ProgramResult, type RunProgram } from '../program.js';
import { serveI2cTinyUsb } from '../usb-redir/i2c-tiny-usb.js';
import { type ExecOptions, GuestAgent } from './guest-agent.js';
import { isEmulatorsFault } from './emulators-fault.js';
import type { Acceleration } from './platform.js';
import { type MachineFiles, type MachineIdentity, qemuArguments } from './qemu-arguments.js';

/** What is on a machine's disk to begin with. */
export interface MachineSystem {
  readonly image: Image;
  /** tar archive that the guest unpacks on its first boot. */
  readonly provision: string;
}

/** What a machine is made of. */
export interface MachineParts {
  readonly identity: MachineIdentity;
  readonly board: VirtualBoard;
  readonly system: MachineSystem;
  readonly acceleration: Acceleration;
  /** Where its disk and sockets are kept; made anew. */
  readonly directory: string;
  readonly clock: Clock;
  readonly run: RunProgram;
  /** What goes wrong outside any call: QEMU ends by itself, the board's protocol is broken. */
  readonly onTrouble: (error: LabError) => void;
}

/** ms in which an emulated machine has booted, on a slow machine. */
const longestBoot = 120_000;

/** One machine. Its board gives it power; it never has power otherwise. */
export class Machine implements Pi {
  readonly identity: MachineIdentity;
  readonly board: VirtualBoard;
  files: MachineFiles;
  #system: MachineSystem;
  readonly #parts: MachineParts;
  readonly #sockets = new Set<Socket>();
  readonly #boardServer: Server;
  #qemu: ChildProcess | undefined;
  #agent: Promise<GuestAgent> | undefined;
  /** Settles when the last QEMU is gone and its disk is free. */
  #gone: Promise<void> = Promise.resolve();
  #disconnect: () => void = () => undefined;
  #boots = 0;
  readonly #losses: number[] = [];

  private constructor(parts: MachineParts) {
    this.#parts = parts;
    this.identity = parts.identity;
    this.#system = parts.system;
    this.board = parts.board;
    const file = (name: string) => join(parts.directory, name);
    this.files = {
      disk: file('disk.qcow2'),
      provision: parts.system.provision,
      board: file('board.socket'),
      agent: file('agent.socket'),
      heartbeat: file('heartbeat.socket'),
      console: file('console.socket'),
      consoleLog: file('console.log'),
    };
    this.#boardServer = createServer((socket) => {
      this.#serveBoard(socket);
    });
  }

  /** Makes the machine and connects it to its board, which powers it on if it has power to give. */
  static async create(parts: MachineParts): Promise<Machine> {
    const machine = new Machine(parts);
    const { directory } = parts;
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    await machine.#makeDisk();
    const { board } = machine.files;
    await new Promise<void>((resolve, reject) => {
      machine.#boardServer.once('error', reject).listen(board, resolve);
    });
    machine.#disconnect = parts.board.connect(machine);
    return machine;
  }

  get name(): string {
    return this.identity.name;
  }

  /** Whether it has power. */
  get powered(): boolean {
    return this.#agent !== undefined;
  }

  /** How often it was given power. */
  get boots(): number {
    return this.#boots;
  }

  /** When it lost its power, ms of the lab's clock: by its board, or past it. */
  get losses(): readonly number[] {
    return this.#losses;
  }

  /** The board gives power: QEMU starts as soon as the last one has let go of the disk. */
  powerOn(_cause: WakeupFlag): void {
    this.#boots += 1;
    this.#boot();
  }

  /** The board cuts the power: QEMU is gone at once, as it stands. */
  powerOff(): void {
    if (this.powered) this.#losses.push(this.#parts.clock.now());
    this.#end();
  }

  /** Runs a program in the guest. Rejects when the machine has no power or does not answer. */
  async exec(words: readonly string[], options?: ExecOptions): Promise<ProgramResult> {
    return (await this.#connection()).exec(words, options);
  }

  /** Runs a program in the guest that must succeed, and gives its standard output. */
  mustExec(words: readonly string[], options?: ExecOptions): Promise<string> {
    return mustRun((command) => this.exec(command, options), words);
  }

  /** Whether the guest answers now. */
  async answers(): Promise<boolean> {
    return this.powered && (await this.#connection()).answers();
  }

  /**
   * Stops the processor dead, with the power on: nothing in the guest runs any more, the lines of the board stay as
   * they are. Only a power cut ends it.
   */
  hang(): void {
    if (!this.#qemu?.kill('SIGSTOP')) throw new LabError('STATE', `${this.name} has no power`);
  }

  /** Takes the machine off its board and ends it. */
  async close(): Promise<void> {
    this.#disconnect();
    this.powerOff();
    await this.#gone;
    await new Promise((resolve) => this.#boardServer.close(resolve));
  }

  /** Another system, on a new disk, in the place of this one. It must have no power. */
  async changeSystem(system: MachineSystem): Promise<void> {
    if (this.powered) throw new LabError('STATE', `${this.name} has power`);
    await this.#gone;
    this.#system = system;
    this.files = { ...this.files, provision: system.provision };
    await this.#makeDisk();
  }

  async #makeDisk(): Promise<void> {
    const { disk } = this.files;
    const base = this.#system.image.disk;
    await rm(disk, { force: true });
    await mustRun(this.#parts.run, ['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', base, disk]);
  }

  #boot(): void {
    const agent: Promise<GuestAgent> = this.#gone.then(() => {
      // Cut again before the last QEMU was gone: there is no power to start with.
      if (this.#agent !== agent) throw new LabError('MACHINE', `${this.name} has no power`);
      return this.#start();
    });
    this.#agent = agent;
    agent.catch((cause: unknown) => {
      if (this.#agent === agent) this.#trouble(`${this.name} could not be started`, cause);
    });
  }

  #end(): void {
    this.#agent?.then(
      (agent) => {
        agent.close();
      },
      () => undefined,
    );
    this.#agent = undefined;
    this.#qemu?.kill('SIGKILL');
    this.#qemu = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Looks at the console for the time of a boot, and boots once more where the emulator has let the kernel down. */
  async #watchBoot(qemu: ChildProcess): Promise<void> {
    const { clock } = this.#parts;
    const end = clock.now() + longestBoot;
    while (clock.now() < end) {
      await clock.sleep(5000);
      if (this.#qemu !== qemu) return;
      if (isEmulatorsFault(await readFile(this.files.consoleLog, 'latin1'))) {
        this.#trouble(`the emulator has let the kernel of ${this.name} down: it boots once more`);
        this.#end();
        this.#boot();
        return;
      }
    }
  }

  #connection(): Promise<GuestAgent> {
    return this.#agent ?? Promise.reject(new LabError('MACHINE', `${this.name} has no power`));
  }

  async #start(): Promise<GuestAgent> {
    const { identity, acceleration, clock } = this.#parts;
    const [program = '', ...words] = qemuArguments(identity, this.#system.image, this.files, acceleration);
    const qemu = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#qemu = qemu;
    let complaints = '';
    qemu.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-2000);
    });
    this.#gone = new Promise((resolve) => {
      qemu.once('error', resolve).once('close', () => {
        resolve();
        if (this.#qemu === qemu) this.#trouble(`QEMU of ${this.name} ended by itself: ${complaints.trim()}`);
      });
    });
    for (;;) {
      try {
        const agent = await GuestAgent.connect(this.name, this.files.agent, clock);
        this.#feelHeartbeat();
        if (acceleration === 'tcg') {
          this.#watchBoot(qemu).catch((error: unknown) => {
            this.#trouble(`the boot of ${this.name} is not watched`, error);
          });
        }
        return agent;
      } catch (cause) {
        // The socket is there a moment after QEMU, unless there is no QEMU any more.
        if (qemu.exitCode !== null || qemu.signalCode !== null || this.#qemu !== qemu) {
          throw new LabError('MACHINE', `QEMU of ${this.name} did not start: ${complaints.trim()}`, { cause });
        }
        await clock.sleep(50);
      }
    }
  }

  /** What the guest says on this port is GPIO5 to its board: a sign of life. */
  #feelHeartbeat(): void {
    const socket = connect(this.files.heartbeat);
    this.#sockets.add(socket);
    socket
      .on('data', () => {
        this.board.heartbeat();
      })
      .on('error', () => undefined) // the power is gone, and with it the heartbeat
      .on('close', () => this.#sockets.delete(socket));
  }

  #serveBoard(socket: Socket): void {
    this.#sockets.add(socket);
    const bus = this.board.bus;
    serveI2cTinyUsb(socket, bus)
      .catch((error: unknown) => {
        // A socket that a power cut tore is the normal end.
        if (error instanceof LabError) this.#trouble(`the board of ${this.name} is off the bus`, error);
      })
      .finally(() => {
        this.#sockets.delete(socket);
        socket.destroy();
        return bus.close();
      });
  }

  #trouble(message: string, cause?: unknown): void {
    this.#parts.onTrouble(new LabError('MACHINE', message, cause === undefined ? {} : { cause }));
  }
}
