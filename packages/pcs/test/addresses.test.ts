import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress, sameAddress, sameNetwork, virtualAddressProblem } from '../src/index.js';

describe('addresses', () => {
  it.each([
    ['FD00:0::1', 'fd00::1', true],
    ['fd00:0000:0000:0000:0000:0000:0000:0001', 'fd00::1', true],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['::ffff:a00:1', '10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['fd00::1', 'fd00::2', false],
    ['fe80::1%eth0', 'fe80::1%eth1', false],
    ['fe80::1%eth0', 'FE80::1', true],
    ['0.0.0.1', '::1', false],
    ['pi-a', 'pi-a', false],
  ])('%s and %s: one address is %s', (one, other, same) => {
    expect(sameAddress(one, other)).toBe(same);
  });

  it('are the same in every spelling, and none other is', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), fc.nat(7), fc.boolean(), (groups, at, capitals) => {
        fc.pre(groups.slice(0, 5).some((one) => one !== 0));
        const long = groups.map((one) => one.toString(16).padStart(4, '0')).join(':');
        const brief = groups.map((one) => one.toString(16)).join(':');
        const spelt = capitals ? long.toUpperCase() : long;
        expect(sameAddress(brief, spelt)).toBe(true);
        const canonical = parseAddress(brief)?.canonical ?? '';
        expect(isIP(canonical)).toBe(6);
        expect(sameAddress(canonical, long)).toBe(true);
        const other = groups.map((one, i) => (i === at ? one ^ 1 : one).toString(16)).join(':');
        expect(sameAddress(other, long)).toBe(false);
      }),
    );
  });

  it.each([
    ['192.168.11.5', '192.168.11.200', 24, true],
    ['192.168.11.5', '192.168.12.5', 24, false],
    ['192.168.11.5', '192.168.12.5', 16, true],
    ['fd00::1', 'FD00:0:0:0:ffff::2', 64, true],
    ['fd00::1', 'fd00:0:0:1::1', 64, false],
    ['fd00::1', '10.0.0.1', 0, false],
    ['10.0.0.1', '11.0.0.1', 0, true],
  ])('%s and %s are in one network of /%s: %s', (one, other, prefix, expected) => {
    expect(sameNetwork(one, other, prefix)).toBe(expected);
  });
});

describe("a cluster's address", () => {
  const nodeAddresses = ['192.168.11.211', 'pi-b', 'FD00:0::2'];
  it.each([
    ['192.168.11.110', 24, undefined],
    ['192.168.11.0', 24, 'network'],
    ['192.168.11.255', 24, 'broadcast'],
    ['192.168.11.255', 16, undefined],
    ['192.168.11.255', undefined, undefined],
    ['10.0.0.0', 31, undefined],
    ['10.0.0.1', 31, undefined],
    ['10.0.0.0', 32, undefined],
    ['255.255.255.255', 24, 'broadcast'],
    ['0.0.0.0', 24, 'unspecified'],
    ['::', 64, 'unspecified'],
    ['127.0.0.1', 8, 'loopback'],
    ['::1', 128, 'loopback'],
    ['224.0.0.1', 24, 'multicast'],
    ['ff02::1', 64, 'multicast'],
    ['240.0.0.1', 24, 'reserved'],
    ['0.1.2.3', 24, 'reserved'],
    ['192.168.11.211', 24, 'node'],
    ['::ffff:192.168.11.211', 24, 'node'],
    ['fd00::2', 64, 'node'],
    ['fd00::', 64, 'network'],
    ['fd00::ffff:ffff:ffff:ffff', 64, undefined],
    ['fd00::9', 64, undefined],
    ['fe80::9', 64, 'link-local-without-interface'],
    ['fe80::9%eth0', 64, undefined],
    ['169.254.1.9', 16, 'link-local-without-interface'],
    ['pi-a', 24, 'not-an-address'],
    ['10.0.0.1/24', 24, 'not-an-address'],
  ])('%s/%s: %s', (address, prefix, problem) => {
    expect(virtualAddressProblem(address, { prefix, nodeAddresses })).toBe(problem);
  });

  it('may be link-local on an interface that is named', () => {
    expect(virtualAddressProblem('fe80::9', { prefix: 64, interface: 'eth0' })).toBeUndefined();
  });
});
