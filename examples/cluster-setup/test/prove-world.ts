// Two nodes, or three in a ring, on a virtual clock, as prove meets them: who is up, who is fenced, what woke it, where the address is, and what a
// client hears. Each way in which it may go wrong is a switch. A process that is killed in it hangs for ever, as the dead do.
import { readFileSync } from 'node:fs';
import type { Clock } from '@sleepi3/driver';
import {
  createNodeRunner,
  Pcs,
  parseClusterConfiguration,
  type RawResult,
  type Runner,
  type RunRequest,
  Scheduler,
} from '@sleepi3/pcs';
import { answer } from '@sleepi3/pcs/testing';
import type { ProbeResult } from '@sleepi3/program';
import { SetupError } from '../src/errors.js';
import { commandMachine } from '../src/nodes/machine.js';
import type { Parties, Party } from '../src/prove/parties.js';
import { cibOf, ring, three } from './other-clusters.js';
import { unfenceable } from './two-nodes.js';

export const names = ['raspberrypi-1', 'raspberrypi-2'] as const;
/** Of a turn that was handed over. */
export const proverPid = 4711;
export const url = 'http://192.168.11.215/';

const golden = readFileSync(new URL('golden/hot-standby.xml', import.meta.url), 'utf8');
const cibText = `<cib admin_epoch="0" epoch="1" num_updates="0" validate-with="pacemaker-3.9">${golden}<status/></cib>`;
const soundStatus = readFileSync(new URL('fixtures/sound-status.xml', import.meta.url), 'utf8');
const ringCib = cibOf(ring);
/** The same with a third node, and each device on the node before its target. */
const ringStatus = soundStatus
  .replace(/( *<node name="raspberrypi-)2(" id=")2(" online[^]*?\/>)/, '$&\n$13$23$3')
  .replace(/(<resource id="fence_raspberrypi-1"[^]*?<node name="raspberrypi-)2(" id=")2/, '$13$23')
  .replace(
    /( *<resource id="fence_raspberrypi-)2("[^]*?<node name="raspberrypi-)1(" id=")1([^]*?<\/resource>)/,
    '$&\n$13$22$32$4',
  )
  .replace(
    /( *<resource id="Apache_container"[^>]*>\s*<node name="raspberrypi-)2(" id=")2([^]*?<\/resource>)/,
    '$&\n$13$23$3',
  );

/** What is not as it should be. */
export interface Crooked {
  /** The node stays off. */
  neverReturns?: boolean;
  /** The address is taken over, and nobody answers there. */
  silentService?: boolean;
  /** pcs says so, and nothing happens. */
  fencingFails?: boolean;
  /** The wire does not cut, and nobody notices. */
  lyingFencing?: boolean;
  /** The wire reaches the wrong node: in a ring the third one, or else the one that shoots. */
  wrongNode?: boolean;
  /** What wakes the node in the wire's place. */
  wokenBy?: number;
  /** The address goes back when the node does. */
  failsBack?: boolean;
  /** The board takes no 0 for its watchdog. */
  stuckWatchdog?: boolean;
  /** The kernel does not crash when it is told to. */
  sturdyKernel?: boolean;
  /** The fence device of the node does not run again. */
  deviceStays?: boolean;
}

interface FakeNode {
  readonly name: string;
  /** Answers to ssh. */
  up: boolean;
  member: boolean;
  crashed: boolean;
  boot: number;
  wakeup: number;
  watchdog: number;
  /** The transient timer that turns the watchdog on again. */
  timer: boolean;
  readonly files: Map<string, string>;
  ready: boolean;
  findings: string;
}

export const flag = { watchdog: 0x02, switch: 0x08, extin: 0x10 } as const;

export class ProveWorld {
  readonly crooked: Crooked;
  readonly nodes: readonly FakeNode[];
  now = 0;
  vip: string = names[1];
  serves = true;
  /** What changed something, in order: `raspberrypi-2: pcs stonith fence …`. */
  readonly log: string[] = [];
  #fenceEvents: { readonly target: string; readonly by: string; readonly status: string; readonly at: number }[] = [];
  #queue: { readonly at: number; readonly go: () => void }[] = [];
  #pumping = false;

  constructor(
    crooked: Crooked = {},
    readonly ring = false,
  ) {
    this.crooked = crooked;
    this.nodes = (ring ? three : names).map((name): FakeNode => ({
      name,
      up: true,
      member: true,
      crashed: false,
      boot: 1,
      wakeup: 0x01,
      watchdog: 60,
      timer: false,
      files: new Map([['/etc/default/sleepi3', 'EXTIN_FORCED_SHUTDOWN=1\nHEARTBEAT_TIMEOUT=60\n']]),
      ready: true,
      findings: '[]',
    }));
  }

  node(name: string): FakeNode {
    return this.nodes.find((one) => one.name === name)!;
  }

  /** Whose wire leads there. */
  other(name: string): FakeNode {
    return this.nodes.at(this.nodes.findIndex((one) => one.name === name) - 1)!;
  }

  /** Time passes, as nobody waits for anything but it. */
  async pass(seconds: number): Promise<void> {
    await this.#sleep(seconds * 1000);
  }

  /** In so many seconds. */
  at(seconds: number, go: () => void): void {
    this.#queue.push({ at: this.now + seconds * 1000, go });
    this.#pump();
  }

  /** A process of cluster-setup on `here`, or on a machine that is no node. */
  process(here: string | undefined): WorldProcess {
    return new WorldProcess(this, here);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.at(ms / 1000, resolve));
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    let idle = 0;
    const turn = () => {
      // A few rounds, so that whoever is awake comes to its next wait.
      idle += 1;
      if (idle < 4) {
        setImmediate(turn);
        return;
      }
      idle = 0;
      this.#queue.sort((a, b) => a.at - b.at);
      const next = this.#queue.shift();
      if (next === undefined) {
        this.#pumping = false;
        return;
      }
      this.now = Math.max(this.now, next.at);
      next.go();
      setImmediate(turn);
    };
    setImmediate(turn);
  }

  clock(alive: () => boolean): Clock {
    return {
      now: () => this.now,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          const abort = () => reject(signal?.reason as Error);
          signal?.addEventListener('abort', abort, { once: true });
          this.at(ms / 1000, () => {
            signal?.removeEventListener('abort', abort);
            if (alive()) resolve();
          });
        }),
    };
  }

  /** What a client hears. */
  ask(): ProbeResult {
    const holder = this.node(this.vip);
    const ok = this.serves && holder.up && !holder.crashed;
    return ok ? { ok, fact: 'HTTP 200' } : { ok, fact: 'no answer within 1 s' };
  }

  perform(name: string, { program, argv, stdin }: RunRequest): RawResult | Promise<RawResult> {
    const node = this.node(name);
    if (!node.up || node.crashed) throw new SetupError('COMMAND_FAILED', `ssh to ${name} does not work: timed out`);
    const words = [program, ...argv].join(' ');
    const change = (effect: () => void) => {
      this.log.push(`${name}: ${words.replace(/sh -c [^]* sh (\S+) \d+ .*/, 'write $1')}`);
      effect();
      return answer();
    };
    if (program === 'crm_mon') return answer({ stdout: this.#status() });
    if (program === 'cibadmin') return answer({ stdout: this.ring ? ringCib : cibText });
    if (program === 'crm_node') return answer({ stdout: `${name}\n` });
    if (words === 'cat /proc/sys/kernel/random/boot_id') return answer({ stdout: `${name}-boot-${node.boot}\n` });
    if (words.endsWith('fence_sleepi3 check --json')) return answer({ stdout: this.#check(node) });
    if (program === 'sh') {
      const path = argv[3] ?? '';
      if (stdin !== undefined) return change(() => node.files.set(path, Buffer.from(stdin).toString('latin1')));
      const text = node.files.get(path);
      return text === undefined ? answer({ exitCode: 44 }) : answer({ stdout: text });
    }
    if (program === 'i2cget')
      return answer({ stdout: `0x${(argv[3] === '0x0e' ? node.wakeup : node.watchdog).toString(16)}\n` });
    if (program === 'i2cset') {
      const value = Number(argv[4]);
      return change(() => {
        if (value !== 0 || this.crooked.stuckWatchdog !== true) node.watchdog = value;
      });
    }
    if (words.startsWith('systemctl is-active')) return answer({ exitCode: node.timer ? 0 : 3 });
    if (words.startsWith('systemctl show')) return answer({ stdout: `${this.provers.has(name) ? proverPid : 0}\n` });
    if (words.startsWith('systemctl stop')) return change(() => (node.timer = false));
    if (words.includes('--unit=cluster-setup-heartbeat')) return change(() => this.#arm(node, Number(argv.at(-2))));
    if (words.includes('sysrq-trigger')) return change(() => this.#crash(node));
    if (words.includes('cluster-setup prove')) return change(() => this.onHandOver(name, argv));
    if (program === 'journalctl') return answer({ stdout: 'refused\n' });
    if (words.includes('--version')) return answer({ stdout: '0.11.5\nbooth\n' });
    if (words.includes('stonith fence')) return this.#pcsFence(node, argv.at(-1) ?? '', change);
    throw new Error(`the world of prove does not know: ${words}`);
  }

  /** The nodes on which a handed-over turn is under way. */
  readonly provers = new Set<string>();
  onHandOver: (name: string, argv: readonly string[]) => void = () => {};

  #arm(node: FakeNode, seconds: number): void {
    const { boot } = node;
    node.timer = true;
    this.at(300, () => {
      if (!node.timer || node.boot !== boot || node.crashed) return;
      node.watchdog = seconds;
      node.timer = false;
    });
  }

  async #pcsFence(by: FakeNode, target: string, change: (effect: () => void) => RawResult): Promise<RawResult> {
    change(() => undefined);
    if (this.crooked.fencingFails) {
      await this.pass(60);
      return answer({ exitCode: 1, stderr: `Error: unable to fence '${target}'\n` });
    }
    this.#shoot(by, this.node(target));
    await this.pass(13);
    if (!by.up) throw new SetupError('COMMAND_FAILED', `ssh to ${by.name} does not work: closed`);
    return answer({ stdout: `Node: ${target} fenced\n` });
  }

  #crash(node: FakeNode): void {
    if (this.crooked.sturdyKernel) return;
    this.at(1, () => {
      const { boot } = node;
      node.crashed = true;
      if (node.watchdog > 0) {
        this.at(node.watchdog > 5 ? 5 : node.watchdog, () => {
          if (node.crashed && node.boot === boot) this.#cycle(node, flag.watchdog);
        });
      }
      this.at(6.6, () => {
        if (this.crooked.fencingFails) return;
        this.#shoot(this.other(node.name), node);
      });
    });
  }

  /** The hold, the cut and the wake pulse. */
  #shoot(by: FakeNode, target: FakeNode): void {
    const wrong = this.nodes.find((one) => one !== by && one !== target) ?? by;
    const struck = this.crooked.wrongNode ? wrong : target;
    this.at(10.5, () => {
      if (this.crooked.lyingFencing) return;
      struck.up = false;
      struck.member = false;
    });
    this.at(12.5, () => {
      if (struck !== target && !this.ring) return;
      this.#fenceEvents.unshift({ target: target.name, by: by.name, status: 'success', at: this.now });
      target.member = false;
      if (this.vip === target.name) this.vip = by.name;
      if (this.crooked.silentService) this.serves = false;
    });
    this.at(13, () => {
      if (!this.crooked.neverReturns && !this.crooked.lyingFencing)
        this.#cycle(struck, this.crooked.wokenBy ?? flag.extin);
    });
  }

  #cycle(node: FakeNode, wakeup: number): void {
    node.up = false;
    node.member = false;
    this.at(30, () => {
      if (node.up) return;
      Object.assign(node, { up: true, crashed: false, timer: false, boot: node.boot + 1, wakeup, watchdog: 60 });
    });
    this.at(50, () => {
      node.member = true;
      if (this.crooked.failsBack) this.vip = node.name;
    });
  }

  #check({ ready }: FakeNode): string {
    return JSON.stringify({ ready, findings: ready ? [] : [unfenceable] });
  }

  #status(): string {
    let text = (this.ring ? ringStatus : soundStatus).replace(
      /<fence_history>[^]*<\/fence_history>/,
      `<fence_history>${this.#history()}</fence_history>`,
    );
    text = text.replace(/(<resource id="VIP"[^]*?<node name=")[^"]*/, `$1${this.vip}`);
    for (const [index, { name, member }] of this.nodes.entries()) {
      if (member) continue;
      text = text
        .replace(`<node name="${name}" id="${index + 1}" online="true"`, `<node name="${name}" id="1" online="false"`)
        .replaceAll(new RegExp(`(role="Started"[^>]*)>\\s*<node name="${name}"[^>]*/>`, 'g'), '$1>')
        .replaceAll(/role="Started"([^>]*)>\s*<\/resource>/g, 'role="Stopped"$1></resource>');
    }
    if (this.crooked.deviceStays && this.#fenceEvents.length > 0) {
      text = text.replace(
        /(<resource id="fence_raspberrypi-1"[^>]*)role="Started"([^>]*)>\s*<node[^>]*\/>/,
        '$1role="Stopped"$2>',
      );
    }
    return text;
  }

  #history(): string {
    return this.#fenceEvents
      .map(({ target, by, status, at }) => {
        const completed = new Date(Date.UTC(2026, 10, 29) + at)
          .toISOString()
          .replace('T', ' ')
          .replace(/\.\d+Z/, 'Z');
        return `<fence_event action="reboot" target="${target}" client="c.1" origin="${by}" status="${status}" delegate="${by}" completed="${completed}"/>`;
      })
      .join('');
  }
}

