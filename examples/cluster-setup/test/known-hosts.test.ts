import { describe, expect, it } from 'vitest';
import { knows } from '../src/nodes/known-hosts.js';

const file = (known: object) => JSON.stringify({ format_version: 1, data_version: 1, known_hosts: known });
const at = (...addresses: readonly string[]) =>
  file({ 'pi-1': { token: 't', dest_list: addresses.map((addr) => ({ addr, port: 2224 })) } });

describe("pcs's file of known hosts", () => {
  it('has a node that it reaches at any of its addresses, in any spelling, or by a name', () => {
    expect(knows(at('10.0.0.1'), 'pi-1', ['10.0.0.1'])).toBe(true);
    expect(knows(at('10.0.1.1'), 'pi-1', ['10.0.0.1', '10.0.1.1'])).toBe(true);
    expect(knows(at('fd00:0::1'), 'pi-1', ['FD00::1'])).toBe(true);
    expect(knows(at('pi-1'), 'pi-1', ['10.0.0.1'])).toBe(true);
    expect(knows(at(), 'pi-1', ['10.0.0.1'])).toBe(true);
  });

  it('does not have one that has moved, has no token, or is another one', () => {
    expect(knows(at('10.0.0.9'), 'pi-1', ['10.0.0.1', '10.0.1.1'])).toBe(false);
    expect(knows(file({ 'pi-1': { dest_list: [] } }), 'pi-1')).toBe(false);
    expect(knows(at('10.0.0.1'), 'pi-2', ['10.0.0.1'])).toBe(false);
    expect(knows('{', 'pi-1')).toBe(false);
  });
});
