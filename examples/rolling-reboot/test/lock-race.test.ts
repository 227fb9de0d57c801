// The lock's compare-and-set in the real configuration manager (pacemaker-based on corosync), with many at once asking
// for it. One node, in namespaces of its own: the messages go through the real cluster stack, the machine is not touched.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pcs, shellQuote } from '@sleepi3/pcs';
import { answer } from '@sleepi3/pcs/testing';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../../../tools/test/support/real-parts.js';
import { pcsCluster } from '../src/cluster/pcs-cluster.js';

const based = findProgram('pacemaker-based');
/** Needs root, or a machine that lets anyone have namespaces with mounts. */
const possible =
  based !== undefined &&
  findProgram('corosync') !== undefined &&
  spawnSync('unshare', ['-m', '-n', '-i', '-p', '-f', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

const corosyncConf = `totem {
  version: 2
  cluster_name: race
  transport: udpu
  crypto_cipher: none
  crypto_hash: none
}
nodelist {
  node {
    ring0_addr: 127.0.0.1
    name: a
    nodeid: 1
  }
}
quorum {
  provider: corosync_votequorum
}
logging {
  to_stderr: yes
  to_syslog: no
}
`;

const cib =
  '<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0">' +
  '<configuration><crm_config/><nodes><node id="1" uname="a"/></nodes><resources/><constraints/></configuration>' +
  '<status/></cib>';

/** The command that the program runs for one change of the lock. */
async function commandFor(before: string | undefined, after: string | undefined): Promise<string> {
  let line = '';
  const runner = {
    run: async ({ program, argv }: { readonly program: string; readonly argv: readonly string[] }) => {
      line ||= [program, ...argv].map(shellQuote).join(' ');
      return answer({ stdout: cib });
    },
  };
  await pcsCluster({ pcs: new Pcs({ runner }), service: 'VIP', moveTimeout: 1 }).compareAndSetLock(before, after);
  return line;
}

describe.runIf(possible)('the lock in a real cluster', () => {
  it('goes to one alone of all who ask for it at once, and is changed by one alone of all who know what it says', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lock-race-'));
    try {
      const contenders = Array.from({ length: 6 }, (_, index) => `roll=n${index}`);
      const all = async (before: string | undefined) => {
        const commands = await Promise.all(contenders.map((after) => commandFor(before, after)));
        return commands.map((command, index) => `(${command} >/dev/null 2>&1; echo "${index}:$?") &`).join('\n');
      };
      writeFileSync(join(directory, 'corosync.conf'), corosyncConf);
      writeFileSync(join(directory, 'cib.xml'), cib);
      writeFileSync(
        join(directory, 'race.sh'),
        `set -eu
        ip link set lo up
        for place in /dev/shm /run /var/lib/pacemaker /var/lib/corosync; do mount -t tmpfs none $place; done
        mount --bind ${directory} /etc/corosync
        mkdir -p /var/lib/pacemaker/cib /run/crm
        cp ${directory}/cib.xml /var/lib/pacemaker/cib/
        chown -R hacluster:haclient /var/lib/pacemaker /run/crm
        export PCMK_logfile=none
        corosync -f >/dev/null 2>&1 &
        until corosync-cmapctl >/dev/null 2>&1; do sleep 0.2; done
        ${based ?? ''} >/dev/null 2>&1 &
        until cibadmin --query >/dev/null 2>&1; do sleep 0.2; done
        race() { sh "$1" | sort; }
        race ${directory}/create.sh
        cibadmin --sync-call --modify --xpath="//nvpair[@name='rolling-reboot-lock']" \\
          --xml-text='<nvpair id="rolling-reboot-lock" value="roll=known"/>'
        race ${directory}/modify.sh
        `,
      );
      writeFileSync(join(directory, 'create.sh'), `${await all(undefined)}\nwait\n`);
      writeFileSync(join(directory, 'modify.sh'), `${await all('roll=known')}\nwait\n`);
      const output = execFileSync(
        'unshare',
        ['-m', '-n', '-i', '-p', '-f', '--kill-child', '--mount-proc', 'bash', join(directory, 'race.sh')],
        { encoding: 'utf8', timeout: 90_000 },
      );
      const statuses = output
        .trim()
        .split('\n')
        .map((line) => Number(line.split(':')[1]));
      const [created, modified] = [statuses.slice(0, 6), statuses.slice(6)];
      // 108: it exists; 105: no element has the old value.
      expect(created.sort((one, other) => one - other)).toEqual([0, 108, 108, 108, 108, 108]);
      expect(modified.sort((one, other) => one - other)).toEqual([0, 105, 105, 105, 105, 105]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
