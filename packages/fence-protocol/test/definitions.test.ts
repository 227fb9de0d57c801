// Illegal definitions do not compile, or are refused where the compiler cannot see.
import { describe, expect, it } from 'vitest';
import {
  boolean,
  choice,
  defineFenceAgent,
  FenceError,
  integer,
  type Option,
  seconds,
  standard,
  string,
} from '../src/index.js';
import { description } from './agents.js';

const device = { powerStatus: async () => 'on' as const, setPower: async () => {} };
const list = async () => [];

/** Defines with one thing wrong that the compiler cannot see. */
const withOptions = (options: Record<string, Option>) => () =>
  defineFenceAgent({ ...description, options, ...device } as unknown as Parameters<
    typeof defineFenceAgent<typeof options>
  >[0]);

describe('a definition is refused', () => {
  it.each([
    ['a name without fence_', { name: 'dummy' }, /must begin with fence_/],
    ['a name with a blank', { name: 'fence_a b' }, /letters, digits/],
    ['a short description of two lines', { shortDescription: 'a\nb' }, /must be one line/],
  ])('with %s', (_, wrong, why) => {
    expect(() => defineFenceAgent({ ...description, ...wrong, options: {}, ...device })).toThrow(why);
  });

  it('with two ways to power', () => {
    // @ts-expect-error setPower and setPowerSync
    expect(() => defineFenceAgent({ ...description, options: {}, ...device, setPowerSync: async () => true })).toThrow(
      /setPower and setPowerSync exclude/,
    );
  });

  it('with no way to power', () => {
    // @ts-expect-error nothing that powers
    expect(() => defineFenceAgent({ ...description, options: {} })).toThrow(/nothing can power off/);
    const off = async () => {};
    expect(() => defineFenceAgent({ ...description, options: {}, off })).toThrow(/nothing can power on/);
    expect(() => defineFenceAgent({ ...description, options: {}, off, noOn: true })).toThrow(/nothing can reboot/);
    expect(defineFenceAgent({ ...description, options: {}, off, noOn: true, noReboot: true }).actions).not.toContain(
      'on',
    );
    expect(defineFenceAgent({ ...description, options: {}, off, noOn: true, reboot: off }).actions).toContain('reboot');
  });

  it('with setPower and no status to see its effect', () => {
    // @ts-expect-error powerStatus is missing
    expect(() => defineFenceAgent({ ...description, options: {}, setPower: async () => {} })).toThrow(
      /needs powerStatus/,
    );
  });

  it('with a list and no plugs', () => {
    // @ts-expect-error list without plug
    expect(() => defineFenceAgent({ ...description, options: {}, ...device, list })).toThrow(
      /list needs the option plug/,
    );
  });

  it('with missing_as_off and no plugs', () => {
    expect(() => defineFenceAgent({ ...description, options: { missing_as_off: standard }, ...device })).toThrow(
      /missing_as_off/,
    );
  });

  it('with half of a power cycle', () => {
    // @ts-expect-error rebootCycle is missing
    expect(() => defineFenceAgent({ ...description, options: { method: standard }, ...device })).toThrow(/rebootCycle/);
    expect(() =>
      // @ts-expect-error the option method is missing
      defineFenceAgent({ ...description, options: {}, ...device, rebootCycle: async () => true }),
    ).toThrow(/rebootCycle/);
  });

  it('with an option that is not standard and not declared', () => {
    // @ts-expect-error no such standard option
    expect(() => defineFenceAgent({ ...description, options: { frob: standard }, ...device })).toThrow(
      /unknown standard option frob/,
    );
  });

  it('with an own option under a standard name', () => {
    expect(() =>
      defineFenceAgent({
        ...description,
        // @ts-expect-error delay is standard
        options: { delay: seconds({ description: 'mine' }) },
        ...device,
      }),
    ).toThrow(/delay is a standard option/);
  });

  it('with an own option under an old name', () => {
    for (const name of ['port', 'option']) {
      expect(withOptions({ [name]: string({ description: 'x' }) })).toThrow(/old name/);
    }
    // @ts-expect-error an old name
    defineFenceAgent.bind(undefined, { ...description, options: { port: string({ description: 'x' }) }, ...device });
  });

  it('with a default that is no choice', () => {
    // @ts-expect-error d is none of the choices
    expect(withOptions({ color: choice({ choices: ['a', 'b'], default: 'd', description: 'x' }) })).toThrow(
      /option color: the default must be one of a, b/,
    );
  });

  it.each<[string, Record<string, Option>, RegExp]>([
    [
      'a default below the minimum',
      { hold: seconds({ default: 3, min: 11, description: 'x' }) },
      /the default must be/,
    ],
    ['a fraction as default', { hold: integer({ default: 1.5, description: 'x' }) }, /the default must be/],
    ['a range that is none', { hold: integer({ min: 5, max: 4, description: 'x' }) }, /min and max/],
    ['negative seconds', { hold: seconds({ min: -1, description: 'x' }) }, /seconds go from 0/],
    ['no choices', { color: choice({ choices: [], description: 'x' }) }, /needs choices/],
    ['choices that differ in case', { color: choice({ choices: ['a', 'A'], description: 'x' }) }, /differ in case/],
    ['a name in capitals', { Hold: string({ description: 'x' }) }, /lower-case/],
    ['a name with -', { 'ho-ld': string({ description: 'x' }) }, /lower-case/],
    ['a long form with a blank', { hold: string({ long: 'ho ld', description: 'x' }) }, /long form/],
    ['a short form of two letters', { hold: string({ short: 'xy', description: 'x' }) }, /one letter/],
    [
      'the short form of a standard option',
      { hold: string({ short: 'o', description: 'x' }) },
      /action and hold both|hold and action both/,
    ],
    ['the long form of a standard option', { hold: string({ long: 'quiet', description: 'x' }) }, /both go by quiet/],
    [
      'two options of one short form',
      { a: boolean({ short: 'x', description: 'x' }), b: boolean({ short: 'x', description: 'x' }) },
      /both go by -x/,
    ],
    [
      'two options of one old name',
      { a: boolean({ oldName: 'x', description: 'x' }), x: boolean({ description: 'x' }) },
      /both go by x/,
    ],
  ])('with %s', (_, options, why) => {
    expect(withOptions(options)).toThrow(why);
  });

  it('with a code and the agent’s name, for the author', () => {
    try {
      defineFenceAgent({ ...description, name: 'x', options: {}, ...device });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FenceError);
      expect(error).toMatchObject({
        name: 'FenceError',
        code: 'DEFINITION',
        message: expect.stringMatching(/^Illegal definition of x: /) as string,
      });
    }
  });
});

describe('a definition', () => {
  it('brings what comes along with an option', () => {
    const { options } = defineFenceAgent({
      ...description,
      options: { ip: standard, username: standard, password: standard, use_sudo: standard, plug: standard },
      ...device,
      list,
    });
    for (const name of ['ipport', 'password_script', 'sudo_path', 'separator']) expect(options.has(name)).toBe(true);
    expect(options.has('port_as_ip')).toBe(false);
  });

  it('may change a standard option', () => {
    const { options } = defineFenceAgent({
      ...description,
      options: { power_wait: standard({ default: 4 }), plug: standard({ required: false, description: 'mine' }) },
      ...device,
      list,
    });
    expect(options.get('power_wait')).toMatchObject({ default: '4', kind: 'second', order: 200 });
    expect(options.get('plug')).toMatchObject({ required: false, description: 'mine', oldName: 'port' });
    expect(() =>
      defineFenceAgent({ ...description, options: { power_wait: standard({ default: -1 }) }, ...device }),
    ).toThrow(/option power_wait: the default/);
  });
});
