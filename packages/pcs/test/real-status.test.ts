// Pacemaker's own tools, offline on a CIB with everything in it: crm_simulate lets things happen, crm_mon tells of them,
// and crm_resource says independently where things run.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram, haveRealParts } from '../../../tools/test/support/real-parts.js';
import {
  changesBetween,
  createNodeRunner,
  execute,
  parseAgentMetadata,
  parseClusterConfiguration,
  reads,
} from '../src/index.js';
import { parseClusterStatus, type ClusterStatus, PcsError } from '../src/index.js';
import { expectEverythingAccountedFor, expectTheUnknownKept } from './accounting.js';
import { fixture } from './fixtures.js';

const parts = ['crm_mon', 'crm_simulate', 'crm_resource', 'cibadmin', 'stonith_admin'] as const;

describe.runIf(haveRealParts(...parts))("Pacemaker's own tools on a CIB in a file", () => {
  let directory: string;
  const file = (name: string) => join(directory, `${name}.xml`);
  const run = (program: string, args: readonly string[], cib?: string) =>
    execFileSync(findProgram(program)!, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC', ...(cib !== undefined && { CIB_file: cib }) },
    });
  /** Lets things happen to the cluster in `from`; the outcome is `to`. */
  const simulate = (from: string, to: string, ...events: readonly string[]) => {
    run('crm_simulate', ['-x', file(from), '-S', ...events, '-O', file(to)]);
  };
  const crmMon = (name: string) => run('crm_mon', ['-1', '--inactive', '--output-as=xml'], file(name));
  const status = (name: string): ClusterStatus => parseClusterStatus(crmMon(name));

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'pcs-status-'));
    copyFileSync(new URL('./fixtures/cib/everything.xml', import.meta.url), file('everything'));
    simulate('everything', 'up', '-u', 'n1', '-u', 'n2', '-u', 'n3', '-g', 'site');
    simulate('up', 'n1-failed', '-f', 'n1');
    simulate('up', 'VIP-failed', '-i', 'VIP_monitor_10000@n1=7');
    writeFileSync(
      file('losing-quorum'),
      readFileSync(file('up'), 'utf8').replace('have-quorum="1"', 'have-quorum="0"'),
    );
    simulate('losing-quorum', 'no-quorum');
    simulate('up', 'revoked', '-r', 'site');
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it.each(['everything', 'up', 'VIP-failed'])(
    'every attribute and element of the status "%s" is accounted for',
    (name) => {
      const xml = crmMon(name);
      expectEverythingAccountedFor(parseClusterStatus, xml);
      expectTheUnknownKept(parseClusterStatus, xml);
    },
  );

  it('an agent is quoted as it spoke, whatever this crm_mon escapes', () => {
    const said = `a <b> &lt; & "q" 'x'\nsecond line \\ é`;
    const escaped = said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
    const failed = readFileSync(file('VIP-failed'), 'utf8');
    const spoken = failed.replaceAll('"Simulated action result"', `"${escaped.replaceAll('\n', '&#10;')}"`);
    expect(spoken).not.toBe(failed);
    writeFileSync(file('spoken'), spoken);
    expect(status('spoken').failures.map(({ exitReason }) => exitReason)).toEqual([said]);
  });

  it('resources are where crm_resource says they are', () => {
    for (const name of ['up', 'n1-failed', 'no-quorum']) {
      const now = status(name);
      for (const { id } of parseClusterConfiguration(readFileSync(file(name), 'utf8')).resources) {
        if (now.resource(id) === undefined) continue; // a template runs nowhere
        const located = run('crm_resource', ['-r', id, '--locate', '--output-as=xml'], file(name));
        const nodes = [...located.matchAll(/<node[^>]*>([^<]*)<\/node>/g)].map(([, node]) => node);
        // crm_resource names a group's node once for each member.
        expect([...now.resource(id)!.activeOn].sort(), `${id}, ${name}`).toEqual([...new Set(nodes)].sort());
      }
    }
  });

  it('the loss of a node shows as what became of it and of what ran there', () => {
    const changes = changesBetween(status('up'), status('n1-failed'));
    expect(changes).toContainEqual({ kind: 'node-offline', node: 'n1' });
    const [vip] = changes.filter((change) => 'resource' in change && change.resource === 'VIP');
    expect(vip).toMatchObject({ kind: 'resource-moved', from: ['n1'] });
    expect(changes).toContainEqual({ kind: 'resource-stopped', resource: 'container-clone', from: ['n1'], to: [] });
  });

  it('a failed monitor shows as a failed operation', () => {
    const [failure] = changesBetween(status('up'), status('VIP-failed')).filter(
      ({ kind }) => kind === 'operation-failed',
    );
    expect(failure).toMatchObject({ failure: { opKey: 'VIP_monitor_10000', node: 'n1', exitCode: 7 } });
    expect(status('VIP-failed').failCount('VIP', 'n1')).toBe(1);
  });

  it('the loss of quorum stops everything', () => {
    const changes = changesBetween(status('up'), status('no-quorum'));
    expect(changes).toContainEqual({ kind: 'resource-stopped', resource: 'VIP', from: ['n1'], to: [] });
    expect(status('no-quorum').resource('web')?.startedOn).toEqual([]);
  });

  it('a revoked ticket stops what needs it', () => {
    const changes = changesBetween(status('up'), status('revoked'));
    expect(changes).toContainEqual({ kind: 'ticket-revoked', ticket: 'site' });
    expect(changes).toContainEqual({ kind: 'resource-stopped', resource: 'web', from: ['n1'], to: [] });
  });

  it('one constraint against several resources is as many bans, and none of them a change', () => {
    // A node without the attribute of a score is banned up to Pacemaker 2.1, and passed over since 3.0.
    const score = '<nvpair id="nodes-1-site-score" name="site-score" value="-INFINITY"/>';
    const without = '<nvpair id="nodes-1-site"';
    writeFileSync(file('banned'), readFileSync(file('up'), 'utf8').replace(without, `${score}${without}`));
    const banned = status('banned');
    expect(new Set(banned.bans.map(({ id }) => id)).size).toBeLessThan(banned.bans.length);
    expect(changesBetween(banned, status('banned'))).toEqual([]);
  });

  it('the commands read all of it through the runner', async () => {
    const runner = createNodeRunner();
    const now = await execute(reads.status({ cibFile: file('up') }), runner);
    expect(now.resource('VIP')?.startedOn).toEqual(['n1']);
    const configuration = await execute(reads.configuration({ cibFile: file('up') }), runner);
    expect(configuration.resource('VIP')).toMatchObject({ type: 'IPaddr2' });
    const agent = await execute(reads.agentMetadata('ocf:pacemaker:Stateful'), runner);
    expect(agent.parameters.map(({ name }) => name)).toContain('state');
    await expect(execute(reads.agentMetadata('ocf:pacemaker:Nothing'), runner)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      exitCode: 105,
    });
  });

  it('the metadata of every installed agent of the Pacemaker project and of fence_dummy can be read', () => {
    const agents = [
      ...['Dummy', 'ping', 'remote', 'ClusterMon', 'attribute'].map((name) => `ocf:pacemaker:${name}`),
      'stonith:fence_dummy',
    ];
    for (const agent of agents) {
      const metadata = parseAgentMetadata(run('crm_resource', [`--show-metadata=${agent}`]));
      expect(metadata.actions.length).toBeGreaterThan(0);
    }
  });

  it('a file that is no CIB is an error, not an empty cluster', async () => {
    const read = execute(reads.status({ cibFile: file('missing') }), createNodeRunner());
    await expect(read).rejects.toBeInstanceOf(PcsError);
  });
});

describe('the metadata of agents', () => {
  it('has parameters and actions', () => {
    const address = parseAgentMetadata(fixture('agents/IPaddr2.xml'));
    expect(address).toMatchObject({ name: 'IPaddr2', version: '1.0', apiVersions: [{ text: '1.0' }] });
    expect(address.parameters[0]).toMatchObject({
      name: 'ip',
      required: true,
      unique: true,
      content: { type: 'string', default: '' },
      shortDescriptions: [{ lang: 'en', text: 'IPv4 or IPv6 address' }],
    });
    expect(address.actions).toContainEqual(expect.objectContaining({ name: 'start', timeout: '20s' }));
  });
});
