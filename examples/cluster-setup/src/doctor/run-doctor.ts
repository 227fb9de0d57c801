// The command doctor: looks at this node, with --all at the others through ssh too, reports, and mends on request.
import { type ParsedDefaults, parseBusSpec, Sleepi3 } from '@sleepi3/driver';
import { isPcsError, isPlaceholder, nodeNameOf, nodeOfHost, parseCorosyncConf, Pcs, sameName } from '@sleepi3/pcs';
import { SetupError } from '../errors.js';
import { commandMachine, sshRunner } from '../nodes/machine.js';
import { type ApplyHost, perform } from '../plan/apply.js';
import { Reality } from '../plan/reality.js';
import { type Colours, explain } from '@sleepi3/program';
import type { ProgramHost } from '../program/host.js';
import { showAction } from '../program/show-plan.js';
import { exitStatus, type Finding } from './check.js';
import { doctorOn } from './doctor-on.js';
import { examine, type Examination } from './examine.js';
import { Facts } from './facts.js';
import { differentSettings } from './checks/reboot.js';
import { showReport } from './show-report.js';
import { tryOut } from './trial.js';

export interface DoctorOptions {
  readonly all: boolean;
  /** How ssh reaches the other node; by default its first address, which needs no name to resolve. */
  readonly ssh: string | undefined;
  readonly fix: boolean;
  readonly json: boolean;
}

interface OtherNode {
  readonly name: string;
  readonly address: string;
}

/** doctor could not look. */
const notLooked = 3;

export async function runDoctor(options: DoctorOptions, host: ProgramHost, colour: Colours): Promise<number> {
  if (options.fix && host.ask === undefined) {
    throw new SetupError('USAGE', 'doctor --fix asks before it mends anything: run it at a terminal');
  }
  const { self, others } = await nodeNames(host);
  const reality = new Reality({
    local: commandMachine(self, host.runner),
    pcs: new Pcs({ runner: host.runner, signal: host.signal }),
  });
  const facts = new Facts({ reality, date: host.date, openBoard });
  const examinations = [await examine(facts)];
  const findings: Finding[] = [...(examinations[0]?.findings ?? [])];
  let blind = false;
  if (options.all) {
    const [only, ...more] = others;
    if (options.ssh !== undefined && more.length > 0) {
      throw new SetupError(
        'USAGE',
        '--ssh names one machine, and there are several others: put them into ~/.ssh/config',
      );
    }
    for (const peer of more.length > 0 ? others : [only]) {
      const other = await examineOther(options.ssh ?? peer?.address, peer?.name, host);
      if (other instanceof SetupError) {
        host.writeError(`cluster-setup: ${other.message}\n`);
        blind = true;
        continue;
      }
      examinations.push(other);
      // What is the cluster's is the same from all, and told once.
      const told = new Set(findings.map(key));
      findings.push(...other.findings.filter((finding) => !told.has(key(finding))));
    }
    findings.push(...differentSettings(examinations));
  }
  if (options.json) {
    const shown = examinations.map((one) => ({ ...one, findings: one.findings.map(inJson) }));
    const whole = options.all ? { nodes: shown, findings: findings.map(inJson) } : shown[0];
    host.write(`${JSON.stringify(whole, undefined, 2)}\n`);
  } else host.write(showReport(examinations, findings, colour));
  const mended = options.fix ? await mend(findings, self, reality, host, colour) : [];
  return blind ? notLooked : exitStatus(findings.filter((finding) => !mended.includes(finding)));
}

/**
 * Asks about each finding that can be mended safely from here, and mends it; one that cannot be mended keeps no other from
 * it.
 * @returns Those that were mended.
 */
