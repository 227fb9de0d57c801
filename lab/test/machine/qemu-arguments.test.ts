import { describe, expect, it } from 'vitest';
import { identities, kernelArguments, qemuArguments, tapName } from '../../src/machine/qemu-arguments.js';

const image = {
  ...{ disk: '/i/root', kernel: '/i/vmlinuz', initrd: '/i/initrd' },
  platform: { release: 'bookworm', architecture: 'amd64' },
} as const;
const files = {
  ...{ disk: '/m/disk', provision: '/m/tar', board: '/m/board', agent: '/m/agent' },
  ...{ heartbeat: '/m/heartbeat', console: '/m/console', consoleLog: '/m/log' },
};

describe("a machine's command line", () => {
  it('gives each machine a name, an id, an address, a tap and a hardware address of its own', () => {
    const [first, second] = identities;
    for (const of of [
      tapName,
      (who: typeof first) => kernelArguments(who, 'amd64'),
      (who: typeof first) => qemuArguments(who, image, files, 'tcg').join(' '),
    ]) {
      expect(of(first)).not.toBe(of(second));
    }
    expect(kernelArguments(first, 'amd64')).toMatch(/systemd\.machine_id=1{32} /);
  });

  it('is that of its architecture', () => {
    const [first] = identities;
    const arm = { ...image, platform: { release: 'trixie', architecture: 'arm64' } } as const;
    const words = qemuArguments(first, arm, files, 'tcg');
    expect(words[0]).toBe('qemu-system-aarch64');
    expect(words).toContain('virt');
    expect(words.join(' ')).toContain('console=ttyAMA0 ');
    expect(qemuArguments(first, image, files, 'tcg')[0]).toBe('qemu-system-x86_64');
  });

  it('emulates, or uses the kernel', () => {
    const [first] = identities;
    expect(qemuArguments(first, image, files, 'tcg')).toContain('tcg,thread=multi');
    expect(qemuArguments(first, image, files, 'kvm')).toContain('kvm');
  });
});
