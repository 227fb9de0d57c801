// Errors have one shape in the whole repository.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorClassesOf, errorCodesOf } from './support/error-codes.js';

const root = join(import.meta.dirname, '../..');

/** A bus's failure is part of the driver's interface to the back ends; its code is the errno. */
const beside = ['BusError'];

const classes = errorClassesOf(root);

describe('the class of errors', () => {
  it.each(classes)('$name is made of its code, the message and the facts', ({ name, parameters }) => {
    if (parameters === undefined) return; // Error's own: there is one code only
    expect(parameters).toEqual([beside.includes(name) ? 'errno' : 'code', 'message', 'facts']);
  });

  it('is the only one of its package', () => {
    const owners = classes
      .filter(({ name }) => !beside.includes(name))
      .map(({ file }) => file.replace(/\/src\/.*/, ''));
    expect(owners).toEqual([...new Set(owners)]);
    expect(owners).toContain('packages/driver');
  });

  it('has codes in one style', () => {
    const codes = errorCodesOf(root).flatMap((one) =>
      classes.some(({ name }) => name === one.className) ? one.codes : [],
    );
    expect(codes).toContain('TRANSFER_FAILED');
    expect(codes.filter((code) => !/^[A-Z]+(?:_[A-Z]+)*$/.test(code))).toEqual([]);
  });
});
