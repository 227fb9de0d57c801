// The lab while it runs: boards, machines, the network between them, the eyes on all of it. Two of each, or three in a ring.
import { join } from 'node:path';
import { systemClock } from '@sleepi3/driver';
import { type ClusterStatus, failedResource, parseClusterStatus, PcsError } from '@sleepi3/pcs';
import {
  createHarness,
  createRing,
  Harness,
  type HarnessOptions,
  record,
  type Recording,
  type Ring,
  type VirtualBoard,
} from '@sleepi3/simulator';
import { resources, virtualAddress } from './cluster/configuration.js';
import { LabError } from './errors.js';
import { AlertReceiver } from './network/alert-receiver.js';
import { askOverHttp, HttpProbe } from './network/http-probe.js';
import type { Image } from './image/image.js';
import { Machine, type MachineSystem } from './machine/machine.js';
import type { Acceleration } from './machine/platform.js';
import { type MachineIdentity, ringIdentities } from './machine/qemu-arguments.js';
import { cutLink, labAddress } from './network/network.js';
import { SwitchedSockets } from './network/switched-socket.js';
import { runProgram } from './program.js';

export interface LabOptions {
  readonly image: Image;
  readonly acceleration: Acceleration;
  /** tar archive for the guests' first boot. */
  readonly provision: string;
  /** The system that machines may be changed to: what is on it, and what it is given on its first boot. */
  readonly next?: MachineSystem;
  /** Where the machines are kept. */
  readonly directory: string;
  /** What is not known about the hardware: how the boards are to behave. */
  readonly boards?: Omit<HarnessOptions, 'clock' | 'names'>;
  /** Three machines instead of two. */
  readonly ring?: boolean;
  /** One line of what happens. */
  readonly log: (line: string) => void;
}

/** A wait that takes longer than this is told of, ms. */
const timeout = 30_000;

/** How long to wait, and how often to look. */
export interface WaitOptions {
  /** ms; 900 000 by default. Emulated machines are slow: this bounds a defect, it is no expectation. */
  readonly timeout?: number;
  /** ms between two looks; 3000 by default: looking into an emulated guest costs it half a second of work. */
  readonly interval?: number;
}

/** The running lab. */
export class Lab {
  readonly clock = systemClock;
  readonly #wired: Harness | Ring;
  readonly machines: readonly [Machine, Machine, ...Machine[]];
  readonly http: HttpProbe;
  /** What the guests tell people. */
  readonly alerts = new AlertReceiver();
  readonly sockets: SwitchedSockets;
  recording: Recording;
  readonly #log: (line: string) => void;
  readonly #next: MachineSystem | undefined;
  #serves: ReturnType<Recording['signal']>;
  #linked: ReturnType<Recording['signal']>;
  #cut = false;

