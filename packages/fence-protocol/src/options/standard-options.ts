// The options that ClusterLabs' fence agents share: fencing.py's table (fence-agents 4.12.1), without those of the
// login kinds (ssh, telnet, snmp, ssl). Names are today's; `oldName` is the one the table still goes by. Names, short
// forms, types, defaults and order are fencing.py's; the descriptions are our own.
import { boolean, choice, integer, type Option, seconds, string, type ValueOf } from './options.js';

/** Every standard option by its name. */
export const standardOptions = {
  action: string({
    short: 'o',
    valueName: 'action',
    required: true,
    description: 'What to do',
    shortDescription: 'Fencing action',
  }),
  plug: string({
    short: 'n',
    valueName: 'id',
    oldName: 'port',
    description: 'The machine to act on: number or name of its plug on the device, or its UUID',
  }),
  ip: string({
    short: 'a',
    valueName: 'ip',
    oldName: 'ipaddr',
    required: true,
    description: 'Address or host name of the fencing device',
  }),
  ipport: integer({
    short: 'u',
    valueName: 'port',
    min: 1,
    max: 65535,
    description: 'TCP or UDP port of the fencing device',
  }),
  username: string({ short: 'l', valueName: 'name', oldName: 'login', description: 'Name to log in with' }),
  password: string({
    short: 'p',
    valueName: 'password',
    oldName: 'passwd',
    secret: true,
    description: 'Password or passphrase to log in with',
  }),
  password_script: string({
    short: 'S',
    valueName: 'script',
    oldName: 'passwd_script',
    description: 'Program that prints the password',
  }),
  method: choice({
    short: 'm',
    valueName: 'method',
    choices: ['onoff', 'cycle'],
    default: 'onoff',
    description: 'How to reboot: power off and on again, or by a power cycle of the device',
    shortDescription: 'Method to fence',
  }),
  switch: string({ short: 's', valueName: 'id', description: 'Number of the switch on the device' }),
  exec: string({ short: 'e', valueName: 'command', description: 'Command to run' }),
  vmware_type: string({ short: 'd', long: 'vmware_type', valueName: 'type', description: 'Kind of VMware to talk to' }),
  vmware_datacenter: string({
    short: 's',
    valueName: 'dc',
    order: 2,
    description: 'Show only virtual machines of this VMware datacenter',
  }),
  session_url: string({
    short: 's',
    valueName: 'url',
    required: true,
    description: 'URL of the XenServer to talk to',
  }),
  inet4_only: boolean({ short: '4', description: 'Use IPv4 addresses only' }),
  inet6_only: boolean({ short: '6', description: 'Use IPv6 addresses only' }),
  quiet: boolean({
    short: 'q',
    order: 50,
    description: 'Log nothing to stderr; syslog and the debug file still get their lines',
  }),
  verbose: boolean({
    short: 'v',
    order: 51,
    description: 'Log everything; may be given more than once',
  }),
  verbose_level: integer({
    valueName: 'level',
    order: 52,
    description: 'How much to log: 0 warnings and errors, 1 or more everything; default the number of --verbose',
  }),
  debug_file: string({
    short: 'D',
    valueName: 'debugfile',
    oldName: 'debug',
    order: 53,
    description: 'Append everything that is logged to this file',
    shortDescription: 'Write debug information to given file',
  }),
  version: boolean({ short: 'V', order: 54, description: 'Print the version and exit' }),
  help: boolean({ short: 'h', order: 55, description: 'Print this help and exit' }),
  separator: string({
    short: 'C',
    valueName: 'char',
    default: ',',
    order: 100,
    description: 'What stands between the columns of list',
  }),
  plug_separator: string({
    valueName: 'char',
    default: ',',
    order: 100,
    description: 'What stands between plugs when there are several',
  }),
  delay: seconds({ default: 0, order: 200, description: 'Wait this long before off and reboot' }),
  disable_timeout: boolean({
    written: true,
    order: 200,
    description:
      'Wait without end for the device (true/false); true by default when Pacemaker calls, which keeps time itself',
  }),
  login_timeout: seconds({ default: 5, order: 200, description: 'Longest wait for the login; 0 means no limit' }),
  missing_as_off: boolean({ order: 200, description: 'Take a plug that the device does not know for OFF' }),
  port_as_ip: boolean({ order: 200, description: 'Take the plug for the address of the device' }),
  power_timeout: seconds({
    default: 20,
    order: 200,
    description: 'Longest wait for the power to change after ON or OFF; 0 means no limit',
  }),
  power_wait: seconds({ default: 0, order: 200, description: 'Wait this long after every ON and OFF' }),
  shell_timeout: seconds({
    default: 3,
    order: 200,
    description: 'Longest wait for the answer to a command; 0 means no limit',
  }),
  stonith_status_sleep: seconds({
    default: 1,
    order: 200,
    description: 'Time between two looks at the power status while waiting for a change',
  }),
  retry_on: integer({
    valueName: 'attempts',
    default: 1,
    max: 1000,
    order: 201,
    description: 'How often to try again when powering on fails',
  }),
  use_sudo: boolean({
    oldName: 'sudo',
    order: 205,
    description: 'Run other programs through sudo, without a password',
  }),
  sudo_path: string({ valueName: 'path', default: '/usr/bin/sudo', order: 300, description: 'Where sudo is' }),
} as const satisfies Readonly<Record<string, Option>>;

