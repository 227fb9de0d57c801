import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RunRequest } from '@sleepi3/pcs';
import { answer } from '@sleepi3/pcs/testing';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { version } from '../package.json';
import { dockerDropIn } from '../src/nodes/docker.js';
import { program as table } from '../src/program/commands.js';
import type { ProgramHost } from '../src/program/host.js';
import { run } from '../src/program/run.js';
import { instantClock } from './instant-clock.js';
import { withNodes } from './with-nodes.js';

function program(
  overrides: Partial<ProgramHost> = {},
  respond: (request: RunRequest) => string | undefined = () => undefined,
) {
  const out: string[] = [];
  const errors: string[] = [];
  const requests: RunRequest[] = [];
  const host: ProgramHost = {
    clock: instantClock(),
    date: () => new Date('2026-11-22T12:00:00Z'),
    runner: {
      run: async (request) => {
        requests.push(request);
        const said = respond(request);
        if (said !== undefined) return answer({ stdout: said });
        // The node that it should be.
        if (request.argv.some((word) => word.includes('/etc/machine-id'))) {
          return answer({ stdout: 'raspberrypi-1\nid\n2: eth0 inet 192.168.11.211/24 scope global eth0\n' });
        }
        if (['pcs', 'crm_mon', 'cibadmin', 'ssh'].includes(request.program)) {
          throw Object.assign(new Error('not installed'), { code: 'ENOENT' });
        }
        if (request.argv.some((word) => word.includes('manage_etc_hosts'))) return answer({ stdout: '' });
        if (request.argv.some((word) => word.includes('docker inspect'))) return answer({ exitCode: 1 });
        // No file is there, and all else says no.
        return answer({ exitCode: request.program === 'sh' ? (request.stdin === undefined ? 44 : 0) : 1 });
      },
    },
    probe: async () => ({ ok: true, fact: 'HTTP 200' }),
    hostname: () => 'raspberrypi-1',
    pid: 1,
    isRoot: () => true,
    write: (text) => out.push(text),
    writeError: (text) => errors.push(text),
    colours: false,
    ask: undefined,
    readFile: async (path) => {
      if (path === 'cluster.yaml') return withNodes();
      throw new Error(`ENOENT: no such file or directory, open '${path}'`);
    },
    writeFile: () => Promise.resolve(),
    readStdin: async () => 'fencing: { hold: 3 }\n',
    signal: new AbortController().signal,
    ...overrides,
  };
  return {
    requests,
    run: async (...argv: string[]) => ({ status: await run(argv, host), out: out.join(''), errors: errors.join('') }),
  };
}

