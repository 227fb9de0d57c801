// From a family of commands to a family of calls: the same names, the same arguments, a promise of the answer.
import type { CibCommand, Command } from './command.js';

/** Runs a command and resolves to its typed answer. */
export type Run = <T>(command: Command<T>) => Promise<T>;

/** A family of commands, each become a call. */
export type Bound<Family> = {
  readonly [Name in keyof Family]: Family[Name] extends (
    ...args: infer Args extends readonly unknown[]
  ) => Command<infer T>
    ? (...args: [...Args]) => Promise<T>
    : Bound<Family[Name]>;
};

/** Of a family, only what works on a CIB in a file. */
export type BoundOnFile<Family> = {
  readonly [Name in keyof Family as OnFile<Family[Name]> extends never ? never : Name]: OnFile<Family[Name]>;
};

type OnFile<Member> = Member extends (...args: infer Args extends readonly unknown[]) => infer Result
  ? Result extends CibCommand<infer T>
    ? (...args: [...Args]) => Promise<T>
    : never
  : keyof BoundOnFile<Member> extends never
    ? never
    : BoundOnFile<Member>;

type Member = ((...args: never[]) => Command<unknown>) | { readonly [name: string]: Member };

/** The family's calls, each running its command with `run`. */
export function bind<Family extends object>(family: Family, run: Run): Bound<Family> {
  const bound = Object.entries(family as Readonly<Record<string, Member>>).map(([name, member]) => [
    name,
    typeof member === 'function'
      ? (...args: never[]) => Promise.resolve().then(() => run(member(...args)))
      : bind(member, run),
  ]);
  return Object.fromEntries(bound) as Bound<Family>;
}
