// What must hold in every crooked world, whatever is crooked in it.
import { type Story, stuckWire } from './play.js';
import type { World } from './world.js';

export interface Violation {
  readonly invariant: number;
  readonly message: string;
}

/** How far back an act may reach that an attempt has joined, and how long it goes on when its agent is gone, ms. */
const longestAct = 45_000;
/** What systemd takes to release the line of a keeper that died, and to find out that one hangs, ms: see virtual-pi.ts. */
const releaseOfDead = 1250;
const noticeOfHung = 6000;
/** The longest that EXTOUT is asserted on a bus without faults, ms: hold_timeout, and the last of its holds. */
const longestAssertion = 56_000;

/** Each invariant: what is wrong in the story, or undefined where nothing of it applies there. */
const invariants: Readonly<Record<number, (story: Story) => readonly string[] | undefined>> = {
  1: successIsTrue,
  2: nobodyElseIsCut,
  3: contentMonitorFences,
  4: exactlyOneDies,
  5: lineIsReleased,
  6: rebootedAreAwake,
  7: nobodyIsGivenUp,
};

/** What is violated, and which invariants had something to look at. */
export function judge(story: Story): {
  readonly violations: readonly Violation[];
  readonly applied: readonly number[];
} {
  const violations: Violation[] = [];
  const applied: number[] = [];
  for (const [number, check] of Object.entries(invariants)) {
    const found = check(story);
    if (found === undefined) continue;
    applied.push(Number(number));
    violations.push(...found.map((message) => ({ invariant: Number(number), message })));
  }
  return { violations, applied };
}

/** 1. Success of off or reboot: the target's board has cut its power during the act. */
function successIsTrue({ world, attempts, cuts }: Story): string[] | undefined {
  const successes = attempts.filter(({ success, target }) => success && !isBlind(world, target));
  if (successes.length === 0) return undefined;
  return successes
    .filter(({ target, from, until, poweredBefore, poweredAfter }) => {
      const wasCut = cuts.some(({ node, at }) => node === target && at >= from - longestAct && at <= until);
      return !wasCut && (poweredBefore || poweredAfter);
    })
    .map(({ target, until }) => `success was said of node ${target} at ${until}, and its power was not cut`);
}

/**
 * Where nobody can know: the hold was verified, the peer cannot be heard or is not to be asked, no test of the wire has failed,
 * and yet the wire leads nowhere or the peer's EIPDE is 0.
 */
export function isBlind(world: World, target: 0 | 1): boolean {
  const peer = world.peers[target];
  const unheard =
    ['silent', 'hung', 'unasked'].includes(peer) ||
    ['ask-nobody', 'own-address'].includes(world.options) ||
    (world.conf === 'missing' && world.options !== 'peer-address' && peer === 'one-link');
  const wrong = world.wires !== 'right' || peer === 'eipde-0' || world.boards.eipdeOnPowerCut === 'lost';
  const tested = world.test === 'failed-once' || (world.test === 'found' && !world.wires.startsWith('dying'));
  return unheard && wrong && !tested;
}

/** 2. No node is cut that nobody else was asked to fence, but by a wire that is stuck. */
function nobodyElseIsCut(story: Story): string[] | undefined {
  const { world, attempts, cuts } = story;
  return cuts
    .filter(({ node, at, wireStuck }) => {
      const meant = attempts.some(({ target, from, until }) => {
        const last = Number.isFinite(until) ? until + 1000 : from + 60_000 + longestAct;
        return target === node && at >= from && at <= last;
      });
      // A node that hangs as a whole with its line asserted shoots for ever.
      const hung = world.peers[node === 0 ? 1 : 0] === 'hung' && attempts.some(({ target }) => target === node);
      const cutItself = ['short', 'looped', 'dying-short'].includes(world.wires) && isHelpless(story, node, at);
      return !wireStuck && !hung && !cutItself && !(meant && world.place === 'right');
    })
    .map(({ node, at }) => `node ${node} was cut at ${at}, and nobody was to fence it`);
}

/**
 * Whether a node that its own shot has cut could not have prevented it: it hung as a whole, its bus failed altogether, or its
 * keeper died where each transfer is long.
 */
function isHelpless({ world, begin, crashed, assertions, losses }: Story, node: 0 | 1, at: number): boolean {
  const shot = assertions.find((one) => one.node === node && one.from <= at && one.until >= at);
  if (crashed[node] || !shot) return crashed[node];
  const { faults, from, until, transfer } = world.buses[node];
  const burst = faults === 'burst' && begin + from < at && begin + until > shot.from;
  const died = losses.some((one) => one.node === node && one.at >= shot.from - 3 * transfer && one.at <= at);
  return burst || (died && transfer > 100);
}

/** 3. monitor is content, and nothing changes: off succeeds at the first attempt. */
function contentMonitorFences({ world, monitors, attempts }: Story): string[] | undefined {
  const still =
    world.events.length === 0 &&
    world.place === 'right' &&
    canBeKnown(world) &&
    world.buses[0].faults === 'none' &&
    !world.wires.startsWith('dying') &&
    world.wires !== 'stuck-high' &&
    !world.calls.startsWith('both') &&
    world.peers[0] !== 'hung' &&
    // A record of a test is about what was then.
    (world.test === 'found' || (world.wires === 'right' && world.peers[1] !== 'eipde-0'));
  const [first] = attempts;
  if (!still || !isContent(monitors[0]) || !first) return undefined;
  return first.success ? [] : [`monitor was content, and ${first.action} failed: ${first.stderr.trim()}`];
}