async function mend(
  findings: readonly Finding[],
  self: string,
  reality: Reality,
  host: ProgramHost,
  colour: Colours,
): Promise<readonly Finding[]> {
  const mended: Finding[] = [];
  const applyHost: ApplyHost = {
    clock: host.clock,
    signal: host.signal,
    password: () => Promise.reject(new SetupError('PASSWORD', 'doctor mends nothing that needs a password')),
    onWarning: (text) => host.writeError(`warning: ${text}\n`),
  };
  for (const finding of findings) {
    const { fact, node, mend: actions = [] } = finding;
    if (actions.length === 0) continue;
    if (node !== undefined && node !== self) {
      host.write(`\n${node}: ${fact}\n  run cluster-setup doctor --fix on ${node}\n`);
      continue;
    }
    host.write(`\n${fact}\n`);
    for (const action of actions) {
      for (const line of await showAction(action, reality.pcs, colour)) host.write(`  ${line}\n`);
    }
    const worse = await tryOut(actions, reality.pcs).catch((error: unknown) => [
      `it could not be tried out: ${explain(error)}`,
    ]);
    if (worse.length > 0) {
      host.write(`  not offered: tried on a copy of the configuration, ${worse.join('; ')}\n`);
      continue;
    }
    const answer = (await host.ask?.('Do it? [y/N] ')) ?? '';
    if (!/^y(?:es)?$/i.test(answer.trim())) continue;
    try {
      for (const action of actions) await perform(action, reality, applyHost);
      mended.push(finding);
      host.write(colour.good('  done\n'));
    } catch (error) {
      if (!(error instanceof SetupError) && !isPcsError(error)) throw error;
      host.write(colour.bad(`  ${error.message}\n`));
    }
    reality.changed();
  }
  return mended;
}

/** Runs doctor on the other node and reads what it says. */
async function examineOther(
  destination: string | undefined,
  peer: string | undefined,
  host: ProgramHost,
): Promise<Examination | SetupError> {
  if (destination === undefined) {
    return new SetupError('USAGE', 'which node is the other one is not known here: name it with --ssh');
  }
  try {
    return await doctorOn(commandMachine(peer ?? destination, sshRunner(host.runner, destination)));
  } catch (error) {
    if (error instanceof SetupError) return error;
    throw error;
  }
}

/** Actions are for this process; outside only whether there are any. */
function inJson({ mend: actions, ...finding }: Finding) {
  return { ...finding, mendable: actions !== undefined };
}

function key({ check, node = '', fact }: Finding): string {
  return `${check}\n${node}\n${fact}`;
}

/**
 * This node as Pacemaker calls it where that runs, or else by its name in corosync.conf, or else by the host's; and the others,
 * if there is a cluster, with where ssh finds them.
 */
async function nodeNames(host: ProgramHost): Promise<{ readonly self: string; readonly others: readonly OtherNode[] }> {
  const hostname = host.hostname();
  const text = await host.readFile('/etc/corosync/corosync.conf').catch(() => '');
  const conf = parseCorosyncConf(text);
  const own = nodeOfHost(conf, hostname);
  const self = (await crmNode(host, '--name'))[0] ?? (own && nodeNameOf(own)) ?? hostname.split('.', 1)[0] ?? hostname;
  // The cluster that Debian's corosync starts with has one node, which is this machine by another name.
  const configured = (isPlaceholder(conf) ? [] : conf.nodes).flatMap((node) => {
    const name = nodeNameOf(node);
    return name === undefined ? [] : [{ name, address: node.addresses[0] ?? name }];
  });
  // Where corosync.conf has no names, the cluster knows them once it has run: `1 raspberrypi-1 member`.
  const listed = async () => (await crmNode(host, '--list')).flatMap((line) => /^\d+ (\S+)/.exec(line)?.[1] ?? []);
  const nodes = configured.length > 0 ? configured : (await listed()).map((name) => ({ name, address: name }));
  return { self, others: nodes.filter(({ name }) => !sameName(name, self)) };
}

/** The lines of crm_node; none when Pacemaker does not run or is not there. */
async function crmNode(host: ProgramHost, option: '--name' | '--list'): Promise<readonly string[]> {
  const result = await host.runner
    .run({ program: 'crm_node', argv: [option], timeoutMs: 10_000, signal: host.signal })
    .catch(() => undefined);
  if (result?.exitCode !== 0) return [];
  return result.stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

/** i2cget and i2cset do for a look, and need no addon. */
export function openBoard({ I2C_BUS: bus, I2C_ADDRESS: address }: ParsedDefaults['values']): Promise<Sleepi3> {
  const spec = parseBusSpec(bus);
  return Sleepi3.open({ bus: spec.backEnd === 'unix' ? bus : `i2c-tools:${spec.number}`, address });
}
