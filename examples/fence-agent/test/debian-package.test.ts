import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownArchitecture, ownCompiler } from '../../../tools/debian/i2c-bus-addon.js';
import { testDebianPackage } from '../../../tools/test/support/debian-package.js';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { buildPackage } from '../packaging/build-package.js';
import { version } from '../package.json';
import { commands } from '../src/commands/table.js';
import { canMakeScratchRoot, makeScratchRoot, type ScratchRoot } from '../../../tools/test/support/scratch-root.js';

const home = join(import.meta.dirname, '..');
const { isBuilt, deb, text, manualPage, unpacked } = testDebianPackage({
  name: 'fence-sleepi3',
  program: 'fence_sleepi3',
  home,
  drives: [ownCompiler],
  buildPackage,
});
const resourceAgents = ['IPaddr2', 'docker'].map((agent) => `usr/lib/ocf/resource.d/sleepi3/${agent}`);
const completionFile = 'usr/share/bash-completion/completions/fence_sleepi3';

describe.runIf(isBuilt)('the Debian package', () => {
  it('says what it needs', () => {
    const control = text('DEBIAN/control');
    expect(control).toContain(`\nArchitecture: ${ownArchitecture}\n`);
    expect(control).toMatch(/^Depends: libc6 \(>= [\d.]+\), nodejs \(>= [\d.]+\), i2c-tools,/m);
  });

  it.runIf(haveRealParts('shellcheck'))('pleases shellcheck with its scripts and its completion', () => {
    const files = ['DEBIAN/postinst', 'DEBIAN/prerm', 'DEBIAN/postrm', completionFile, ...resourceAgents].map(unpacked);
    expect(spawnSync('shellcheck', files, { encoding: 'utf8' })).toMatchObject({ stdout: '', status: 0 });
  });

  it('brings the resource agents where Pacemaker looks for them', () => {
    for (const agent of resourceAgents) {
      expect(statSync(unpacked(agent)).mode & 0o777).toBe(0o755);
      expect(text(agent)).toBe(readFileSync(join(home, 'ocf', basename(agent)), 'utf8'));
    }
  });

  it.runIf(haveRealParts('man'))('has a manual page with every option of the agent and of its commands', () => {
    const page = manualPage();
    const help = execFileSync(process.execPath, [unpacked('usr/sbin/fence_sleepi3'), '--help'], { encoding: 'utf8' });
    const options = [...help.matchAll(/^ {3}.*?(--[\w-]+)/gm)].map(([, option = '']) => option);
    expect(options.length).toBeGreaterThan(20);
    for (const option of options) expect(page).toContain(option);
    for (const [name, command] of Object.entries(commands)) {
      expect(page).toContain(`fence_sleepi3 ${name} [options]`);
      for (const option of Object.keys(command.options)) expect(page).toContain(`--${option}`);
    }
  });
});

describe.runIf(isBuilt && haveRealParts('bash'))('the completion', () => {
  /** What bash offers for the words typed so far, the last one to be completed. */
  const complete = (...words: string[]): string[] => {
    const completion = unpacked(completionFile);
    const script = '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fence_sleepi3; echo "${COMPREPLY[@]}"';
    const output = execFileSync('bash', ['-uc', script, 'bash', completion, 'fence_sleepi3', ...words], {
      encoding: 'utf8',
      cwd: dirname(completion),
    });
    return output.trim().split(' ');
  };

  it('offers the commands', () => {
    expect(complete('')).toEqual(Object.keys(commands));
    expect(complete('bo')).toEqual(['boot']);
  });

  it('offers the options of the agent and of each command', () => {
    expect(complete('--ho')).toEqual(['--hold=', '--hold-timeout=']);
    expect(complete('-n', 'x', '--pre')).toEqual(['--preferred=']);
    expect(complete('boot', '--')).toEqual(
      Object.entries({ ...commands.boot.options, help: {} }).map(
        ([name, option]) => `--${name}${'value' in option ? '=' : ''}`,
      ),
    );
  });

  it('offers the actions, with or without the equals sign typed', () => {
    expect(complete('--action', '=', 'li')).toEqual(['list', 'list-status']);
    expect(complete('--action', '=')).toContain('monitor');
    expect(complete('-o', 'o')).toEqual(['on', 'off']);
  });

  it('offers addresses and files', () => {
    expect(complete('boot', '--address', '=', '0x6d')).toEqual(['0x6d']);
    expect(complete('--defaults-file', '=', 'fence_')).toContain('fence_sleepi3');
  });
});