/** 4. Both shoot, the wires are right: at most one dies, and exactly one where transfers take half a second at the most. */
function exactlyOneDies({ world, monitors, cuts }: Story): string[] | undefined {
  const fair =
    world.calls.startsWith('both') &&
    canBeKnown(world) &&
    world.wires === 'right' &&
    world.place === 'right' &&
    world.events.length === 0 &&
    world.buses.every(({ faults }) => faults === 'none') &&
    world.peers.every((peer) => peer !== 'eipde-0' && peer !== 'hung');
  if (!fair) return undefined;
  const dead = new Set(cuts.map(({ node }) => node)).size;
  const quick =
    world.buses.every(({ transfer }) => transfer <= 500) && monitors.every(({ exitStatus }) => exitStatus === 0);
  return dead === 1 || (dead === 0 && !quick) ? [] : [`${dead} nodes died`];
}

/** 5. The line is released within the bound. */
function lineIsReleased(story: Story): string[] | undefined {
  const { world, assertions, losses, crashed, powered, end, cuts } = story;
  const found: string[] = [];
  for (const { node, from, until } of assertions) {
    const { faults, transfer } = world.buses[node];
    // Its own power was cut: it is for the next boot to release what its board holds.
    const wasCut = cuts.some((cut) => cut.node === node && cut.at >= from && cut.at <= until);
    if (crashed[node] || wasCut) continue;
    if (until === Infinity && powered[node] && end - from > longestAssertion)
      found.push(`node ${node} has asserted EXTOUT since ${from}, until ${end}`);
    if (faults !== 'none') continue;
    const slow = 30 * transfer;
    if (until !== Infinity && until - from > longestAssertion + slow)
      found.push(`node ${node} asserted EXTOUT from ${from} to ${until}`);
    for (const { at, kind } of losses) {
      const lost = losses.some((one) => one.node === node && one.at === at) && at > from && at < until;
      const bound = releaseOfDead + slow + (kind === 'hang-keeper' ? noticeOfHung : 0);
      const again = losses.some((one) => one.node === node && one.at > at && one.at < at + 20_000);
      if (lost && !again && until - at > bound) {
        found.push(`node ${node} lost its keeper (${kind}) at ${at}, and EXTOUT was released at ${until}`);
      }
    }
  }
  return assertions.length > 0 ? found : undefined;
}

/** 6. Success of reboot: the target is awake in the end, unless the wire broke. */
function rebootedAreAwake({ world, attempts, powered, crashed }: Story): string[] | undefined {
  const whole = world.wires === 'right' && !world.events.some(({ kind }) => kind === 'disk-fails');
  const rebooted = attempts.filter(
    ({ action, success, by }) => action === 'reboot' && success && powered[by] && !crashed[by],
  );
  if (!whole || rebooted.length === 0) return undefined;
  return rebooted
    .filter(({ target }) => !powered[target])
    .map(({ target }) => `node ${target} was rebooted, and is off in the end`);
}

/** 7. Pacemaker asks ten times: nobody is given up while a shot can still be needed. */
function nobodyIsGivenUp({ world, monitors, givenUp }: Story): string[] | undefined {
  // A node whose EXTIN is stuck and that it does not cut must not concede to it for ever.
  const stuck = world.wires === 'stuck-high' && stuckWire(world) === 0 && world.peers[0] === 'eipde-0';
  const possible =
    (world.wires === 'right' || stuck) &&
    world.place === 'right' &&
    canBeKnown(world) &&
    (world.test === 'found' ? world.wires === 'right' : world.test === 'sound-once') &&
    // A shot at a node that is off wakes it, and then it boots with EIPDE 0 (U): a second one may come too early for its boot.
    world.boards.eipdeOnPowerCut === 'kept' &&
    world.buses.every(({ transfer }) => transfer <= 1000);
  if (!possible) return undefined;
  return givenUp
    .filter(({ by, targetPowered }) => {
      const { stderr } = monitors[by];
      const isRight =
        isContent(monitors[by]) || (stuck && by === 0 && /ERROR: Failed: [^;]*EIPDE[^;]*;[^;]*$/.test(stderr));
      return targetPowered && isRight && world.peers[by === 0 ? 1 : 0] !== 'eipde-0';
    })
    .map(({ by }) => `node ${by} was given up, and its target has power`);
}

/** Of a host map Pacemaker tells monitor nothing (doctor sees it), and a slip shows beside the names of corosync.conf only. */
function canBeKnown({ options, conf, names }: World): boolean {
  return options !== 'host-map' && !(options === 'slip' && (conf === 'missing' || names === 'none'));
}

function isContent({ exitStatus, stderr }: { readonly exitStatus: number; readonly stderr: string }): boolean {
  return exitStatus === 0 && stderr === '';
}
