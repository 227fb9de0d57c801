// An agent of this package under the real pacemaker-fenced, driven by stonith_admin.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runLikePacemaker, StandaloneFenced } from '../../src/testing/index.js';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { bundle } from './bundle.js';

const possible =
  haveRealParts('pacemaker-fenced', 'stonith_admin', 'unshare', 'nsenter') && StandaloneFenced.isPossible();

describe.runIf(possible)('under pacemaker-fenced', () => {
  let directory: string;
  let program: string;
  let fenced: StandaloneFenced;
  let state: string;
  let journal: string;
  let parameters: Record<string, string>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fence-journal-'));
    program = await bundle(join(import.meta.dirname, 'journal-agent.main.ts'), directory, 'fence_journal');
    fenced = await StandaloneFenced.start({ fence_journal: program });
  });
  afterAll(async () => {
    await fenced.stop();
    await rm(directory, { recursive: true });
  });

  let device = 0;
  beforeEach(async () => {
    device++;
    state = join(directory, `state-${device}`);
    journal = join(directory, `journal-${device}`);
    parameters = { state_file: state, journal };
    await writeFile(state, JSON.stringify({ node1: 'on', node2: 'off' }));
    await writeFile(journal, '');
  });

  const register = (more: Record<string, string> = {}) =>
    fenced.register('the-journal', 'fence_journal', { ...parameters, ...more });
  const power = async () => JSON.parse(await readFile(state, 'utf8')) as Record<string, string>;
  const journalLines = async () =>
    (await readFile(journal, 'utf8')).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]));

  it('it is found, and its metadata is read', async () => {
    const installed = await fenced.admin('--list-installed');
    expect(installed.stdout).toMatch(/^fence_journal$/m);
    const metadata = await fenced.admin('--metadata', '--agent', 'fence_journal');
    expect(metadata.exitStatus).toBe(0);
    expect(metadata.stdout).toContain('<resource-agent name="fence_journal" shortdesc="Journal agent">');
  });

  it('a device is registered, listed, and knows its targets by asking the agent', async () => {
    await register();
    expect((await fenced.admin('--list-registered')).stdout).toContain('the-journal');
    const targets = await fenced.admin('--list-targets', 'the-journal');
    expect(targets.stdout).toMatch(/^node1\nnode2\n2 fence targets found$/m);
    expect((await fenced.admin('--list', 'node2')).stdout).toContain('the-journal');
    expect((await fenced.admin('--list', 'node3')).stdout).not.toContain('the-journal');
  });

  it('its status answers whether it can fence a node, OFF or ON', async () => {
    await register({ pcmk_host_check: 'status' });
    expect((await fenced.admin('--list', 'node1')).stdout).toContain('the-journal');
    expect((await fenced.admin('--list', 'node2')).stdout).toContain('the-journal');
    expect((await fenced.admin('--list', 'node3')).stdout).not.toContain('the-journal');
  });

  it('monitor is called as runLikePacemaker calls it', async () => {
    await register();
    expect((await fenced.admin('--query', 'the-journal')).exitStatus).toBe(0);
    await runLikePacemaker(program, { action: 'monitor', parameters });
    const [real, ours] = await journalLines();
    expect(real).toEqual({
      facts: { argv: 0, umask: '0026', ownGroup: true, service: 'pacemaker-fenced', target: {} },
    });
    expect(ours).toEqual(real);
  });

  it('a monitor that fails is a failure', async () => {
    await register({ state_file: '/proc/no/state', journal: '/proc/no/journal' });
    expect((await fenced.admin('--query', 'the-journal')).exitStatus).not.toBe(0);
  });

  it('off, on and reboot change the power', async () => {
    await register();
    expect((await fenced.admin('--fence', 'node1')).exitStatus).toBe(0);
    expect(await power()).toEqual({ node1: 'off', node2: 'off' });
    expect((await fenced.admin('--unfence', 'node2')).exitStatus).toBe(0);
    expect(await power()).toEqual({ node1: 'off', node2: 'on' });
    expect((await fenced.admin('--reboot', 'node2')).exitStatus).toBe(0);
    expect(await power()).toEqual({ node1: 'off', node2: 'on' });
    expect(await journalLines()).toEqual([
      { begin: 'off', plug: 'node1' },
      { end: 'off', plug: 'node1' },
      { begin: 'on', plug: 'node2' },
      { end: 'on', plug: 'node2' },
      { begin: 'off', plug: 'node2' },
      { end: 'off', plug: 'node2' },
      { begin: 'on', plug: 'node2' },
      { end: 'on', plug: 'node2' },
    ]);
  });

  it('the name of a plug comes from pcmk_host_map', async () => {
    await register({ pcmk_host_map: 'alpha:node1;beta:node2' });
    expect((await fenced.admin('--fence', 'alpha')).exitStatus).toBe(0);
    expect(await power()).toEqual({ node1: 'off', node2: 'off' });
  });

  it('an agent that takes too long is killed with all it started, and nothing of it runs on', async () => {
    await register({ hold: '30', pcmk_off_timeout: '3' });
    expect((await fenced.admin('--fence', 'node1')).exitStatus).not.toBe(0);
    expect(await journalLines()).toEqual([{ begin: 'off', plug: 'node1' }]);
    expect(await power()).toMatchObject({ node1: 'on' });
    // The same by our own hand.
    const ours = await runLikePacemaker(
      program,
      { action: 'off', target: 'node1', parameters: { ...parameters, hold: '30' } },
      { timeout: 3 },
    );
    expect(ours).toMatchObject({ exitStatus: undefined, timedOut: true, stdout: '' });
    expect(await journalLines()).toHaveLength(2);
  });

  it('an agent that fails once is called a second time', async () => {
    await register({ fail_times: '1' });
    expect((await fenced.admin('--fence', 'node1', '--timeout', '20')).exitStatus).toBe(0);
    expect(await journalLines()).toEqual([
      { begin: 'off', plug: 'node1' },
      { begin: 'off', plug: 'node1' },
      { end: 'off', plug: 'node1' },
    ]);
  });

  it('an agent that keeps failing is a failure, and its one line stands in the log', async () => {
    await register({ fail_times: '9' });
    expect((await fenced.admin('--fence', 'node1', '--timeout', '20')).exitStatus).not.toBe(0);
    expect(await power()).toMatchObject({ node1: 'on' });
    expect(await fenced.log()).toMatch(/fence_journal\[\d+\] stderr: \[ .*ERROR: Failed: told to fail \]/);
  });

  it('what was done stands in the log; history is kept where the daemon has a cluster beside it, and is cleared', async () => {
    await register();
    await fenced.admin('--fence', 'node1');
    expect(await fenced.log()).toMatch(/Operation 'off' \[\d+\] .*targeting node1 using the-journal returned 0/);
    const history = await fenced.admin('--history', 'node1', '--cleanup');
    expect(history.exitStatus).toBe(0);
    // Of Pacemaker 2 it stands alone and keeps none; that of 3 has the unfencing of the other node.
    expect((await fenced.admin('--history', '*')).stdout).toMatch(/^(?:0 events found|.*of node2 .*\n1 event found)$/m);
  });

  it('validate-all is asked with a made-up target, and the agent judges the options alone', async () => {
    const validate = (options: Record<string, string>) =>
      fenced.admin(
        '--validate',
        '--agent',
        'fence_journal',
        ...Object.entries(options).flatMap(([name, value]) => ['--option', `${name}=${value}`]),
      );
    expect((await validate(parameters)).exitStatus).toBe(0);
    expect((await validate({ ...parameters, hold: '5s' })).exitStatus).not.toBe(0);
    expect((await validate({ journal })).exitStatus).not.toBe(0);
  });
});
