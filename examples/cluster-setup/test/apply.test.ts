import { describe, expect, it } from 'vitest';
import { Pcs, type RawResult, reads, type Runner, type RunRequest } from '@sleepi3/pcs';
import { FakeCluster } from '@sleepi3/pcs/testing';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { designOf } from '../src/cluster/design.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { SetupError } from '../src/errors.js';
import { clusterPackages } from '../src/nodes/packages.js';
import { apply } from '../src/plan/apply.js';
import { plan } from '../src/plan/plan.js';
import { Reality } from '../src/plan/reality.js';
import { allSteps, preparation } from '../src/plan/steps.js';
import type { Step } from '../src/plan/step.js';
import { undoSteps } from '../src/plan/steps/undo.js';
import { useAgentsInPlace } from './agents-in-place.js';
import { configurationOf } from './configuration-xml.js';
import { FakePi } from './fake-pi.js';
import { instantClock } from './instant-clock.js';
import { withNodes } from './with-nodes.js';

const names = ['raspberrypi-1', 'raspberrypi-2'] as const;
const design = designOf(readClusterFile(withNodes(), 'cluster.yaml'));
const real = haveRealParts('pcs', 'cibadmin', 'crm_simulate', 'crm_mon');
/** pcs takes up to two seconds a command where others want the processor too. */
const timeout = 600_000;

class Death extends Error {}

const password = 'tr0ub4dor';
const host = () => ({ clock: instantClock(), password: async () => password });
/** No cluster, and no program to ask for one. */
const nothing = () =>
  new Pcs({ runner: { run: () => Promise.reject(Object.assign(new Error('not installed'), { code: 'ENOENT' })) } });

function pairOfPis(cluster?: FakeCluster): readonly [FakePi, FakePi] {
  const pis = [new FakePi(names[0], cluster), new FakePi(names[1], cluster)] as const;
  // One of them was played with before.
  pis[1].containers.set('httpd-test', { restart: 'always', running: true });
  return pis;
}

function realityOf([local, peer]: readonly [FakePi, FakePi], pcs: Pcs, destroyable: readonly string[] = []): Reality {
  return new Reality({ local, others: [peer], pcs, destroyable: new Set(destroyable) });
}

