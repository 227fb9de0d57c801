// Reading, as commands: each question goes to the program that answers it best, not to pcs, which passes the same
// answers on ten times slower (35 ms against 455 ms for the status, measured).
import { type AgentMetadata, parseAgentMetadata } from './agent-metadata.js';
import { type ClusterConfiguration, parseClusterConfiguration } from '../cib/cluster-configuration.js';
import type { Command } from '../command/command.js';
import { PcsError } from '../errors.js';
import { parseQuorumStatus, type QuorumStatus } from './quorum-status.js';
import type { RawResult } from '../run/runner.js';
import { formatAgent, parseAgent } from '../semantics/agents.js';
import { type ClusterStatus, parseClusterStatus } from '../status/cluster-status.js';
import { type FencingHistory, parseFencingHistory } from '../status/fencing-history.js';
import { malformedAnswer } from '../xml/malformed.js';
import { invalid } from '../command/words.js';

/** Where to read from. */
export interface ReadSource {
  /** A CIB in this file instead of the running cluster. */
  readonly cibFile?: string;
}

/** Pacemaker writes times without a zone; with this they are UTC. */
const UTC = { TZ: 'UTC' };

/** Reading takes tens of milliseconds; a program that takes longer than this hangs (milliseconds). */
const READ_TIMEOUT_MS = 30_000;

/** Exit codes with which Pacemaker's tools still write their XML, saying what is wrong (crm_exit_t). */
const XML_EXIT_CODES = [0, 1, 4, 5, 64, 102, 105, 124];

/** The cluster's status, from `crm_mon`. */
export function status(source: ReadSource = {}): Command<ClusterStatus> {
  return {
    program: 'crm_mon',
    options: ['-1', '--inactive', '--output-as=xml'],
    env: environment(source),
    exitCodes: XML_EXIT_CODES,
    timeoutMs: READ_TIMEOUT_MS,
    parse: (result) => parseClusterStatus(answerOf('crm_mon', result)),
  };
}

/** The cluster's configuration, from `cibadmin -Q`. */
export function configuration(source: ReadSource = {}): Command<ClusterConfiguration> {
  return {
    program: 'cibadmin',
    options: ['--query'],
    env: environment(source),
    timeoutMs: READ_TIMEOUT_MS,
    parse: (result) => parseClusterConfiguration(answerOf('cibadmin', result)),
  };
}

/**
 * The fencing operations remembered for a node, or all, from `stonith_admin --history`.
 *
 * @param node - Default all nodes.
 */
export function fencingHistory(node = '*'): Command<FencingHistory> {
  if (!/^(?:\*|\w[\w.-]*)$/.test(node)) invalid(`a node's name is letters, digits, _ . -, not ${JSON.stringify(node)}`);
  return {
    program: 'stonith_admin',
    // Without --verbose it tells of one success alone, and of no failure (seen on 2.1.5; lib/pacemaker/pcmk_fence.c).
    options: [`--history=${node}`, '--verbose', '--output-as=xml'],
    env: UTC,
    exitCodes: XML_EXIT_CODES,
    timeoutMs: READ_TIMEOUT_MS,
    parse: (result) => parseFencingHistory(answerOf('stonith_admin', result)),
  };
}

/**
 * What an agent says of itself, from `crm_resource --show-metadata`.
 *
 * @param agent - `ocf:heartbeat:IPaddr2`, `stonith:fence_sleepi3`, `systemd:nginx` …
 */
export function agentMetadata(agent: string): Command<AgentMetadata> {
  const name = parseAgent(agent);
  if (name === undefined || /[^\w.@:/+\\-]/.test(agent)) {
    invalid(`an agent is STANDARD:PROVIDER:TYPE or STANDARD:TYPE, not ${JSON.stringify(agent)}`);
  }
  return {
    program: 'crm_resource',
    options: [`--show-metadata=${formatAgent(name)}`],
    exitCodes: [0, NO_SUCH],
    timeoutMs: READ_TIMEOUT_MS,
    parse: (result) => {
      if (result.exitCode === NO_SUCH) {
        throw new PcsError('NOT_FOUND', `There is no agent ${agent} on this machine: install it, or correct the name`, {
          exitCode: NO_SUCH,
          stderr: result.stderr.toString('utf8'),
        });
      }
      return parseAgentMetadata(answerOf('crm_resource', result));
    },
  };
}

/** CRM_EX_NOSUCH: what was named does not exist. */
const NO_SUCH = 105;

/** The quorum, from `corosync-quorumtool`. */
export function quorumStatus(): Command<QuorumStatus> {
  return {
    program: 'corosync-quorumtool',
    options: ['-s', '-p'],
    env: UTC,
    // 2 is "not quorate" (EXIT_NOT_QUORATE of corosync's tools/corosync-quorumtool.c), which is an answer.
    exitCodes: [0, 2],
    timeoutMs: READ_TIMEOUT_MS,
    parse: (result) => parseQuorumStatus(answerOf('corosync-quorumtool', result)),
  };
}

function environment({ cibFile }: ReadSource): Readonly<Record<string, string>> {
  return cibFile === undefined ? UTC : { ...UTC, CIB_file: cibFile };
}

/** The answer as text. */
function answerOf(program: string, { stdout, stderr, exitCode }: RawResult): string {
  if (stdout.length === 0) {
    throw new PcsError(
      'MALFORMED_ANSWER',
      `${program} said nothing (exit ${String(exitCode)}): ${stderr.toString('utf8').trim()}`,
      { exitCode, stderr: stderr.toString('utf8') },
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(stdout);
  } catch (cause) {
    throw malformedAnswer(program, 'it is not UTF-8', stdout.toString('latin1'), cause);
  }
}
