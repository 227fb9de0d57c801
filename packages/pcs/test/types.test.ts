// What must not compile. Each line runs too, because JavaScript gets no compiler: there it throws or is harmless.
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Change, type CibCommand, type Command, commands, type Pcs, type Transaction } from '../src/index.js';

const { cluster, constraint, property, quorum, resource, stonith } = commands;

describe('the types', () => {
  it('refuse what would be wrong', () => {
    // @ts-expect-error a boolean is not text
    expect(() => property.set({ 'stonith-enabled': 'ture' })).toThrow();
    // @ts-expect-error there is no such policy
    expect(() => property.set({ 'no-quorum-policy': 'ignored' })).toThrow();
    // @ts-expect-error there is no such property
    expect(() => property.set({ 'stonith-enable': true })).toThrow();
    // @ts-expect-error a confirmation needs the caller's word
    expect(() => stonith.confirm('n1', {})).toThrow();
    // @ts-expect-error and it must be yes
    expect(() => quorum.unblock({ yes: false })).toThrow();
    // @ts-expect-error a score is a number or infinity
    expect(() => constraint.colocation.add('a', 'b', { score: 'max' })).toThrow();
    // @ts-expect-error there is no such role
    expect(() => constraint.colocation.add({ resource: 'a', role: 'Master' }, 'b')).toThrow();
    // @ts-expect-error all is true or not there
    expect(() => cluster.stop({ all: false })).toThrow();
    // @ts-expect-error nothing is removed by creating
    expect(() => resource.create('R', 'ocf:x:y', { a: null })).toThrow();
  });

  it('know what a call answers and what works on a copy', () => {
    expectTypeOf(resource.create).returns.toEqualTypeOf<CibCommand<Change>>();
    expectTypeOf(cluster.start).returns.toEqualTypeOf<Command<Change>>();
    expectTypeOf<Pcs['node']['standby']>().returns.toEqualTypeOf<Promise<Change>>();
    expectTypeOf<Pcs['node']['standby']>().parameters.toEqualTypeOf<Parameters<typeof commands.node.standby>>();
    expectTypeOf<Transaction['resource']['group']['add']>().returns.toEqualTypeOf<Promise<Change>>();
    expectTypeOf<Pcs['constraint']['delete']>().returns.toEqualTypeOf<Promise<Change>>();
    expectTypeOf<Transaction['constraint']['order']['delete']>().returns.toEqualTypeOf<Promise<Change>>();
    expectTypeOf<keyof Transaction['cluster']>().toEqualTypeOf<'verify' | 'cibUpgrade'>();
    expectTypeOf<'host' extends keyof Transaction ? true : false>().toEqualTypeOf<false>();
    expectTypeOf<'move' extends keyof Transaction['resource'] ? true : false>().toEqualTypeOf<false>();
  });
});