describe('cluster-setup', () => {
  it('shows its help, and that of each command with all of its options', async () => {
    expect((await program().run('--help')).out).toContain('Usage: cluster-setup COMMAND');
    for (const [name, { options }] of Object.entries(table.commands)) {
      const { out, status } = await program().run(name, '--help');
      expect(status).toBe(0);
      for (const option of Object.keys(options)) expect(out).toContain(`--${option}`);
      expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    }
  });

  it('tells its version', async () => {
    expect(await program().run('--version')).toMatchObject({ status: 0, out: `${version}\n` });
  });

  it.each([
    [['pan'], /unknown command pan: did you mean plan\?/],
    [['plan'], /missing FILE: cluster-setup plan FILE/],
    [['plan', 'a', 'b'], /unexpected argument b: /],
    [['plan', 'a', '--password-file', 'x'], /unknown option --password-file: see cluster-setup plan --help/],
    [['apply', 'a', '--password-file'], /--password-file needs a value/],
    [['apply', 'a', '--no-ssh=yes'], /--no-ssh takes no value/],
    [['plan', 'a', '--color', 'red'], /must be auto, always or never/],
    [['doctor', '--fix'], /asks before it mends anything/],
    [
      ['plan', 'cluster.yaml', '--self', 'other'],
      /this machine is other, which is neither raspberrypi-1 nor raspberrypi-2/,
    ],
  ])('%j is refused with exit 64 and what would be right', async (argv, says) => {
    const { status, errors } = await program().run(...argv);
    expect(status).toBe(64);
    expect(errors).toMatch(says);
  });

  it('says where a file is wrong, read from standard input too', async () => {
    const { status, errors } = await program().run('plan', '-');
    expect(status).toBe(1);
    expect(errors).toContain('standard input:1:18: fencing.hold: must be a whole number from 12 to 60 (s), not 3');
  });

  it.each([
    ['is another machine', 'nas\nid-2\n2: eth0 inet 192.168.11.179/24 scope global\n', 'calls itself nas'],
    [
      'is this machine itself',
      'raspberrypi-2\nid\n2: eth0 inet 192.168.11.179/24 scope global\n',
      'is this machine itself',
    ],
    [
      'has another address',
      'raspberrypi-2\nid-2\n2: eth0 inet 10.0.0.9/24 scope global\n',
      'does not have the address 192.168.11.179',
    ],
  ])('refuses with one line, before anything is changed, a node that %s', async (_, identity, why) => {
    const { run: go, requests } = program({}, ({ program: name, argv }) => {
      if (name !== 'ssh') return undefined;
      return argv.at(-1)?.includes('/etc/machine-id') ? identity : '';
    });
    const { status, errors } = await go('apply', 'cluster.yaml');
    expect(status).toBe(1);
    expect(errors).toContain(why);
    expect(errors.trimEnd().split('\n')).toHaveLength(1);
    for (const { stdin } of requests) expect(stdin).toBeUndefined();
  });

  it('changes nothing when it is not root', async () => {
    const { run: go, requests } = program({ isRoot: () => false });
    expect((await go('apply', 'cluster.yaml')).errors).toMatch(/run it as root/);
    expect(requests).toEqual([]);
  });

  it('plans without changing anything, and shows the reason and the exact command of what it would do', async () => {
    const { run: go, requests } = program();
    const { status, out } = await go('plan', 'cluster.yaml', '--no-ssh');
    expect(status).toBe(3); // the agent is missing
    expect(out).toContain('pcs -- constraint location add fence_raspberrypi-1-not-on-raspberrypi-1');
    expect(out).toContain('two_node');
    expect(out).not.toContain('\u001b[');
    const harmless =
      /^(?:dpkg-query|test|which|systemctl is-|docker inspect|passwd -S|sh -c |pcs --version|crm_mon|cibadmin)/;
    for (const { program: name, argv } of requests) expect([name, ...argv].join(' ')).toMatch(harmless);
    for (const { stdin } of requests) expect(stdin).toBeUndefined();
  });

  it('plans as JSON for scripts, with what stands in the way', async () => {
    const { status, out } = await program().run('plan', 'cluster.yaml', '--no-ssh', '--json');
    const { steps } = JSON.parse(out) as { steps: { id: string; state: string }[] };
    const stateOf = (id: string) => steps.find((one) => one.id === id)?.state;
    expect([
      stateOf('machine@raspberrypi-1'),
      stateOf('packages@raspberrypi-1'),
      stateOf('agent@raspberrypi-1'),
    ]).toEqual(['done', 'to do', 'blocked']);
    expect(status).toBe(3);
  });

  it('shows what undo would do and asks, and does nothing without an answer', async () => {
    const { run: go, requests } = program();
    const { status, out, errors } = await go('undo', 'cluster.yaml', '--no-ssh');
    expect(out).toContain('Take the service out of the cluster');
    expect([status, errors]).toEqual([64, 'cluster-setup: undo asks first: run it at a terminal, or give --yes\n']);
    expect((await program({ ask: async () => 'no' }).run('undo', 'cluster.yaml', '--no-ssh')).errors).toContain(
      'nothing was changed',
    );
    for (const { stdin } of requests) expect(stdin).toBeUndefined();
  });

  it('reaches the other node at its address, which needs no name to resolve', async () => {
    const { run: go, requests } = program();
    await go('plan', 'cluster.yaml');
    const [ssh] = requests.filter(({ program: name }) => name === 'ssh');
    expect(ssh?.argv).toContain('192.168.11.179');
  });

  it('colours only when it is told to or on a terminal', async () => {
    expect((await program().run('plan', 'cluster.yaml', '--no-ssh', '--color=always')).out).toContain('\u001b[');
    expect((await program({ colours: true }).run('plan', 'cluster.yaml', '--no-ssh')).out).toContain('\u001b[');
    expect(
      (await program({ colours: true }).run('plan', 'cluster.yaml', '--no-ssh', '--color', 'never')).out,
    ).not.toContain('\u001b[');
  });

  it('never puts the password on a command line', async () => {
    const password = 'pass-w0rd with spaces';
    const files = new Map<string, string>([
      ['/etc/hosts', '192.168.11.211 raspberrypi-1\n192.168.11.179 raspberrypi-2\n'],
      ['/etc/default/sleepi3', 'EXTIN_FORCED_SHUTDOWN=1\n'],
      [dockerDropIn.path, dockerDropIn.text],
    ]);
    const { run: go, requests } = program(
      { readFile: async (path) => (path === '/pw' ? `${password}\nsecond line\n` : withNodes()) },
      ({ program: name, argv, stdin }) => {
        // A node on which everything is done but the password.
        if (name === 'dpkg-query')
          return argv
            .slice(2)
            .map((one) => `installed ${one} \n`)
            .join('');
        if (name === 'sh' && stdin === undefined) return files.get(argv.at(-1) ?? '') ?? undefined;
        if (name === 'passwd') return 'hacluster L\n';
        return ['sh', 'pcs', 'crm_mon', 'cibadmin'].includes(name) || argv.includes('container') ? undefined : '';
      },
    );
    await go('prepare', 'cluster.yaml', '--password-file', '/pw');
    const given = requests.filter(({ program: name }) => name === 'chpasswd');
    expect(given).toHaveLength(1);
    expect(given[0]?.stdin).toBe(`hacluster:${password}\n`);
    for (const { argv } of requests) expect(argv.join(' ')).not.toContain('pass-w0rd');
  });

  it('prints the schema', async () => {
    expect(JSON.parse((await program().run('schema')).out)).toMatchObject({
      type: 'object',
      additionalProperties: false,
    });
  });

  it('doctor --all looks at the other node through ssh and tells what is wrong there too', async () => {
    const finding = { check: 'time', severity: 'warning', node: 'raspberrypi-2', fact: 'f', why: 'w', fix: ['x'] };
    const { run: go, requests } = program(
      {
        readFile: async () =>
          'nodelist {\n node {\n name: raspberrypi-1\n }\n node {\n name: raspberrypi-2\n ring0_addr: 192.168.11.179\n }\n}\n',
      },
      ({ program: name }) =>
        name === 'ssh'
          ? JSON.stringify({ node: 'raspberrypi-2', facts: {}, findings: [finding], checked: [] })
          : undefined,
    );
    const { out, status } = await go('doctor', '--all', '--json');
    const report = JSON.parse(out) as { nodes: { node: string }[]; findings: { node?: string; check: string }[] };
    expect(report.nodes.map(({ node }) => node)).toEqual(['raspberrypi-1', 'raspberrypi-2']);
    expect(report.findings).toContainEqual(expect.objectContaining({ check: 'time', node: 'raspberrypi-2' }));
    expect(status).toBe(2);
    expect(requests.find(({ program: name }) => name === 'ssh')?.argv).toContain('192.168.11.179');
  });

  it("doctor --all takes the node of Debian's own cluster for no other node", async () => {
    const readFile = async () =>
      'totem {\n cluster_name: debian\n}\nnodelist {\n node {\n name: node1\n ring0_addr: 127.0.0.1\n }\n}\n';
    const { run: go, requests } = program({ readFile });
    const { errors, status } = await go('doctor', '--all', '--json');
    expect(errors).toContain('name it with --ssh');
    expect(requests.some(({ program: name }) => name === 'ssh')).toBe(false);
    expect(status).toBe(3);
  });

  it('doctor --all looks at every other node of a ring, goes on past one that cannot be reached, and takes no --ssh', async () => {
    const names = ['raspberrypi-1', 'raspberrypi-2', 'raspberrypi-3'];
    const readFile = async () => `nodelist {\n${names.map((name) => ` node {\n name: ${name}\n }\n`).join('')}}\n`;
    const { run: go } = program({ readFile }, ({ program: name, argv }) => {
      if (name !== 'ssh') return undefined;
      return argv.includes('raspberrypi-3')
        ? JSON.stringify({ node: 'raspberrypi-3', facts: {}, findings: [], checked: [] })
        : 'command not found';
    });
    const { out, errors, status } = await go('doctor', '--all', '--json');
    const report = JSON.parse(out) as { nodes: { node: string }[] };
    expect(report.nodes.map(({ node }) => node)).toEqual(['raspberrypi-1', 'raspberrypi-3']);
    expect(errors).toMatch(/raspberrypi-2 could not be looked at/);
    expect(status).toBe(3);
    const { errors: refusal, status: refused } = await program({ readFile }).run('doctor', '--all', '--ssh', 'pi-2');
    expect([refused, refusal]).toEqual([64, expect.stringContaining('--ssh names one machine')]);
  });

  it.each([['--no-ssh'], ['--ssh', 'root@pi-2']])(
    'reaches each node of a ring by ssh at its address, and takes no %s',
    async (...option) => {
      const file =
        'nodes: [{name: raspberrypi-1, addresses: [192.168.11.211]}, {name: b, addresses: [192.168.11.2]}, {name: c, addresses: [192.168.11.3]}]\n';
      const ring = program({ readFile: async () => file });
      const { status, errors } = await ring.run('plan', 'cluster.yaml', ...option);
      expect([status, errors]).toEqual([64, expect.stringContaining('each wire is tested before it fences')]);
      expect(ring.requests).toEqual([]);
      const { requests, run: go } = program({ readFile: async () => file });
      await go('plan', 'cluster.yaml');
      const reached = requests.filter(({ program: name }) => name === 'ssh').map(({ argv }) => argv.join(' '));
      for (const address of ['192.168.11.2', '192.168.11.3']) {
        expect(reached.some((words) => words.includes(` ${address} `))).toBe(true);
      }
    },
  );

  it('doctor --all exits with 3 when the other node cannot be looked at', async () => {
    const { run: go } = program({}, ({ program: name }) => (name === 'ssh' ? 'command not found' : undefined));
    const { status, errors } = await go('doctor', '--all', '--ssh', 'pi-2');
    expect(status).toBe(3);
    expect(errors).toMatch(/pi-2 could not be looked at.*must be installed there/);
  });

  it('doctor --fix asks about each finding, and does what is answered with yes', async () => {
    const questions: string[] = [];
    const { run: go, requests } = program({
      ask: async (question) => {
        questions.push(question);
        return questions.length === 1 ? 'y' : '';
      },
    });
    const { out } = await go('doctor', '--fix');
    expect(questions.length).toBeGreaterThan(1);
    expect(out).toContain('$ pcs cluster enable');
    const ran = requests.map(({ program: name, argv }) => [name, ...argv].join(' '));
    expect(ran).toContain('pcs cluster enable');
    expect(ran).not.toContain('timedatectl set-ntp true');
  });

  it.each([
    ['--self', 'RaspberryPi-1', 'raspberrypi-1'],
    ['--', '', 'RASPBERRYPI-1.local'],
  ])('knows the node of this machine in any case: %s %s on %s', async (option, name, hostname) => {
    const argv = option === '--self' ? [option, name] : [];
    const { status, errors } = await program({ hostname: () => hostname }).run('plan', 'cluster.yaml', ...argv);
    expect(errors).not.toMatch(/neither/);
    expect(status).not.toBe(64);
  });

  it('knows by Pacemaker which node it is on, where the host is named otherwise', async () => {
    const { run: go, requests } = program({ hostname: () => 'kitchen' }, ({ program: name, argv }) => {
      if (name === 'ssh') return '';
      if (name !== 'crm_node') return undefined;
      return argv[0] === '--name' ? 'raspberrypi-1\n' : '1 raspberrypi-1 member\n2 raspberrypi-2 member\n';
    });
    const { out } = await go('doctor', '--json', '--all');
    expect(JSON.parse(out)).toMatchObject({ nodes: [{ node: 'raspberrypi-1' }] });
    // The other one is reached by its own name.
    expect(requests.find(({ program: name }) => name === 'ssh')?.argv).toContain('raspberrypi-2');
  });
});

describe('the script', () => {
  const script = async (file: string) =>
    (await program({ readFile: async () => withNodes(file) }).run('script', 'x.yaml')).out;

  it('holds every command of the plan, in order, and no password', async () => {
    const text = await script('');
    const order = [
      'apt-get install',
      'docker pull httpd',
      'fence_sleepi3 boot',
      'host auth',
      'cluster setup',
      'cluster start',
      'stonith create fence_raspberrypi-2',
      'stonith-enabled=true',
      'resource create VIP',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it.runIf(haveRealParts('shellcheck'))('passes shellcheck, whatever is in the file', async () => {
    for (const file of [
      '',
      'mode: active-passive\ncontainers:\n  - { resource: a, name: a, image: a, run_options: "-e X=$(reboot) -e Y=`reboot`" }\n',
    ]) {
      const checked = promisify(execFile)('shellcheck', ['--severity=warning', '-']);
      checked.child.stdin?.end(await script(file));
      await checked;
    }
  });
});
