// Two machines as the reader of cluster-setup's README has them: the board as delivered, its packages, ssh from each to the other.
import { broughtPackages } from '../../cluster/provision.js';
import type { Lab } from '../../lab.js';
import { setHeartbeat } from '../reboot/rolling.js';
import { booted } from '../steps.js';

/** ms for the packages on emulated machines; bounds a defect. */
const installTimeout = 4_800_000;

export async function makeBare(lab: Lab): Promise<void> {
  for (const machine of lab.machines) {
    await booted(lab, machine);
    await machine.mustExec([
      'sed',
      '-i',
      's/^EXTIN_FORCED_SHUTDOWN=.*/EXTIN_FORCED_SHUTDOWN=0/',
      '/etc/default/sleepi3',
    ]);
    await machine.mustExec(['i2cset', '-y', '1', '0x6e', '0x0c', '0']);
    await setHeartbeat(machine, 60);
    // Where installers put a machine's own name.
    await machine.mustExec(['sh', '-c', `printf '127.0.0.1 localhost\\n127.0.1.1 ${machine.name}\\n' > /etc/hosts`]);
    // As Debian installs them: there after the next boot too.
    await machine.mustExec(['systemctl', 'enable', '--quiet', '--now', 'ssh', 'systemd-timesyncd'], {
      timeout: 600_000,
    });
  }
  lab.note('apt install ./fence-sleepi3_….deb ./cluster-setup_….deb on both');
  await Promise.all(lab.machines.map((machine) => machine.mustExec(installBrought, { timeout: installTimeout })));
  await trustEachOther(lab);
}

/** The first command of cluster-setup's README. */
const installBrought = [
  ...['sh', '-ec'],
  `export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; apt-get install -qq --yes ${broughtPackages}/*.deb >/root/install.log 2>&1`,
];

/** As ssh-copy-id does it, in both directions: prove has each node look at the other. */
async function trustEachOther(lab: Lab): Promise<void> {
  for (const machine of lab.machines) {
    const other = lab.peerOf(machine);
    await machine.mustExec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', '/root/.ssh/id_ed25519']);
    const key = await machine.mustExec(['cat', '/root/.ssh/id_ed25519.pub']);
    await other.mustExec(['sh', '-c', 'umask 077; mkdir -p /root/.ssh; cat >> /root/.ssh/authorized_keys'], {
      input: key,
    });
    // A person has said yes to the key of the other machine; its name is not in /etc/hosts yet: apply puts it there.
    await machine.mustExec(['sh', '-c', 'umask 077; mkdir -p /root/.ssh; cat > /root/.ssh/config'], {
      input: 'Host *\n  StrictHostKeyChecking accept-new\n',
    });
  }
}
