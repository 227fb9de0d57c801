import { describe, expect, it } from 'vitest';
import {
  agentOf,
  baseId,
  commands,
  formatAgent,
  instanceNumber,
  invocation,
  parseAgent,
  reads,
  sameAgent,
} from '../../src/index.js';

describe('the name of an agent', () => {
  it.each([
    ['ocf:heartbeat:IPaddr2', { standard: 'ocf', provider: 'heartbeat', type: 'IPaddr2' }],
    ['ocf::heartbeat:IPaddr2', { standard: 'ocf', provider: 'heartbeat', type: 'IPaddr2' }],
    ['stonith:external/ssh', { standard: 'stonith', provider: undefined, type: 'external/ssh' }],
    ['systemd:foo\\x2dbar@1', { standard: 'systemd', provider: undefined, type: 'foo\\x2dbar@1' }],
    ['systemd:a:b@1', { standard: 'systemd', provider: undefined, type: 'a:b@1' }],
    ['service:nginx', { standard: 'service', provider: undefined, type: 'nginx' }],
    ['IPaddr2', undefined],
    ['ocf:IPaddr2', undefined],
    ['ocf:a:b:c', undefined],
    ['', undefined],
  ])('%s is %o', (text, name) => {
    expect(parseAgent(text)).toEqual(name);
    if (name !== undefined) expect(formatAgent(name)).toBe(text.replace('::', ':'));
  });

  it('is the same in either spelling', () => {
    expect(sameAgent('ocf::heartbeat:docker', 'ocf:heartbeat:docker')).toBe(true);
    expect(sameAgent('stonith:fence_a', 'stonith:fence_b')).toBe(false);
    expect(sameAgent('fence_a', 'fence_a')).toBe(true);
    expect(agentOf({ class: 'ocf', provider: 'heartbeat', type: 'docker' })).toBe('ocf:heartbeat:docker');
    expect(agentOf({ class: undefined, provider: undefined, type: undefined })).toBeUndefined();
  });

  it.each([
    ['ocf::heartbeat:IPaddr2', 'ocf:heartbeat:IPaddr2'],
    ['systemd:foo\\x2dbar@1', 'systemd:foo\\x2dbar@1'],
    ['stonith:external/ssh', 'stonith:external/ssh'],
  ])('%s reaches pcs and Pacemaker as %s', (text, literal) => {
    expect(invocation(commands.resource.create('R', text)).argv).toEqual(['--', 'resource', 'create', 'R', literal]);
    expect(invocation(reads.agentMetadata(text)).argv).toEqual([`--show-metadata=${literal}`]);
  });

  it('of a fence device may have a slash', () => {
    expect(invocation(commands.stonith.create('F', 'external/ssh')).argv.at(-1)).toBe('external/ssh');
  });
});

describe('the id of an instance', () => {
  it.each([
    ['ClusterIP:0', 'ClusterIP', 0],
    ['ClusterIP:12', 'ClusterIP', 12],
    ['ClusterIP', 'ClusterIP', undefined],
    ['a:b', 'a:b', undefined],
  ])('%s is of %s, number %s', (id, base, number) => {
    expect(baseId(id)).toBe(base);
    expect(instanceNumber(id)).toBe(number);
  });
});
