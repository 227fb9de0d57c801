// How much a service could do to the machine if it were taken over, by the measure of systemd-analyze security (0 to 10).
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { haveRealParts } from './support/real-parts.js';
import { filesUnder } from './support/repository.js';

const root = join(import.meta.dirname, '../..');
const threatModel = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');

/** The most that each may be exposed; with systemd 252 it is so much. Newer versions measure a little more or less. */
const mostExposed: Readonly<Record<string, number>> = {
  'examples/alert-agent/systemd/alert-sleepi3.service': 6.6,
  'examples/fence-agent/packaging/fence-sleepi3.service': 2.3,
  'examples/rolling-reboot/systemd/rolling-reboot.service': 3.4,
  'examples/rolling-reboot/systemd/rolling-reboot-resume.service': 3.4,
};

function systemdAnalyze(...words: readonly string[]): string {
  return execFileSync('systemd-analyze', ['--no-pager', ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('the systemd units', () => {
  it('are all measured, and the threat model has the figures', () => {
    const shipped = filesUnder(root, '.service');
    expect(Object.keys(mostExposed).sort()).toEqual(shipped.filter((path) => !path.startsWith('lab/')).sort());
    for (const [path, figure] of Object.entries(mostExposed)) {
      const name = path.split('/').at(-1)?.replace('.service', '') ?? '';
      expect(threatModel).toMatch(new RegExp(`\\| \`${name}\` +\\| ${figure.toFixed(1)} `));
    }
  });

  it.each(Object.keys(mostExposed))(
    '%s may ask for the addresses of its machine, if it is told which sockets it may have',
    (path) => {
      const families = /^RestrictAddressFamilies=(.*)$/m.exec(readFileSync(join(root, path), 'utf8'))?.[1];
      // Without netlink os.networkInterfaces() fails (EAFNOSUPPORT), and with it every question who this node is.
      if (families !== undefined) expect(families.split(' ')).toContain('AF_NETLINK');
    },
  );

  it.each(Object.keys(mostExposed))('%s can be killed when its control group is out of memory', (path) => {
    // Exempt from it, its processes stand still instead, for ever, and so does what systemd runs after them (seen in the lab).
    expect(readFileSync(join(root, path), 'utf8')).not.toMatch(/^OOMScoreAdjust=-1000$/m);
  });

  it.runIf(haveRealParts('systemd-analyze')).each(Object.entries(mostExposed))(
    '%s is exposed no more than %d',
    (path, most) => {
      const report = systemdAnalyze('security', '--offline=true', join(root, path));
      const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(report)?.[1]);
      expect(exposure).toBeGreaterThan(0);
      expect(exposure).toBeLessThanOrEqual(most);
    },
  );
});
