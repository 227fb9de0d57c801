import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesOf, withHosts, withoutHosts } from '../src/nodes/hosts-file.js';

const entries = [
  { name: 'pi-1', address: '10.0.0.1' },
  { name: 'pi-2', address: '10.0.0.2' },
];

describe('/etc/hosts', () => {
  it('loses the own name on 127.0.1.1, keeps what else stands there, and gets both nodes', () => {
    const before = '127.0.0.1\tlocalhost\n127.0.1.1\tpi-1 printer # Debian\n';
    const after = withHosts(before, entries);
    expect(addressesOf(after, 'pi-1')).toEqual(['10.0.0.1']);
    expect(addressesOf(after, 'pi-2')).toEqual(['10.0.0.2']);
    expect(addressesOf(after, 'printer')).toEqual(['127.0.1.1']);
    expect(addressesOf(after, 'localhost')).toEqual(['127.0.0.1']);
  });

  it('stays as it is when everything is right', () => {
    const text = '# mine\n10.0.0.1 pi-1 pi-1.example\n10.0.0.2\tpi-2\n';
    expect(withHosts(text, entries)).toBe(text);
  });

  it('knows names in any case, as resolvers do, and addresses in any spelling', () => {
    const six = [{ name: 'pi-1', address: 'fd00::1' }];
    const text = 'fd00:0:0::1 PI-1\n';
    expect(withHosts(text, six)).toBe(text);
    const installed = '127.0.1.1\tPi-1\n';
    const after = withHosts(installed, entries);
    expect(addressesOf(after, 'pi-1')).toEqual(['10.0.0.1']);
    expect(addressesOf(after, 'PI-2')).toEqual(['10.0.0.2']);
    expect(withoutHosts(after)).toBe(installed);
  });

  const line = fc.oneof(
    fc.constantFrom('', '# comment', '127.0.0.1 localhost', '127.0.1.1 pi-1', '::1 localhost pi-2', '10.0.0.1 pi-1'),
    fc.constantFrom('10.0.0.9 pi-2 nas # old', '127.0.1.1\tpi-1\tPi-2', '10.0.0.2  PI-2', 'fe80::1%eth0 router'),
  );
  const file = fc.array(line, { maxLength: 8 }).map((lines) => lines.map((one) => `${one}\n`).join(''));

  it('has each node at its address alone afterwards, and is not changed again', () => {
    fc.assert(
      fc.property(file, (before) => {
        const after = withHosts(before, entries);
        for (const { name, address } of entries) expect(new Set(addressesOf(after, name))).toEqual(new Set([address]));
        expect(withHosts(after, entries)).toBe(after);
      }),
    );
  });

  it('is after undo what it was before, whatever addresses the nodes had meanwhile', () => {
    const addresses = fc.uniqueArray(fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'), {
      minLength: 2,
      maxLength: 2,
    });
    fc.assert(
      fc.property(file, fc.array(addresses, { maxLength: 3 }), (before, moves) => {
        let after = before;
        for (const [one = '', two = ''] of moves) {
          after = withHosts(after, [
            { name: 'pi-1', address: one },
            { name: 'pi-2', address: two },
          ]);
        }
        expect(withoutHosts(after)).toBe(before);
      }),
    );
  });

  it('is after undo what it was before', () => {
    fc.assert(
      fc.property(file, (before) => {
        expect(withoutHosts(withHosts(before, entries))).toBe(before);
      }),
    );
  });
});