  private constructor(wired: Harness | Ring, machines: Lab['machines'], options: LabOptions) {
    this.#wired = wired;
    this.machines = machines;
    this.#log = options.log;
    this.#next = options.next;
    this.http = new HttpProbe(this.clock, askOverHttp(virtualAddress), (answers) => {
      this.#serves.set(answers);
      this.#log(answers ? 'the service answers' : 'the service is silent');
    });
    this.sockets = new SwitchedSockets(wired.boards, this.clock, (line) => {
      this.note(line);
    });
    [this.recording, this.#serves, this.#linked] = this.#newRecording('The two-Pi lab');
    for (const board of wired.boards) {
      board.on('power', ({ on, cause }) => {
        this.#log(`${board.name}: power ${on ? 'on' : 'off'} (${cause})`);
      });
      board.on('extout', ({ asserted }) => {
        this.#log(`${board.name}: EXTOUT ${asserted ? 'asserted' : 'released'}`);
      });
    }
  }

  /** Powers the machines on. The network must have been laid. */
  static async start(options: LabOptions): Promise<Lab> {
    await cutLink(runProgram, false);
    const names = ringIdentities.map(({ name }) => name);
    const wired = options.ring
      ? createRing({ ...options.boards, names, clock: systemClock })
      : createHarness({ ...options.boards, clock: systemClock });
    const create = (identity: MachineIdentity, board: VirtualBoard) =>
      Machine.create({
        identity,
        board,
        system: { image: options.image, provision: options.provision },
        acceleration: options.acceleration,
        directory: join(options.directory, identity.name),
        clock: systemClock,
        run: runProgram,
        onTrouble: (error) => {
          options.log(`trouble: ${error.message}`);
        },
      });
    const [first, second, third] = wired.boards;
    const lab = new Lab(
      wired,
      [
        await create(ringIdentities[0], first),
        await create(ringIdentities[1], second),
        ...(third === undefined ? [] : [await create(ringIdentities[2], third)]),
      ],
      options,
    );
    await lab.sockets.listen(labAddress);
    await lab.alerts.listen(labAddress);
    return lab;
  }

  /** The machine of this number or name. */
  machine(which: number | string): Machine {
    const machine = this.machines.find(({ identity }) => identity.number === which || identity.name === which);
    if (!machine) throw new LabError('USAGE', `there is no machine ${which}; there are 1 to ${this.machines.length}`);
    return machine;
  }

  /** Two boards and the wires between them. */
  get harness(): Harness {
    if (this.#wired instanceof Harness) return this.#wired;
    throw new LabError('STATE', 'the boards of this lab are wired in a ring');
  }

  /** The other one; in a ring the one before, which fences it. */
  peerOf(machine: Machine): Machine {
    return this.machines.at(this.machines.indexOf(machine) - 1) ?? machine;
  }

  /** Begins a new recording with this title; the old one ends. */
  record(title: string): Recording {
    this.recording.stop();
    [this.recording, this.#serves, this.#linked] = this.#newRecording(title);
    return this.recording;
  }

  /** Notes an event in the recording and in the log. */
  note(label: string): void {
    this.recording.event('cluster', 'events', label);
    this.#log(label);
  }

  /** Gives a machine that has no power the next system, on a disk of its own: another card in the slot. */
  async changeSystem(machine: Machine): Promise<void> {
    if (!this.#next) throw new LabError('STATE', 'there is no other system in this lab');
    await machine.changeSystem(this.#next);
    this.note(`${machine.name} has a new card`);
  }

  /** Cuts the link between the machines, or heals it. Clients still reach both. */
  async cutLink(cut: boolean): Promise<void> {
    await cutLink(runProgram, cut);
    this.#cut = cut;
    this.#linked.set(!cut);
    this.note(cut ? 'link cut' : 'link healed');
  }

  get linkCut(): boolean {
    return this.#cut;
  }

  /** Waits until `look` gives something other than undefined or false. What the machines cannot answer now, counts as not yet. */
  async until<T>(
    what: string,
    look: () => Promise<T | undefined | false> | T | undefined | false,
    options: WaitOptions = {},
  ): Promise<T> {
    const begun = this.clock.now();
    const deadline = begun + (options.timeout ?? 900_000);
    let told = false;
    let lastError: unknown;
    for (;;) {
      try {
        const seen = await look();
        if (seen !== undefined && seen !== false) return seen;
        lastError = undefined;
      } catch (error) {
        if (!(error instanceof LabError || error instanceof PcsError)) throw error;
        lastError = error;
      }
      if (!told && this.clock.now() > begun + timeout) {
        told = true;
        this.#log(`still waiting: ${what}`);
      }
      if (this.clock.now() > deadline) {
        const why = lastError instanceof Error ? ` (${lastError.message})` : '';
        throw new LabError('TIMEOUT', `timed out waiting for: ${what}${why}`, { cause: lastError });
      }
      await this.clock.sleep(options.interval ?? 3000);
    }
  }

  /** The cluster as this machine sees it. Rejects while it runs no cluster. */
  async status(machine: Machine): Promise<ClusterStatus> {
    const words = ['env', 'TZ=UTC', 'crm_mon', '-1', '--inactive', '--output-as=xml'];
    return parseClusterStatus(await machine.mustExec(words, { timeout: 30_000 }));
  }

  /** The machine that holds the VIP, as `from` sees it. */
  async serving(from: Machine): Promise<Machine | undefined> {
    const [node] = (await this.status(from)).resource(resources.vip)?.startedOn ?? [];
    return node === undefined ? undefined : this.machine(node);
  }

  /** Waits until all nodes agree that the cluster is whole, that everything runs that can, and the service answers. */
  async settled(options?: WaitOptions): Promise<void> {
    for (const machine of this.machines) {
      const what = `${machine.name} sees the cluster whole and at rest`;
      await this.until(what, async () => this.#assertSettled(await this.status(machine)), options);
    }
    await this.until('the service answers', () => this.http.answers, options);
  }

  /**
   * As {@link settled}, for the beginning: what failed while the machines came up is told, and forgotten. A daemon that
   * is slow to answer on a starved machine is such a thing.
   */
  async begin(options?: WaitOptions): Promise<void> {
    const [machine] = this.machines;
    await this.until(
      'the cluster is up',
      async () => {
        const status = await this.status(machine);
        if (status.failures.length > 0 && status.settled) {
          this.#log(
            `forgotten: ${status.failures.map(({ opKey, exitReason }) => `${opKey}: ${exitReason}`).join(', ')}`,
          );
          await machine.mustExec(['crm_resource', '--cleanup']);
        }
        return this.#assertSettled(await this.status(machine));
      },
      options,
    );
    await this.settled(options);
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.http.stop();
    this.recording.stop();
    this.sockets.close();
    this.alerts.close();
    await Promise.all(this.machines.map((machine) => machine.close()));
    this.#wired.close();
  }

  #newRecording(title: string): [Recording, ReturnType<Recording['signal']>, ReturnType<Recording['signal']>] {
    const recording = record(this.#wired.boards, title);
    const serves = recording.signal('client', 'HTTP answers', { initial: this.http.answers, tone: 'good' });
    const linked = recording.signal('cluster', 'link', { initial: !this.#cut, tone: 'info' });
    return [recording, serves, linked];
  }

  /** Says what keeps the cluster from being whole: quorate, at rest, all nodes in service, all running, nothing failed. */
  #assertSettled(status: ClusterStatus): true {
    const { members, failures, allResources } = status;
    const wanted = (kind: string) => (kind === 'clone' ? this.machines.length : 1);
    const reasons = [
      ...(status.quorate ? [] : ['no quorum']),
      ...status.unsettled,
      ...this.machines
        .filter(({ name }) => {
          const node = members.find((member) => member.name === name);
          return !node?.online || node.standby || node.maintenance;
        })
        .map(({ name }) => `${name} is not in service`),
      ...allResources.filter((view) => view.startedOn.length < wanted(view.kind)).map(({ id }) => `${id} does not run`),
      ...failures.map((failure) => `${failedResource(failure) ?? 'something'} failed`),
    ];
    if (reasons.length > 0) throw new LabError('STATE', reasons.join('; '));
    return true;
  }
}
