// What must hold in every crooked world, whatever is crooked in it.
import { type Excuse, type Excused, excusing } from './excuses.js';
import { type Story, stuckWire } from './play.js';

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
/** How many transfers the release of a line may take, and how long after a bus that failed it is tried again, ms. */
const releaseTransfers = 12;
const releaseRetry = 6000;

/** Each invariant: what is wrong in the story, or undefined where nothing of it applies there. */
const invariants: Readonly<Record<number, (story: Story, excused: Excused) => readonly string[] | undefined>> = {
  1: successIsTrue,
  2: nobodyElseIsCut,
  3: contentMonitorFences,
  4: exactlyOneDies,
  5: lineIsReleased,
  6: rebootedAreAwake,
  7: nobodyIsGivenUp,
  8: wokenPeerIsBelieved,
};

export const invariantNumbers = Object.keys(invariants).map(Number);

export interface Judgement {
  readonly violations: readonly Violation[];
  /** The invariants that had something to look at. */
  readonly applied: readonly number[];
  /** The excuses without which there would be more violations. */
  readonly excused: ReadonlySet<Excuse>;
}

export function judge(story: Story): Judgement {
  const violations: Violation[] = [];
  const applied: number[] = [];
  const excused = new Set<Excuse>();
  for (const [number, check] of Object.entries(invariants)) {
    const found = check(story, excusing(excused));
    if (found === undefined) continue;
    applied.push(Number(number));
    violations.push(...found.map((message) => ({ invariant: Number(number), message })));
  }
  return { violations, applied, excused };
}

/** 1. Success of off or reboot: the target's board has cut its power during the act. */
function successIsTrue(story: Story, excused: Excused): string[] | undefined {
  const successes = story.attempts.filter(({ success }) => success);
  if (successes.length === 0) return undefined;
  return successes
    .filter((attempt) => {
      const { target, from, until, poweredBefore, poweredAfter } = attempt;
      const wasCut = story.cuts.some(({ node, at }) => node === target && at >= from - longestAct && at <= until);
      return !wasCut && (poweredBefore || poweredAfter) && !excused('nobody can know', story, attempt);
    })
    .map(({ target, until }) => `success was said of node ${target} at ${until}, and its power was not cut`);
}

/** 2. No node is cut that nobody else was asked to fence. */
function nobodyElseIsCut(story: Story, excused: Excused): string[] | undefined {
  const { world, attempts, cuts } = story;
  return cuts
    .filter((cut) => {
      const meant = attempts.some(({ target, from, until }) => {
        const last = Number.isFinite(until) ? until + 1000 : from + 60_000 + longestAct;
        return target === cut.node && cut.at >= from && cut.at <= last;
      });
      return (
        !(meant && world.place === 'right') &&
        !excused('a stuck wire', story, cut) &&
        !excused('no time to let go', story, cut)
      );
    })
    .map(({ node, at }) => `node ${node} was cut at ${at}, and nobody was to fence it`);
}

/** 3. monitor is content, and nothing changes: off succeeds at the first attempt. */
function contentMonitorFences(story: Story, excused: Excused): string[] | undefined {
  const { world, monitors, attempts } = story;
  const still =
    world.events.length === 0 &&
    world.place === 'right' &&
    world.buses[0].faults === 'none' &&
    !world.wires.startsWith('dying') &&
    world.wires !== 'stuck-high' &&
    !world.calls.startsWith('both') &&
    world.peers[0] !== 'hung' &&
    // A record of a test is about what was then.
    (world.test === 'found' || (world.wires === 'right' && world.peers[1] !== 'eipde-0'));
  const [first] = attempts;
  if (!still || !isContent(monitors[0]) || !first) return undefined;
  return first.success || excused('what monitor is not told', story)
    ? []
    : [`monitor was content, and ${first.action} failed: ${first.stderr.trim()}`];
}

/** 4. Both shoot, the wires are right: at most one dies, and exactly one where transfers take half a second at the most. */
function exactlyOneDies(story: Story, excused: Excused): string[] | undefined {
  const { world, monitors, cuts } = story;
  const fair =
    world.calls.startsWith('both') &&
    world.wires === 'right' &&
    world.place === 'right' &&
    world.events.length === 0 &&
    world.buses.every(({ faults }) => faults === 'none') &&
    world.peers.every((peer) => peer !== 'eipde-0' && peer !== 'hung');
  if (!fair) return undefined;
  const dead = new Set(cuts.map(({ node }) => node)).size;
  const quick =
    world.buses.every(({ transfer }) => transfer <= 500) && monitors.every(({ exitStatus }) => exitStatus === 0);
  const asItShould = dead === 1 || (dead === 0 && (!quick || excused('what monitor is not told', story)));
  return asItShould ? [] : [`${dead} nodes died`];
}