describe.runIf(isBuilt && haveRealParts('dpkg', 'i2cget', 'systemctl', 'unshare', 'nsenter') && canMakeScratchRoot())(
  'installed',
  () => {
    let root: ScratchRoot;
    beforeAll(async () => {
      root = await makeScratchRoot([deb()]);
    });
    afterAll(() => root.close());

    const enabled = '/etc/systemd/system/multi-user.target.wants/fence-sleepi3.service';
    const install = `dpkg --install /tmp/fence-sleepi3_*.deb`;

    it('runs, and its unit is enabled', async () => {
      await root.run(install);
      expect(await root.run(`fence_sleepi3 --version; test -L ${enabled} && echo enabled`)).toBe(
        `${version}\nenabled\n`,
      );
      expect(await root.run('dpkg --audit; dpkg --verify fence-sleepi3')).toBe('');
    });

    it.runIf(haveRealParts('systemd-analyze'))('has units that systemd accepts', async () => {
      expect(
        await root.run(
          'systemd-analyze --man=no verify fence-sleepi3.service pacemaker.service 2>&1 | grep -i sleepi3 || true',
        ),
      ).toBe('');
    });

    it.runIf(haveRealParts('pcs', 'crm_resource'))('is found and described by pcs', async () => {
      const description = await root.run('pcs stonith describe fence_sleepi3');
      expect(description).toMatch(/^fence_sleepi3 - Fence agent for two Raspberry Pis with slee-Pi 3 boards$/m);
      // pcs 0.12 has the text in a line of its own.
      expect(description).toMatch(/^ {2}hold(?:(?: .*)?:|$)/m);
      expect(description).toMatch(/^ {2}peer(?:(?: .*)?:|$)/m);
    });

    it.runIf(haveRealParts('pcs', 'cibadmin', 'crm_verify'))(
      'is configured by the commands of the README',
      async () => {
        const readme = readFileSync(join(home, 'README.md'), 'utf8');
        const commands = [...readme.matchAll(/^sudo pcs (.*)$/gm)].map(
          ([, command = '']) => `pcs -f /tmp/cib.xml ${command}`,
        );
        expect(commands).toHaveLength(5);
        expect([...readFileSync(join(home, 'README.ja.md'), 'utf8').matchAll(/^sudo pcs .*$/gm)].map(String)).toEqual(
          [...readme.matchAll(/^sudo pcs .*$/gm)].map(String),
        );
        const output = await root.run(['cibadmin --empty >/tmp/cib.xml', ...commands].join('\n'));
        expect(output).toBe('');
        await root.run('crm_verify --xml-file /tmp/cib.xml');
        const config = await root.run('pcs -f /tmp/cib.xml stonith config; pcs -f /tmp/cib.xml constraint --full');
        for (const device of ['fence-rpi1', 'fence-rpi2']) expect(config).toContain(device);
        expect(config).toContain('pcmk_delay_base=3');
      },
    );

    it('is upgraded and keeps what the administrator chose', async () => {
      await root.run(`rm ${enabled}; mkdir -p /var/lib/fence_sleepi3; echo kept >/var/lib/fence_sleepi3/x; ${install}`);
      expect(await root.run(`test -L ${enabled} || echo disabled; cat /var/lib/fence_sleepi3/x`)).toBe(
        'disabled\nkept\n',
      );
    });

    it('is removed, keeping what it knows, and installed again', async () => {
      await root.run('dpkg --remove fence-sleepi3');
      expect(await root.run('ls /usr/sbin/fence_sleepi3 2>/dev/null || cat /var/lib/fence_sleepi3/x')).toBe('kept\n');
      await root.run(install);
      expect(await root.run('fence_sleepi3 --version')).toBe(`${version}\n`);
    });

    it('leaves nothing behind when it is purged', async () => {
      await root.run('mkdir -p /run/fence_sleepi3; dpkg --purge fence-sleepi3');
      const left = await root.run('find /etc /usr /var /run -xdev -name "fence[-_]sleepi3*"');
      expect(left).toBe('');
      expect(await root.run('dpkg-query --show fence-sleepi3 2>&1 || true')).toContain('no packages found');
    });

    it('can be purged twice', async () => {
      await root.run(`${install}; dpkg --purge fence-sleepi3; dpkg --purge fence-sleepi3`);
    });
  },
);
