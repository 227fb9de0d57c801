/** Everything a fence agent can be asked, in the order in which the metadata lists it. */
export const actionNames = [
  'on',
  'off',
  'reboot',
  'status',
  'list',
  'list-status',
  'monitor',
  'metadata',
  'manpage',
  'validate-all',
] as const;

/** What a fence agent can be asked. */
export type ActionName = (typeof actionNames)[number];

/** Actions that change a machine's power: the ones that are never carried out unless plainly asked for. */
export type PowerAction = 'on' | 'off' | 'reboot';

/** Other names that requests may use. */
const aliases: Readonly<Record<string, ActionName>> = { 'meta-data': 'metadata' };
const fabricAliases: Readonly<Record<string, ActionName>> = { enable: 'on', disable: 'off' };

/** The action that a request means by `word`, in any case, or undefined when `available` has none. */
export function findAction(word: string, available: readonly ActionName[], fabric: boolean): ActionName | undefined {
  const name = word.toLowerCase();
  const action = (fabric ? fabricAliases[name] : undefined) ?? aliases[name] ?? name;
  return available.find((candidate) => candidate === action);
}

export function isPowerAction(action: ActionName): action is PowerAction {
  return action === 'on' || action === 'off' || action === 'reboot';
}

/** Whether the action is about one or more plugs, so that it needs one on a device that has them. */
export function needsPlug(action: ActionName): boolean {
  return isPowerAction(action) || action === 'status';
}