/** 5. The line is released within the bound. */
function lineIsReleased(story: Story, excused: Excused): string[] | undefined {
  const { world, begin, assertions, losses, powered, end } = story;
  const found: string[] = [];
  for (const assertion of assertions) {
    const { node, from, until } = assertion;
    const { faults, transfer, until: fair } = world.buses[node];
    const released = Math.min(until, end);
    const slow = releaseTransfers * transfer;
    // What is due while the bus fails is due once it does not.
    const isLate = (due: number) => {
      const late = released > Math.max(due + slow, faults === 'none' ? 0 : begin + fair + releaseRetry + slow);
      return late && powered[node] && !excused('nobody is there to release', story, assertion);
    };
    const during = losses.filter((one) => one.node === node && one.at > from && one.at < released);
    const [last] = during.slice(-1);
    if (isLate(from + longestAssertion)) found.push(`node ${node} asserted EXTOUT from ${from} to ${until}`);
    if (last && isLate(last.at + releaseOfDead + (last.kind === 'hang-keeper' ? noticeOfHung : 0)))
      found.push(`node ${node} lost its keeper (${last.kind}) at ${last.at}, and EXTOUT was released at ${until}`);
  }
  return assertions.length > 0 ? found : undefined;
}

/** 6. Success of reboot: the target is awake in the end, unless the wire broke. */
function rebootedAreAwake(story: Story, excused: Excused): string[] | undefined {
  const { world, attempts, powered, crashedAt } = story;
  const rebooted = attempts.filter(
    ({ action, success, by }) => action === 'reboot' && success && powered[by] && crashedAt[by] === undefined,
  );
  if (world.wires !== 'right' || rebooted.length === 0) return undefined;
  return rebooted
    .filter((attempt) => !powered[attempt.target] && !excused('what was owed is lost', story, attempt))
    .map(({ target }) => `node ${target} was rebooted, and is off in the end`);
}

/** 7. Pacemaker asks ten times: nobody is given up while a shot can still be needed. */
function nobodyIsGivenUp(story: Story, excused: Excused): string[] | undefined {
  const { world, monitors, givenUp } = story;
  // A node whose EXTIN is stuck and that it does not cut must not concede to it for ever.
  const stuck = world.wires === 'stuck-high' && stuckWire(world) === 0 && world.peers[0] === 'eipde-0';
  const possible =
    (world.wires === 'right' || stuck) &&
    world.place === 'right' &&
    (world.test === 'found' ? world.wires === 'right' : world.test === 'sound-once') &&
    world.buses.every(({ transfer }) => transfer <= 1000);
  if (!possible) return undefined;
  return givenUp
    .filter(({ by, targetPowered }) => {
      const { stderr } = monitors[by];
      const isRight =
        isContent(monitors[by]) || (stuck && by === 0 && /ERROR: Failed: [^;]*EIPDE[^;]*;[^;]*$/.test(stderr));
      if (!targetPowered || !isRight || world.peers[by === 0 ? 1 : 0] === 'eipde-0') return false;
      return !excused('what monitor is not told', story);
    })
    .map(({ by }) => `node ${by} was given up, and its target has power`);
}

/** 8. A wire that has cut the peer and woken it is believed again by whoever shot, and by nobody else. */
function wokenPeerIsBelieved(story: Story): string[] | undefined {
  const { world, monitors, monitorsAfter, cuts, powerOns, losses, powered, end } = story;
  const talks =
    world.wires === 'right' &&
    world.buses.every(({ transfer }) => transfer <= 200) &&
    !world.peers.some((peer) => peer === 'silent' || peer === 'hung') &&
    !world.events.some(({ kind }) => kind === 'disk-fails');
  const found: string[] = [];
  let applied = false;
  for (const node of [0, 1] as const) {
    const target = node === 0 ? 1 : 0;
    const after = monitorsAfter[node];
    if (!talks || !after || !doubtsTheWire(monitors[node])) continue;
    const cut = cuts.findLast((one) => one.node === target);
    const woken = powerOns.findLast((one) => one.node === target);
    // A keeper that died has forgotten when it shot, and one of a node that was cut, too.
    const forgot = [...losses, ...cuts].some((one) => one.node === node);
    if (cut && (!woken || !powered[target] || end - woken.at < 40_000 || forgot)) continue;
    applied = true;
    if (cut && doubtsTheWire(after)) found.push(`node ${node} doubts the wire that has cut and woken node ${target}`);
    if (!cut && !doubtsTheWire(after)) found.push(`node ${node} trusts a wire of which it knows nothing new`);
  }
  return applied ? found : undefined;
}

function doubtsTheWire({ stderr }: { readonly stderr: string }): boolean {
  return stderr.includes('the wire test of');
}

function isContent({ exitStatus, stderr }: { readonly exitStatus: number; readonly stderr: string }): boolean {
  return exitStatus === 0 && stderr === '';
}