describe('preparing the nodes', () => {
  const prepare = (pis: readonly [FakePi, FakePi]) =>
    apply(preparation(design, names), realityOf(pis, nothing()), host());

  it('ends at the same state wherever it was killed before or after a change, when it is run again', async () => {
    const changes: string[] = [];
    const unharmed = pairOfPis();
    for (const pi of unharmed) {
      pi.onChange = (when, what) => {
        if (when === 'before') changes.push(`${pi.name}: ${what}`);
      };
    }
    await prepare(unharmed);
    expect(changes.length).toBeGreaterThan(20);
    const wanted = unharmed.map((pi) => pi.state());

    for (const when of ['before', 'after'] as const) {
      for (let deadly = 0; deadly < changes.length; deadly++) {
        const pis = pairOfPis();
        let count = 0;
        for (const pi of pis) {
          pi.onChange = (now) => {
            if (now === when && count++ === deadly) throw new Death(`killed ${when} change ${deadly}`);
          };
        }
        await expect(prepare(pis)).rejects.toThrow(Death);
        await prepare(pis);
        expect(
          pis.map((pi) => pi.state()),
          `${when} ${changes[deadly] ?? ''}`,
        ).toEqual(wanted);
      }
    }
  });

  it('changes nothing when it is run again', async () => {
    const pis = pairOfPis();
    await prepare(pis);
    for (const pi of pis) {
      pi.onChange = (_, what) => {
        throw new Error(`${pi.name} was changed: ${what}`);
      };
    }
    await prepare(pis);
  });

  it('puts a container that was started by hand aside, without its restart policy, and keeps it', async () => {
    const pis = pairOfPis();
    await prepare(pis);
    expect(Object.fromEntries(pis[1].containers)).toEqual({
      'httpd-test-before-cluster': { restart: 'no', running: false },
    });
  });

  it('puts nothing aside where the name of what is kept is taken, and stops nothing', async () => {
    const pis = pairOfPis();
    pis[1].containers.set('httpd-test-before-cluster', { restart: 'no', running: false });
    await expect(prepare(pis)).rejects.toThrow('on raspberrypi-2: docker rm httpd-test-before-cluster');
    expect(pis[1].containers.get('httpd-test')).toEqual({ restart: 'always', running: true });
  });

  it("leaves the cluster's own container alone when the cluster is stopped on the node that it is run on", async () => {
    const pis = pairOfPis();
    await prepare(pis);
    const conf = 'totem {\n cluster_name: apachecluster\n}\n';
    for (const pi of pis) pi.files.set('/etc/corosync/corosync.conf', conf);
    pis[1].containers.set('httpd-test', { restart: 'no', running: true });
    await prepare(pis);
    expect(pis[1].containers.get('httpd-test')).toEqual({ restart: 'no', running: true });
  });

  it.each(['agentInstalled', 'addressAgentInstalled', 'containerAgentInstalled'] as const)(
    'stops before anything is changed without %s, and says what to install',
    async (what) => {
      const pis = pairOfPis();
      pis[0][what] = false;
      for (const one of [...clusterPackages, 'docker.io']) {
        pis[0].packages.add(one);
      }
      const before = pis[0].state();
      await expect(prepare(pis)).rejects.toMatchObject({
        code: 'NOT_READY',
        message: expect.stringContaining('install the package'),
      } satisfies Partial<SetupError>);
      expect(pis[0].state()).toEqual(before);
    },
  );

  it('installs what pacemaker only recommends, and on Debian 13 the program docker, and no fence agent of others', async () => {
    for (const release of [12, 13] as const) {
      const pis = names.map((name) => new FakePi(name, undefined, release)) as [FakePi, FakePi];
      await prepare(pis);
      expect([...pis[0].packages].sort()).toEqual(
        [...clusterPackages, 'docker.io', ...(release === 13 ? ['docker-cli'] : [])].sort(),
      );
      expect(pis[0].packages.has('pacemaker-cli-utils')).toBe(true);
      expect(pis[0].images.size).toBe(1);
    }
  });

  it("asks each resource agent's own check on each node, and stops with what it says before anything is pushed", async () => {
    const pis = pairOfPis();
    pis[1].refusals.push([
      'image=httpd',
      'Nov 29 10:00:00 ERROR: no such thing\nocf-exit-reason:base image, httpd, could not be found.\n',
    ]);
    await expect(prepare(pis)).rejects.toMatchObject({
      code: 'NOT_READY',
      message:
        'raspberrypi-2: ocf:sleepi3:docker does not take the options of Apache_container: no such thing; ' +
        'base image, httpd, could not be found.; change them in the file',
    });
  });

  describe('with cloud-init', () => {
    const template = '/etc/cloud/templates/hosts.debian.tmpl';
    const shipped =
      '## template:jinja\n{# manage_etc_hosts: True -#}\n127.0.1.1 {{fqdn}} {{hostname}}\n127.0.0.1 localhost\n\n::1 localhost ip6-localhost\n';

    it('that writes /etc/hosts at each boot, puts the nodes into its template, and undo takes them out', async () => {
      const pis = pairOfPis();
      for (const pi of pis) {
        pi.managesHosts = 'true';
        pi.files.set(template, shipped);
      }
      await prepare(pis);
      const text = pis[0].files.get(template) ?? '';
      expect(text).toMatch(/^# cluster-setup: 127\.0\.1\.1 \{\{fqdn\}\}/m);
      expect(text).toMatch(/^192\.168\.11\.211\traspberrypi-1\t/m);
      expect(text).toMatch(/^192\.168\.11\.179\traspberrypi-2\t/m);
      const reality = realityOf(pis, nothing());
      await apply(undoSteps(design, reality), reality, host());
      expect(pis.map((pi) => pi.files.get(template))).toEqual([shipped, shipped]);
    });

    it('that is told to leave it alone, changes nothing', async () => {
      const pis = pairOfPis();
      pis[0].managesHosts = 'false # mine';
      pis[0].files.set(template, shipped);
      await prepare(pis);
      expect(pis[0].files.get(template)).toBe(shipped);
    });

    it('that puts the own name at 127.0.1.1 without a template, says what to set', async () => {
      const pis = pairOfPis();
      pis[0].managesHosts = "'localhost'";
      await expect(prepare(pis)).rejects.toMatchObject({
        code: 'NOT_READY',
        message: expect.stringContaining('set manage_etc_hosts: false'),
      });
    });
  });

  it('says what is wrong with the board when it is still not ready after fence_sleepi3 boot', async () => {
    const pis = pairOfPis();
    Object.defineProperty(pis[0], 'fenceable', { value: false, writable: false });
    await expect(prepare(pis)).rejects.toThrow();
  });
});

describe('applying', () => {
  it('ends between two actions when it is aborted, and not in the middle of one', async () => {
    const pis = pairOfPis();
    const stop = new AbortController();
    let changes = 0;
    pis[0].onChange = (when) => {
      if (when === 'after' && ++changes === 2) stop.abort(new Death('ended by SIGINT'));
    };
    const running = apply(preparation(design, names), realityOf(pis, nothing()), { ...host(), signal: stop.signal });
    await expect(running).rejects.toThrow('ended by SIGINT');
    expect(changes).toBe(2);
  });

  it('waits as long as it says and no longer, and says where to look then', async () => {
    const clock = instantClock();
    const never: Step = {
      id: 'x',
      title: 'x',
      why: 'x',
      look: async () => ({
        differences: [{ what: 'x', should: 'y' }],
        actions: [{ kind: 'wait', until: 'pigs fly', timeoutS: 60, reached: async () => false, shell: 'false' }],
      }),
    };
    await expect(apply([never], realityOf(pairOfPis(), nothing()), { ...host(), clock })).rejects.toThrow(
      /waited 60 s until pigs fly, without success; look at pcs status/,
    );
    expect(clock.now()).toBe(60_000);
  });

  it('says so when a step was carried out and reality did not follow', async () => {
    const pis = pairOfPis();
    pis[0].writeFile = async () => {};
    await expect(apply(preparation(design, names), realityOf(pis, nothing()), host())).rejects.toMatchObject({
      code: 'NO_EFFECT',
      message: expect.stringContaining('Names of the nodes'),
    });
  });
});

describe('another cluster on the nodes', () => {
  const conf = (name: string, nodes: readonly string[]) =>
    `totem {\n  cluster_name: ${name}\n}\nnodelist {\n${nodes.map((node) => `  node {\n    ring0_addr: 10.0.0.1\n    name: ${node}\n  }\n`).join('')}}\n`;

  async function reached(text: string, typed: readonly string[] = []) {
    const pis = pairOfPis();
    await apply(preparation(design, names), realityOf(pis, nothing()), host());
    pis[1].files.set('/etc/corosync/corosync.conf', text);
    const changes: string[] = [];
    pis[1].onChange = (_, what) => changes.push(what);
    const planned = await plan(allSteps(design, realityOf(pis, nothing())), realityOf(pis, nothing(), typed));
    return { changes, pis, foreign: planned.find(({ step }) => step.id === 'foreign') };
  }

  it('is not given the token of the file: ours is made with it', async () => {
    const quick = designOf(readClusterFile(withNodes('timers: {token: 1000}'), 'cluster.yaml'));
    const pis = pairOfPis();
    for (const pi of pis) pi.files.set('/etc/corosync/corosync.conf', conf('precious', names));
    const reality = realityOf(pis, nothing(), ['precious']);
    const planned = await plan(allSteps(quick, reality), reality);
    const state = (id: string) => planned.find(({ step }) => step.id === id)?.state;
    expect([state('foreign'), state('setup'), state('token')]).toEqual(['to do', 'to do', 'done']);
  });

  it('stands in the way until its name is typed', async () => {
    const { foreign } = await reached(conf('precious', ['raspberrypi-2', 'other']));
    expect(foreign).toMatchObject({ state: 'blocked', reason: { code: 'FOREIGN_CLUSTER' } });
    expect(foreign?.state === 'blocked' && foreign.reason.message).toContain('--destroy precious');
  });

  it('is not destroyed by typing another name', async () => {
    const { foreign } = await reached(conf('precious', ['raspberrypi-2', 'other']), ['apachecluster']);
    expect(foreign).toMatchObject({ state: 'blocked' });
  });

  it('is not foreign when its names are in capitals, or when it has none and the addresses are ours', async () => {
    const capital = await reached(conf('apachecluster', ['RASPBERRYPI-1', 'RaspberryPi-2']));
    expect(capital.foreign).toMatchObject({ state: 'done' });
    const nameless = design.nodes
      .map(({ addresses }) => `  node {\n    ring0_addr: ${addresses[0] ?? ''}\n  }\n`)
      .join('');
    const { foreign } = await reached(`totem {\n  cluster_name: apachecluster\n}\nnodelist {\n${nameless}}\n`);
    expect(foreign).toMatchObject({ state: 'done' });
  });

  it('is foreign too when it has our name and other nodes', async () => {
    const { foreign } = await reached(conf('apachecluster', ['raspberrypi-2', 'other']));
    expect(foreign).toMatchObject({ state: 'blocked', reason: { code: 'FOREIGN_CLUSTER' } });
  });

  it('is destroyed on the node that is in it when its name is typed', async () => {
    const { foreign } = await reached(conf('precious', ['raspberrypi-2', 'other']), ['precious']);
    expect(foreign).toMatchObject({
      state: 'to do',
      todo: { actions: [{ kind: 'run', node: 'raspberrypi-2', program: 'pcs', argv: ['cluster', 'destroy'] }] },
    });
  });
});

/**
 * Dies at every change of the cluster: once before it is carried out, so that the next run has to do it, or each time after it
 * was, so that the next run must see it.
 */
class DeadlyRunner implements Runner {
  deaths = 0;
  #spared = true;
  readonly #inner: Runner;
  readonly #when: 'before' | 'after';

  constructor(inner: Runner, when: 'before' | 'after') {
    this.#inner = inner;
    this.#when = when;
  }

  async run(request: RunRequest): Promise<RawResult> {
    // On copies of the CIB, and to ask, as often as it likes.
    const changes = request.program === 'pcs' && !['-f', '--version'].some((option) => request.argv.includes(option));
    if (changes && this.#when === 'before') {
      this.#spared = !this.#spared;
      if (!this.#spared) this.#die(request);
    }
    const result = await this.#inner.run(request);
    if (changes && this.#when === 'after') this.#die(request);
    return result;
  }

  #die(request: RunRequest): never {
    this.deaths++;
    throw new Death(`killed at ${request.argv.join(' ')}`);
  }
}

describe('what serves without the cluster', () => {
  it('serves until everything is ready on all nodes, whichever step fails before', async () => {
    const reality = realityOf(pairOfPis(), nothing());
    const ids = allSteps(design, reality).map(({ id }) => id);
    const [first] = ids.flatMap((id, index) => (id.startsWith('by-hand-') ? [index] : []));
    expect(ids.slice(first)).toEqual([
      ...['by-hand-Apache_container@raspberrypi-1', 'by-hand-Apache_container@raspberrypi-2'],
      ...['service', 'alerts', 'started'],
    ]);
    for (const fails of ['apt-get update', 'docker pull', 'fence_sleepi3 boot', 'chpasswd']) {
      const pis = pairOfPis();
      for (const pi of pis) pi.containers.set('httpd-test', { restart: 'always', running: true });
      pis[1].onChange = (_, what) => {
        if (what.includes(fails)) throw new SetupError('COMMAND_FAILED', what);
      };
      await expect(apply(preparation(design, names), realityOf(pis, nothing()), host())).rejects.toThrow(fails);
      for (const pi of pis) expect(pi.containers.get('httpd-test')).toEqual({ restart: 'always', running: true });
    }
  });
});

describe.runIf(real)('making the cluster from bare nodes, with real pcs', () => {
  useAgentsInPlace();
  let wanted = '';

  it(
    'ends with everything running, changes nothing when run again, and undo takes it all away',
    async () => {
      await using cluster = await FakeCluster.create({ nodes: names, password });
      const pis = pairOfPis(cluster);
      const pcs = new Pcs({ runner: cluster });
      const hosts = pis.map((pi) => pi.files.get('/etc/hosts'));
      const reality = realityOf(pis, pcs);
      await apply(allSteps(design, reality), reality, host());
      wanted = configurationOf(await cluster.cib());
      const status = await pcs.run(reads.status());
      expect(status.resource('VIP')?.startedOn).toEqual(['raspberrypi-1']);
      const argvs = cluster.requests.map(({ program, argv, env }) => [program, argv, env]);
      expect(JSON.stringify([argvs, wanted, pis.map((pi) => [...pi.files])])).not.toContain(password);

      cluster.requests.length = 0;
      const again = realityOf(pis, pcs);
      await apply(allSteps(design, again), again, host());
      expect(cluster.requests.filter(({ program }) => program === 'pcs')).toEqual([]);

      const blocked = async (first: string, second: string) => {
        const nodes = `nodes: [{name: raspberrypi-1, addresses: [${first}]}, {name: raspberrypi-2, addresses: [${second}]}]\n`;
        const moved = designOf(readClusterFile(nodes, 'cluster.yaml'));
        const planned = await plan(allSteps(moved, realityOf(pis, pcs)), realityOf(pis, pcs));
        return planned.flatMap((one) => (one.state === 'blocked' ? [`${one.step.id}: ${one.reason.message}`] : []));
      };
      expect(await blocked('192.168.11.211', '192.168.11.99')).toEqual([
        expect.stringMatching(/^setup: .* at 192\.168\.11\.179, and in the file at 192\.168\.11\.99: .*link update/),
      ]);
      expect(await blocked('192.168.11.211, 10.0.0.1', '192.168.11.179, 10.0.0.2')).toEqual([
        expect.stringMatching(/^setup: .*pcs cluster link add raspberrypi-1=10\.0\.0\.1 raspberrypi-2=10\.0\.0\.2$/),
      ]);

      const back = realityOf(pis, pcs, ['apachecluster']);
      await apply(undoSteps(design, back), back, host());
      expect(pis.map((pi) => pi.files.get('/etc/hosts'))).toEqual(hosts);
      for (const pi of pis) {
        expect(await pi.readFile('/etc/corosync/corosync.conf')).toBeUndefined();
        expect(pi.files.get('/etc/default/sleepi3')).toContain('EXTIN_FORCED_SHUTDOWN=0');
        expect([...pi.files.keys()].sort()).toEqual(['/etc/default/sleepi3', '/etc/hosts', '/etc/os-release']);
      }
      expect(pis[1].containers.has('httpd-test')).toBe(true);
    },
    timeout,
  );

  it(
    'gives a new cluster the token of the file, and one that was made without it, and leaves it when the file is silent',
    async () => {
      const quick = designOf(readClusterFile(withNodes('timers: {token: 1000}'), 'cluster.yaml'));
      const quicker = designOf(readClusterFile(withNodes('timers: {token: 800}'), 'cluster.yaml'));
      await using cluster = await FakeCluster.create({ nodes: names, password });
      const pis = pairOfPis(cluster);
      const pcs = new Pcs({ runner: cluster });
      const applied = async (wish: typeof design) => {
        cluster.requests.length = 0;
        const reality = realityOf(pis, pcs);
        await apply(allSteps(wish, reality), reality, host());
        const made = cluster.requests.filter(({ program }) => program === 'pcs').map(({ argv }) => argv.join(' '));
        return { made, totem: (await realityOf(pis, pcs).corosyncConf(names[1]))?.totem };
      };
      const anew = await applied(quick);
      expect(anew.totem).toMatchObject({ cluster_name: 'apachecluster', token: '1000' });
      expect(anew.made).not.toContainEqual(expect.stringContaining('config update'));
      expect((await applied(quick)).made).toEqual([]);
      const changed = await applied(quicker);
      expect(changed.totem).toMatchObject({ cluster_name: 'apachecluster', token: '800' });
      expect(changed.made).toEqual([expect.stringMatching(/cluster config update totem token=800$/)]);
      expect(await applied(design)).toMatchObject({ made: [], totem: { token: '800' } });
    },
    timeout,
  );

  it.each(['before', 'after'] as const)(
    'killed %s each change of the cluster in turn and run again after each, it ends at the same configuration',
    async (when) => {
      await using cluster = await FakeCluster.create({ nodes: names, password });
      const pis = pairOfPis(cluster);
      await apply(preparation(design, names), realityOf(pis, nothing()), host());
      const deadly = new DeadlyRunner(cluster, when);
      for (let runs = 0; ; runs++) {
        expect(runs).toBeLessThan(60);
        const reality = realityOf(pis, new Pcs({ runner: deadly }));
        try {
          await apply(allSteps(design, reality), reality, host());
          break;
        } catch (error) {
          if (!String((error as Error).cause ?? error).includes('killed at') && !(error instanceof Death)) throw error;
        }
      }
      expect(deadly.deaths).toBeGreaterThanOrEqual(8);
      expect(configurationOf(await cluster.cib())).toBe(wanted);
    },
    timeout,
  );
});
