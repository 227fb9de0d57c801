// What the lock says, as a text and as what a node may do by it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimOf, type LockRecord, readLock, writeLock } from '../src/lock.js';

const word = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,12}$/);
const record: fc.Arbitrary<LockRecord> = fc
  .record({
    roll: word,
    holder: fc.option(fc.record({ node: word, boot: word, expires: fc.nat() }), { nil: undefined }),
    done: fc.array(word, { maxLength: 3 }),
    failed: fc.option(word, { nil: undefined }),
  })
  .map(({ roll, holder, done, failed }) => ({
    roll,
    ...(holder && { holder }),
    done,
    ...(failed !== undefined && { failed }),
  }));

describe('the text of the lock', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(record, (one) => {
        expect(readLock(writeLock(one))).toEqual(one);
        expect(Object.keys(readLock(writeLock(one)) ?? {}).sort()).toEqual(Object.keys(one).sort());
      }),
    );
    expect(readLock(undefined)).toBeUndefined();
  });

  it.each([
    '',
    'roll=',
    'roll=a b',
    'roll=a holder=n1',
    'roll=a holder=n1 boot=b',
    'roll=a holder=n1 boot=b expires=soon',
    'roll=a done=',
    'roll=a done=n1,',
    'roll=a failed=',
    'roll=a failed=n1 done=n2',
    " roll=a'",
    'roll=a\n',
  ])('is refused, shown and said to be removed when it reads %j', (text) => {
    const read = () => readLock(text);
    expect(read).toThrow(expect.objectContaining({ code: 'BAD_RECORD' }));
    expect(read).toThrow(`reads ${JSON.stringify(text)}, which this program did not write: find out what did`);
    expect(read).toThrow('rolling-reboot abort --force');
  });
});

describe('what a node may do', () => {
  const holder = { node: 'n1', boot: 'b', expires: 100 };
  const claim = (one: LockRecord | undefined, node: string, now = 50) => claimOf(one, { node, newRoll: 'new', now });

  it('is to begin a roll when there is none, and to go on with one that has not had it', () => {
    expect(claim(undefined, 'n1')).toEqual({ kind: 'free', roll: 'new', done: [] });
    expect(claim({ roll: 'r', done: ['n2'] }, 'n1')).toEqual({ kind: 'free', roll: 'r', done: ['n2'] });
    expect(claim({ roll: 'r', done: ['n1', 'n2'] }, 'n1')).toEqual({ kind: 'free', roll: 'new', done: [] });
  });

  it('is to wait for who has the turn, until its time is over and not at that very moment', () => {
    const held: LockRecord = { roll: 'r', holder, done: [] };
    expect(claim(held, 'n2')).toEqual({ kind: 'held', record: held });
    expect(claim(held, 'n2', 100)).toEqual({ kind: 'held', record: held });
    expect(claim(held, 'n2', 101)).toEqual({ kind: 'expired', record: held });
  });

  it('is to go on with a turn of its own, whatever the time', () => {
    const own: LockRecord = { roll: 'r', holder, done: [] };
    expect(claim(own, 'n1', 1000)).toEqual({ kind: 'mine', record: own });
  });

  it('is nothing once a roll has failed, not even with a turn of its own', () => {
    const failed: LockRecord = { roll: 'r', holder, done: [], failed: 'n2' };
    for (const node of ['n1', 'n2', 'n3']) expect(claim(failed, node)).toEqual({ kind: 'failed', record: failed });
  });
});
