// What has become of each entry of fencing.py's option table.
import { type Option, standardOptions } from '../../src/index.js';

/** An entry of the table, as fencing.py has it. */
export interface ReferenceOption {
  readonly getopt: string;
  readonly longopt?: string;
  readonly required?: string;
  readonly type?: string;
  readonly default?: string;
  readonly choices?: readonly string[];
  readonly order: number;
}

export interface OptionVerdict {
  readonly verdict: 'same' | 'better' | 'not applicable' | undefined;
  readonly here: string;
  readonly why: string;
}

const logins = 'the login kinds (ssh, telnet, snmp, ssl) are not part of this package';

const loginOptions = [
  'identity_file', 'cmd_prompt', 'secure', 'ssh_options', 'ssl', 'ssl_insecure', 'ssl_secure', 'notls', 'tls1.0',
  'snmp_version', 'community', 'snmp_auth_prot', 'snmp_sec_level', 'snmp_priv_prot', 'snmp_priv_passwd',
  'snmp_priv_passwd_script', 'telnet_path', 'ssh_path', 'gnutlscli_path', 'snmpwalk_path', 'snmpset_path',
  'snmpget_path', 'telnet', 'snmp', 'web',
]; // prettier-ignore

/** Entries that are no options but marks of the device's kind. */
const marks: Record<string, [here: string, why: string, verdict?: OptionVerdict['verdict']]> = {
  agent: ['', 'a mark that nothing reads', 'not applicable'],
  force_on: ['`forceOn: true`', ''],
  fabric_fencing: ['`fabric: true`', ''],
  no_login: ['', 'an agent has the options it picks', 'not applicable'],
  no_password: ['', 'an agent has the options it picks', 'not applicable'],
  no_port: ['no `plug` among the options', ''],
  no_status: ['no `powerStatus`', 'with it goes the action; the compiler sees that setPower has it'],
  no_on: ['`noOn: true`', ''],
  no_off: ['`noOff: true`', ''],
  diag: ['', 'a diagnostic pulse of IPMI and kdump agents', 'not applicable'],
  on_target: ['`onTarget: true`', ''],
};

/** Where our option is not the same, and why. */
const better: Record<string, string> = {
  action: 'no default: silence is no order to reboot',
};

const logged =
  'at most once a line, without empty lines; the debug file gets everything, not only what --verbose shows';
const numbers = 'whole and not negative, or nothing moves';

/** Same in form, better in what it does. */
const betterBehaviour: Record<string, string> = {
  verbose_level: 'a negative or invalid one is refused instead of taken for 0',
  ipport: 'must be a port number',
  login: 'never required by the table: an agent that needs it says so',
  help: 'help=0 is no help; beside a power action on stdin it is refused',
  version: 'version=0 is no version; beside a power action on stdin it is refused',
  quiet: 'quiet=0 is not quiet',
  missing_as_off: 'missing_as_off=0 is off',
  debug: logged,
  delay: `${numbers}; exactly this long from the start of the process, not up to a second more`,
  power_wait: numbers,
  power_timeout: `${numbers}; seconds of a monotonic clock, not looks; 0 is no limit`,
  shell_timeout: numbers,
  login_timeout: numbers,
  stonith_status_sleep: numbers,
  retry_on: `${numbers}; reboot powers on at least once`,
  port: 'no empty plug; one named twice is told once',
  plug_separator: 'must not be empty',
  passwd: 'never shown in a log',
  method: 'goes with a rebootCycle function; cycle is never silently done as onoff',
};

/** Compares an entry with our option of the same long name. */
export function verdictOn(name: string, entry: ReferenceOption): OptionVerdict {
  if (loginOptions.includes(name)) return { verdict: 'not applicable', here: '', why: logins };
  const mark = marks[name];
  if (mark !== undefined) return { here: mark[0], why: mark[1], verdict: mark[2] ?? 'same' };

  const found = Object.entries<Option>(standardOptions).find(
    ([ours, option]) => (option.long ?? ours.replaceAll('_', '-')) === entry.longopt,
  );
  if (found === undefined) return { verdict: undefined, here: '', why: '' };
  const [ours, option] = found;
  const differences = differencesOf(name, entry, ours, option);
  const why = better[name];
  if (differences.length === 0) {
    const improved = betterBehaviour[name];
    return { verdict: improved === undefined ? 'same' : 'better', here: `\`${ours}\``, why: improved ?? '' };
  }
  if (why === undefined) return { verdict: undefined, here: ours, why: differences.join(', ') };
  return { verdict: 'better', here: `\`${ours}\``, why };
}

function differencesOf(name: string, entry: ReferenceOption, ours: string, option: Option): string[] {
  const takesValue = option.kind !== 'boolean' || option.written === true;
  const pairs: Record<string, [unknown, unknown]> = {
    name: [name, option.oldName ?? ours],
    short: [entry.getopt.replace(':', ''), option.short ?? ''],
    value: [entry.getopt.includes(':'), takesValue],
    type: [
      entry.type ?? (entry.choices === undefined ? 'string' : 'select'),
      takesValue && option.kind !== 'boolean' ? option.kind : 'string',
    ],
    default: [entry.default, option.default],
    choices: [entry.choices?.join(), option.choices?.join()],
    order: [entry.order, option.order ?? 1],
    // fencing.py decides by the device's kind whether a plug or a login is required.
    required: [name === 'port' || entry.required === '?' ? '0' : entry.required, option.required ? '1' : '0'],
  };
  return Object.entries(pairs).flatMap(([what, [theirs, here]]) =>
    theirs === here ? [] : [`${what}: ${String(theirs)} → ${String(here)}`],
  );
}
