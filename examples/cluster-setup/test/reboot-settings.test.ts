// reboot: in the cluster file: rolling-reboot is told what it has to know on both nodes, and no longer when it is taken out again.
import { describe, expect, it } from 'vitest';
import { Pcs } from '@sleepi3/pcs';
import { rightSettings } from '../../rolling-reboot/src/read-settings.js';
import { designOf } from '../src/cluster/design.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { differentSettings, rebootFact } from '../src/doctor/checks/reboot.js';
import { examine } from '../src/doctor/examine.js';
import { settingIn, withSettings } from '../src/nodes/settings-file.js';
import { apply } from '../src/plan/apply.js';
import { Reality } from '../src/plan/reality.js';
import { rebootSettingsBackup, rebootSettingsPath, rebootSteps } from '../src/plan/steps/reboot.js';
import { FakePi } from './fake-pi.js';
import { instantClock } from './instant-clock.js';
import { SoundNode } from './sound-node.js';
import { withNodes } from './with-nodes.js';

const names = ['raspberrypi-1', 'raspberrypi-2'] as const;
const packaged =
  '# Settings.\n#SERVICE=VIP\n#URL=http://192.168.11.215/\n#WINDOW=03:00-05:00\nHOOK=/usr/local/bin/told\n';
const timer = 'rolling-reboot.timer';
const dropIn = `/etc/systemd/system/${timer}.d/cluster-setup.conf`;

const designFor = (file: string) => designOf(readClusterFile(withNodes(file), 'cluster.yaml'));

function world() {
  const pis = [new FakePi(names[0]), new FakePi(names[1])] as const;
  for (const pi of pis) pi.files.set(rebootSettingsPath, packaged);
  const pcs = new Pcs({ runner: { run: () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOENT' })) } });
  const reality = new Reality({ local: pis[0], others: [pis[1]], pcs });
  const bring = (file: string) =>
    apply(
      names.flatMap((name) => rebootSteps(designFor(file), name)),
      reality,
      { clock: instantClock(), password: async () => '' },
    );
  return { pis, bring };
}

describe('reboot in the cluster file', () => {
  it('becomes the settings that rolling-reboot reads, on both nodes, beside what was set by hand', async () => {
    const { pis, bring } = world();
    await bring('reboot: { window: "23:30-01:30", health_url: "http://{node}/", soak: 120 }');
    for (const pi of pis) {
      const text = pi.files.get(rebootSettingsPath)!;
      const settings = rightSettings({ text, path: rebootSettingsPath, hostname: pi.name });
      expect(settings).toMatchObject({
        service: 'VIP',
        url: 'http://192.168.11.215/',
        'health-url': 'http://{node}/',
        soak: 120,
        failback: false,
        hook: ['/usr/local/bin/told'],
      });
      expect(settings.window.text).toBe('23:30-01:30');
      expect(text).toContain('# Settings.');
      expect(pi.services.has(timer)).toBe(true);
      expect(pi.files.get(dropIn)).toContain('OnCalendar=*-*-* 23:30:00');
    }
  });

  it('is written once, changes what has changed, and is as it was when it is taken out', async () => {
    const { pis, bring } = world();
    const before = pis.map((pi) => pi.state());
    await bring('reboot: { window: "04:00-06:00", health_url: "http://{node}/" }');
    const unchanged = pis.map((pi) => pi.state());
    await bring('reboot: { window: "04:00-06:00", health_url: "http://{node}/" }');
    expect(pis.map((pi) => pi.state())).toEqual(unchanged);
    await bring('reboot: {}');
    expect(settingIn(pis[1].files.get(rebootSettingsPath)!, 'HEALTH_URL')).toBeUndefined();
    expect(pis[1].files.has(dropIn)).toBe(false);
    await bring('');
    expect(pis.map((pi) => pi.state())).toEqual(before);
    expect(pis[0].files.has(rebootSettingsBackup)).toBe(false);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('is begun again when it is killed at change %i', async (moment) => {
    const whole = world();
    await whole.bring('reboot: { window: "04:00-06:00" }');
    const { pis, bring } = world();
    let count = 0;
    for (const pi of pis) {
      pi.onChange = () => {
        count += 1;
        if (count === moment) throw new Error('killed');
      };
    }
    await bring('reboot: { window: "04:00-06:00" }').catch((error: unknown) => {
      expect(String(error)).toContain('killed');
    });
    await bring('reboot: { window: "04:00-06:00" }');
    expect(pis.map((pi) => pi.state())).toEqual(whole.pis.map((pi) => pi.state()));
  });

  it('needs the package, and says so', async () => {
    const { pis, bring } = world();
    pis[1].rollingRebootInstalled = false;
    await expect(bring('reboot: {}')).rejects.toThrow('raspberrypi-2: /usr/sbin/rolling-reboot is not there');
  });

  it.each([
    ['reboot: { window: "25:00-26:00" }', 'reboot.window: must be HH:MM-HH:MM, or always'],
    ['reboot: { health_url: "http://raspberrypi-1/" }', 'reboot.health_url: must contain {node}'],
    ['reboot: {}\ncontainers: [{ resource: a, name: a, image: a }]', 'reboot.url: must be given'],
  ])('is refused where it is wrong: %s', (text, message) => {
    expect(() => designFor(text)).toThrow(message);
  });
});

describe('a file of settings', () => {
  it('keeps comments and what is not ours, quotes what needs it, and has no key twice', () => {
    expect(withSettings('', { A: '1' })).toBe('A=1\n');
    expect(withSettings('#A=2\n#A=3\nB=1\n', { A: 'x y', B: undefined, C: '3' })).toBe('A="x y"\n#A=3\n#B=1\nC=3\n');
    expect(settingIn('A="x y"\n', 'A')).toBe('x y');
  });
});

describe('doctor', () => {
  it('finds a service that is not there, an address that is not the service’s, and nodes that differ', async () => {
    const node = new SoundNode();
    const told = async (settings: string) => {
      node.files.set(rebootSettingsPath, settings);
      const { findings, facts } = await examine(node.facts());
      return { facts, said: findings.filter(({ check }) => check === 'reboot-settings').map(({ fact }) => fact) };
    };
    expect((await told(packaged)).said).toEqual([]);
    const sound = await told('SERVICE=VIP\nURL=http://192.168.11.215/\n');
    expect(sound.said).toEqual([]);
    expect((await told('SERVICE=vip\nURL=http://192.168.11.215/\n')).said).toEqual([
      expect.stringContaining('SERVICE=vip in /etc/default/rolling-reboot is not a resource'),
    ]);
    expect((await told('SERVICE=VIP\nURL=http://192.168.11.214/\n')).said).toEqual([
      expect.stringContaining('is not at the virtual address, 192.168.11.215'),
    ]);
    const one = { node: names[0], facts: sound.facts, findings: [], checked: [] };
    const other = { ...one, node: names[1], facts: { ...sound.facts, [rebootFact]: 'SERVICE=VIP' } };
    expect(differentSettings([one, { ...one, node: names[1] }])).toEqual([]);
    expect(differentSettings([one, other])).toMatchObject([{ severity: 'warning' }]);
  });
});
