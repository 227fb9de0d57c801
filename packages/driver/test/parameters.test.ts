import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDefaults, isSettable, type ParameterName, parameters, registers } from '../src/index.js';
import { encodeParameter, parameterReading, type Parameter } from '../src/board/parameters.js';

const entries = Object.entries(parameters) as [ParameterName, Parameter][];

/** Any value that the table allows for the parameter. */
function valuesOf(parameter: Parameter): fc.Arbitrary<unknown> {
  switch (parameter.kind) {
    case 'flag':
      return fc.boolean();
    case 'trigger':
      return fc.constantFrom('edge', 'level');
    case 'number':
      return fc.integer({ min: parameter.min, max: parameter.max });
    case 'voltage':
    case 'wakeup-flags':
      throw new Error('cannot be set');
  }
}

describe('the codec of the parameters', () => {
  it.each(entries.filter(([name]) => isSettable(name)))(
    '%s reads back as it was encoded, into any contents of its register',
    (name, parameter) => {
      fc.assert(
        fc.property(valuesOf(parameter), fc.nat(0xffff), (value, contents) => {
          const { register, mask, value: encoded } = encodeParameter(name, value);
          const width = 2 ** registers[register].width - 1;
          const reading = parameterReading(parameter);
          expect(reading.register).toBe(register);
          expect(encoded & ~mask).toBe(0);
          expect(mask & ~width).toBe(0);
          expect(reading.decode((contents & width & ~mask) | encoded)).toBe(value);
        }),
      );
    },
  );

  it.each(entries.filter(([name]) => isSettable(name)))('%s refuses everything else', (name, parameter) => {
    const allowed = (value: unknown) =>
      parameter.kind === 'number'
        ? Number.isInteger(value) && (value as number) >= parameter.min && (value as number) <= parameter.max
        : parameter.kind === 'flag'
          ? typeof value === 'boolean'
          : value === 'edge' || value === 'level';
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.integer(), fc.double(), fc.string()), (value) => {
        fc.pre(!allowed(value));
        expect(() => encodeParameter(name, value)).toThrow(
          expect.objectContaining({ name: 'Sleepi3Error', parameter: name }),
        );
      }),
    );
  });

  it.each([
    ['no text at all', Object.create(null)],
    ['a toString that is none', { toString: false }],
    ['a symbol', Symbol('x')],
  ])('refuses %s with an error that says so, as a name and as a value', (_, odd: unknown) => {
    for (const encode of [() => encodeParameter('watchdog-timeout', odd), () => encodeParameter('extout', odd)]) {
      expect(encode).toThrow(expect.objectContaining({ name: 'Sleepi3Error', code: 'INVALID_VALUE' }));
    }
    expect(() => encodeParameter(odd as string, 1)).toThrow(expect.objectContaining({ code: 'UNKNOWN_PARAMETER' }));
    expect(() => editDefaults('', { HEARTBEAT_TIMEOUT: odd as number })).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE' }),
    );
  });

  it('says in its errors what is allowed', () => {
    const wrong = (name: string, value: unknown) => {
      try {
        encodeParameter(name, value);
      } catch (error) {
        return error;
      }
      return undefined;
    };
    const settable = entries.filter(([name]) => isSettable(name)).map(([name]) => name);
    expect(settable.length).toBeGreaterThan(8);
    expect(wrong('watchdog-timeout', 256)).toMatchObject({
      message: 'watchdog-timeout must be from 0 to 255 s, not 256',
      range: [0, 255],
    });
    expect(wrong('watchdog-timeout', '60')).toMatchObject({
      message: "watchdog-timeout must be a whole number from 0 to 255, not '60'",
    });
    expect(wrong('extout', 1)).toMatchObject({ message: 'extout must be true or false, not 1' });
    expect(wrong('extin-trigger', 0)).toMatchObject({ message: "extin-trigger must be 'edge' or 'level', not 0" });
    expect(wrong('voltage', 1)).toMatchObject({
      message: `voltage can only be read; what can be set is ${settable.join(', ')}`,
    });
    expect(wrong('voltag', 1)).toMatchObject({
      message: `unknown parameter 'voltag'; the parameters are ${entries.map(([name]) => name).join(', ')}`,
    });
  });

  it('never gives two parameters the same bit', () => {
    const taken = new Set<string>();
    for (const [name] of entries.filter(([name]) => isSettable(name))) {
      const parameter: Parameter = parameters[name];
      const change = encodeParameter(
        name,
        parameter.kind === 'trigger' ? 'level' : parameter.kind === 'flag' ? true : 1,
      );
      for (let bit = 0; bit < 16; bit++) {
        if (((change.mask >> bit) & 1) === 0) continue;
        expect(taken).not.toContain(`${change.register}.${bit}`);
        taken.add(`${change.register}.${bit}`);
      }
    }
  });
});
