import { describe, expectTypeOf, it } from 'vitest';
import { boolean, choice, defineFenceAgent, type OptionValues, seconds, standard, string } from '../src/index.js';

const description = { name: 'fence_x', shortDescription: 'x', longDescription: 'x', vendorUrl: 'https://example.org/' };

describe('the types of parsed options', () => {
  it('follow from the definition', () => {
    defineFenceAgent({
      ...description,
      options: {
        plug: standard,
        ip: standard,
        delay: standard({ default: 3 }),
        missing_as_off: standard,
        hold: seconds({ default: 12, min: 11, description: 'hold' }),
        preferred: string({ description: 'preferred' }),
        bus: string({ description: 'bus', required: true }),
        color: choice({ choices: ['red', 'green'], description: 'color' }),
        size: choice({ choices: ['s', 'm'], default: 'm', description: 'size' }),
        fast: boolean({ description: 'fast' }),
      },
      async powerStatus(context) {
        expectTypeOf(context.options.hold).toEqualTypeOf<number>();
        expectTypeOf(context.options.preferred).toEqualTypeOf<string | undefined>();
        expectTypeOf(context.options.bus).toEqualTypeOf<string>();
        expectTypeOf(context.options.color).toEqualTypeOf<'red' | 'green' | undefined>();
        expectTypeOf(context.options.size).toEqualTypeOf<'s' | 'm'>();
        expectTypeOf(context.options.fast).toEqualTypeOf<boolean>();
        expectTypeOf(context.options.delay).toEqualTypeOf<number>();
        expectTypeOf(context.options.missing_as_off).toEqualTypeOf<boolean>();
        expectTypeOf(context.options.ip).toEqualTypeOf<string>();
        expectTypeOf(context.options.ipport).toEqualTypeOf<number | undefined>();
        expectTypeOf(context.options.power_timeout).toEqualTypeOf<number>();
        expectTypeOf(context.options.plug).toEqualTypeOf<string | undefined>();
        expectTypeOf(context.plug).toEqualTypeOf<string>();
        // @ts-expect-error not an option of this agent
        expectTypeOf(context.options.nonsense);
        return 'on';
      },
      async setPower(context) {
        expectTypeOf(context.action).toEqualTypeOf<'on' | 'off'>();
        expectTypeOf(context.options.hold).toEqualTypeOf<number>();
      },
      list: async (context) => {
        expectTypeOf(context.options.separator).toEqualTypeOf<string | undefined>();
        return [{ id: '1', status: 'on' }];
      },
    });
  });

  it('leave the plug out on a device without plugs, and open where it is not required', () => {
    defineFenceAgent({
      ...description,
      options: {},
      async powerStatus(context) {
        expectTypeOf(context.plug).toEqualTypeOf<undefined>();
        return 'off';
      },
      setPowerSync: async () => true,
    });
    defineFenceAgent({
      ...description,
      options: { plug: standard({ required: false }) },
      async powerStatus(context) {
        expectTypeOf(context.plug).toEqualTypeOf<string | undefined>();
        return 'off';
      },
      async off(context) {
        expectTypeOf(context.plugs).toEqualTypeOf<readonly string[]>();
        expectTypeOf(context.target.nodename).toEqualTypeOf<string | undefined>();
      },
      on: async () => undefined,
      monitor: async () => undefined,
    });
  });

  it('can be named for functions that live elsewhere', () => {
    const _options = { hold: seconds({ default: 12, description: 'hold' }) };
    expectTypeOf<OptionValues<typeof _options>['hold']>().toEqualTypeOf<number>();
    expectTypeOf<OptionValues<typeof _options>['quiet']>().toEqualTypeOf<boolean>();
  });
});
