// Whether the kernel of this machine can run the guests: KVM may be there and still not boot them, as where this
// machine is itself a virtual one of a kind that only runs kernels made for it.
import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import type { Image } from '../image/image.js';
import { isNative, machineKinds, processorOf } from './platform.js';
import type { Acceleration } from './platform.js';

/** ms that a kernel under KVM gets for its first line. It takes less than a second where KVM works. */
const timeout = 10_000;

/** kvm where it boots the guests' kernel, else tcg. */
export async function chooseAcceleration(image: Image): Promise<Acceleration> {
  const usable = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  return isNative(image.platform.architecture) && usable && (await bootsUnderKvm(image)) ? 'kvm' : 'tcg';
}

/** Boots the kernel alone, with no disk: all it can do is to greet, and to panic. */
function bootsUnderKvm(image: Image): Promise<boolean> {
  const { architecture } = image.platform;
  const { qemu: program, machine: name, console } = machineKinds[architecture];
  const machine = [
    '-nodefaults',
    '-no-user-config',
    '-display',
    'none',
    '-M',
    name,
    ...processorOf(architecture, 'kvm'),
  ];
  const boot = ['-m', '256', '-no-reboot', '-kernel', image.kernel, '-append', `console=${console} panic=-1`];
  const qemu = spawn(program, [...machine, ...boot, '-serial', 'stdio'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout,
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve) => {
    let text = '';
    qemu.stdout.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
      if (text.includes('Linux version')) {
        resolve(true);
        qemu.kill('SIGKILL');
      }
    });
    qemu.on('error', () => {
      resolve(false);
    });
    qemu.on('close', () => {
      resolve(false);
    });
  });
}
