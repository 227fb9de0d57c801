// What must compile and what must not: the types of the parameters come from the table.
import { describe, expectTypeOf, it } from 'vitest';
import type { ParameterName, ParameterValue, SettableParameterName, Sleepi3, WakeupFlag } from '../src/index.js';

describe('the types of the parameters', () => {
  it('are those of their values', () => {
    expectTypeOf<ParameterValue<'extin'>>().toEqualTypeOf<boolean>();
    expectTypeOf<ParameterValue<'extin-trigger'>>().toEqualTypeOf<'edge' | 'level'>();
    expectTypeOf<ParameterValue<'watchdog-timeout'>>().toEqualTypeOf<number>();
    expectTypeOf<ParameterValue<'voltage'>>().toEqualTypeOf<number>();
    expectTypeOf<ParameterValue<'wakeup-flag'>>().toEqualTypeOf<readonly WakeupFlag[]>();
  });

  it('let only those be set that sleepi3ctl sets', () => {
    expectTypeOf<SettableParameterName>().toEqualTypeOf<
      | 'extin-powerdown'
      | 'extin-trigger'
      | 'extout'
      | 'measurement-interval'
      | 'restart'
      | 'restore-voltage'
      | 'ri-trigger'
      | 'sleep-timeout'
      | 'uvlo'
      | 'watchdog-timeout'
    >();
    expectTypeOf<SettableParameterName>().toExtend<ParameterName>();
  });

  it('keep a program from setting what cannot be set', () => {
    const _program = async (board: Sleepi3) => {
      await board.set('extout', true);
      await board.set('extin-trigger', 'edge');
      await board.writeRegister('inputControl', 1);
      // @ts-expect-error -- EXTIN is an input
      await board.set('extin', true);
      // @ts-expect-error -- no such parameter
      await board.get('watchdog');
      // @ts-expect-error -- seconds are a number
      await board.set('watchdog-timeout', '60');
      // @ts-expect-error -- a flag is a boolean
      await board.set('extout', 1);
      // @ts-expect-error -- the version is read-only
      await board.writeRegister('version', 1);
      expectTypeOf(await board.get('wakeup-flag')).toEqualTypeOf<readonly WakeupFlag[]>();
      expectTypeOf(await board.getAll(['uvlo', 'voltage'])).toEqualTypeOf<{
        readonly uvlo: boolean;
        readonly voltage: number;
      }>();
      expectTypeOf((await board.snapshot())['extin-trigger']).toEqualTypeOf<'edge' | 'level'>();
    };
  });
});
