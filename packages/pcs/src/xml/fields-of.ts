/**
 * The base of a class that has what was read as its fields, and adds questions to them: `class Status extends fieldsOf<Parts>()`.
 * So a field stands in one interface, and nowhere else again.
 */
export function fieldsOf<T extends object>(): new (fields: T) => T {
  const Fields = function (this: object, fields: T) {
    Object.assign(this, fields);
  };
  return Fields as unknown as new (fields: T) => T;
}