/** The name of a standard option. */
export type StandardName = keyof typeof standardOptions;

/** The standard options every agent has without asking. */
export const automaticOptions = [
  'action',
  'quiet',
  'verbose',
  'verbose_level',
  'debug_file',
  'version',
  'help',
  'plug_separator',
  'delay',
  'disable_timeout',
  'login_timeout',
  'power_timeout',
  'power_wait',
  'shell_timeout',
  'stonith_status_sleep',
  'retry_on',
] as const satisfies readonly StandardName[];

/** Standard options that come along with another one. `separator` comes with `plug` when the agent can list. */
export const companions = {
  password: 'password_script',
  use_sudo: 'sudo_path',
  ip: 'ipport',
} as const satisfies Partial<Record<StandardName, StandardName>>;

/** What an agent may change in a standard option it picks. */
export interface StandardChanges {
  readonly default?: string | number;
  readonly required?: boolean;
  readonly description?: string;
}

/** A standard option, picked with changes. */
export interface StandardPick<Changes extends StandardChanges = StandardChanges> {
  readonly standard: Changes;
}

/** Picks the standard option of the name it stands under: `plug: standard`, or `plug: standard({ required: false })`. */
export function standard<const Changes extends StandardChanges>(changes: Changes): StandardPick<Changes> {
  return { standard: changes };
}

/** What may stand beside a name in an agent's `options`. */
export type OptionPick = Option | StandardPick | typeof standard;

type Picked<Name extends StandardName, Pick> =
  Pick extends StandardPick<infer Changes>
    ? Changes extends { readonly default: string | number } | { readonly required: true }
      ? NonNullable<ValueOf<(typeof standardOptions)[Name]>>
      : Changes extends { readonly required: false }
        ? ValueOf<(typeof standardOptions)[Name]> | undefined
        : ValueOf<(typeof standardOptions)[Name]>
    : ValueOf<(typeof standardOptions)[Name]>;

/**
 * Names that may be picked: a standard option under its own name, an own option under any other.
 * What is neither does not compile.
 */
export type Picks<O> = {
  readonly [Name in keyof O]: Name extends StandardName
    ? StandardPick | typeof standard
    : Name extends 'option' | 'port'
      ? never
      : Option;
};

type Companions<O> =
  | {
      [Name in keyof typeof companions]: Name extends keyof O ? (typeof companions)[Name] : never;
    }[keyof typeof companions]
  | ('ip' extends keyof O ? 'port_as_ip' : never);

type Added<O> = Exclude<(typeof automaticOptions)[number] | 'separator' | 'plug' | Companions<O>, keyof O>;

/** The parsed options of an agent, by name: what it picked, what came along, and what every agent has. */
export type OptionValues<O> = {
  readonly [Name in keyof O]: Name extends StandardName ? Picked<Name, O[Name]> : ValueOf<O[Name]>;
} & {
  readonly [Name in Added<O>]: Name extends 'separator' ? string | undefined : ValueOf<(typeof standardOptions)[Name]>;
};