const schedulers = new Map<string, Scheduler>();
/** Pacemaker's own, which answers the same each time. */
function realScheduler(cib: string): Scheduler {
  const pcs = new Pcs({ runner: createNodeRunner() });
  const scheduler = schedulers.get(cib) ?? new Scheduler(parseClusterConfiguration(cib), (command) => pcs.run(command));
  schedulers.set(cib, scheduler);
  return scheduler;
}

/** cluster-setup in one process of that world. */
export class WorldProcess {
  alive = true;
  readonly told: string[] = [];
  /** Called before and after each thing that changes something. */
  onChange: (when: 'before' | 'after', what: string) => void = () => {};
  readonly parties: Parties;

  constructor(
    private readonly world: ProveWorld,
    here: string | undefined,
  ) {
    const party = (name: string): Party => {
      const runner = this.runner(name);
      const pcs = Object.assign(new Pcs({ runner }), {
        scheduler: async () => realScheduler(world.ring ? ringCib : cibText),
      });
      return {
        name,
        machine: commandMachine(name, runner),
        pcs,
        isHere: name === here,
        destination: name,
        findings: async () => JSON.parse(world.node(name).findings) as never,
      };
    };
    const [first, second, ...more] = world.nodes.map(({ name }) => party(name));
    this.parties = [first!, second!, ...more];
  }

  get clock(): Clock {
    return this.world.clock(() => this.alive);
  }

  probe = async (): Promise<ProbeResult> => {
    if (!this.alive) return new Promise(() => {});
    return this.world.ask();
  };

  private isDead(): boolean {
    return !this.alive;
  }

  runner(name: string): Runner {
    return {
      run: async (request) => {
        const before = this.world.log.length;
        const changes = isChange(request);
        if (changes) this.onChange('before', lineOf(request));
        if (this.isDead()) return new Promise(() => {});
        const result = await this.world.perform(name, request);
        if (changes && this.world.log.length > before) this.onChange('after', lineOf(request));
        return this.isDead() ? new Promise(() => {}) : result;
      },
    };
  }
}

const lineOf = ({ program, argv }: RunRequest) => [program, ...argv].join(' ');

function isChange({ program, argv, stdin }: RunRequest): boolean {
  if (program === 'sh') return stdin !== undefined;
  if (program === 'pcs') return argv.includes('fence');
  return ['i2cset', 'systemd-run'].includes(program) || (program === 'systemctl' && argv[0] === 'stop');
}
