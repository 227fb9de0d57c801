// One input each, given to an agent on Debian's fencing.py and to the same agent on this package. `better` says why our
// answer differs; without it the two must be equal: standard output, exit status, what the device was told and where
// it ended.
import type { PowerStatus } from '../../src/index.js';

/**
 * `plugs`: a switch with plug 1 on and plug 2 off. `single`: one machine, on. `fabric`: a fabric device, on.
 * `debian`: Debian's own fence_dummy, whose device is a file, on, and the same agent on this package.
 */
export type ReferenceDevice = 'plugs' | 'single' | 'fabric' | 'debian';

export interface ReferenceCase {
  readonly behaviour: string;
  readonly stdin?: string;
  readonly argv?: readonly string[];
  /** Default `plugs`. */
  readonly device?: ReferenceDevice;
  readonly pacemaker?: boolean;
  /** States the device does not change to although told. */
  readonly deaf?: readonly PowerStatus[];
  readonly better?: string;
}

const plainly = 'a power action needs a well-formed request: anything else exits with 1';
const judged = 'judged before anything moves';

export const referenceCases: readonly ReferenceCase[] = [
  { behaviour: 'status of a machine that is on', stdin: 'action=status\nplug=1' },
  { behaviour: 'status of a machine that is off', stdin: 'action=status\nplug=2' },
  { behaviour: 'status of several plugs: on as long as one is', stdin: 'action=status\nplug=2,1' },
  { behaviour: 'status of several plugs that are off', stdin: 'action=status\nplug=2,2' },
  { behaviour: 'another plug separator', argv: ['-o', 'status', '-n', '2;1', '--plug-separator=;'] },
  { behaviour: 'status of a missing plug', stdin: 'action=status\nplug=9' },
  { behaviour: 'a missing plug with missing_as_off', stdin: 'action=off\nplug=9\nmissing_as_off=1' },
  { behaviour: 'off', stdin: 'action=off\nplug=1' },
  { behaviour: 'off of several plugs', stdin: 'action=off\nplug=1,2' },
  { behaviour: 'off when it is off', stdin: 'action=off\nplug=2' },
  { behaviour: 'on', stdin: 'action=on\nplug=2' },
  { behaviour: 'on when it is on', stdin: 'action=on\nplug=1' },
  { behaviour: 'reboot', stdin: 'action=reboot\nplug=1' },
  { behaviour: 'reboot of a machine that is off', stdin: 'action=reboot\nplug=2' },
  { behaviour: 'reboot of a machine that does not come back', stdin: 'action=reboot\nplug=1\npower_timeout=1', deaf: ['on'] },
  { behaviour: 'off that has no effect', stdin: 'action=off\nplug=1\npower_timeout=1', deaf: ['off'] },
  { behaviour: 'on that has no effect is told again', stdin: 'action=on\nplug=2\npower_timeout=1', deaf: ['on'] },
  { behaviour: 'retry_on', stdin: 'action=on\nplug=2\npower_timeout=1\nretry_on=2', deaf: ['on'] },
  { behaviour: 'list', stdin: 'action=list' },
  { behaviour: 'list with another separator', argv: ['-o', 'list', '-C', '|'] },
  {
    behaviour: 'list-status',
    stdin: 'action=list-status',
    better: 'ON and OFF in capitals, whatever the agent calls them',
  },
  { behaviour: 'monitor', stdin: 'action=monitor' },
  { behaviour: 'monitor of a device without plugs', stdin: 'action=monitor', device: 'single' },
  { behaviour: 'status of a device without plugs', stdin: 'action=status', device: 'single' },
  { behaviour: 'off of a device without plugs', stdin: 'action=off', device: 'single' },
  { behaviour: 'the target of a device without plugs', stdin: 'action=off\nport=a\nnodename=b', device: 'single' },
  { behaviour: 'list of a device without plugs', stdin: 'action=list', device: 'single' },
  { behaviour: 'off of a fabric device', stdin: 'action=off', device: 'fabric' },
  { behaviour: 'disable of a fabric device', stdin: 'action=disable', device: 'fabric' },
  { behaviour: 'enable of a fabric device', stdin: 'action=ENABLE', device: 'fabric' },
  { behaviour: 'reboot of a fabric device', stdin: 'action=reboot', device: 'fabric' },
  { behaviour: 'enable of another device', stdin: 'action=enable\nplug=1' },
  { behaviour: 'validate-all', stdin: 'action=validate-all\nplug=1' },
  { behaviour: 'validate-all of an unknown target', stdin: 'action=validate-all\nplug=nosuch' },
  { behaviour: 'validate-all with an invalid option', stdin: 'action=validate-all\nplug=1\ndelay=x' },
  { behaviour: 'version', argv: ['-V'] },
  { behaviour: 'an unknown action', stdin: 'action=explode\nplug=1' },
  { behaviour: 'an action in capitals', stdin: 'action=OFF\nplug=1' },
  { behaviour: 'an action with a blank before it', stdin: 'action= off\nplug=1' },
  { behaviour: 'no plug', stdin: 'action=off' },
  { behaviour: 'carriage returns, blanks, comments, empty lines', stdin: '# x\r\n\r\n  action=off\t\r\nplug=1 \r\n' },
  { behaviour: 'quotes', stdin: 'action="off"\nplug="1"' },
  { behaviour: 'the last of several lines', stdin: 'action=off\nplug=2\nplug=1\naction=status' },
  { behaviour: 'the old name port', stdin: 'action=off\nport=1' },
  { behaviour: '- for _ in names', stdin: 'action=off\nplug=9\nmissing-as-off=1' },
  { behaviour: 'an unknown name', stdin: 'action=off\nplug=1\nfrob=1' },
  { behaviour: 'nodename', stdin: 'action=off\nplug=1\nnodename=node1' },
  { behaviour: 'booleans in words', stdin: 'action=off\nplug=9\nmissing_as_off=YES' },
  { behaviour: 'a fraction of a second', stdin: 'action=off\nplug=1\npower_wait=1.5' },
  { behaviour: 'seconds with a unit', stdin: 'action=off\nplug=1\npower_timeout=5s' },
  { behaviour: 'short options', argv: ['-o', 'off', '-n', '1'] },
  { behaviour: 'short options with their value attached, bundled flags', argv: ['-qooff', '-n1'] },
  { behaviour: 'long options', argv: ['--action', 'off', '--plug=1'] },
  { behaviour: 'unique prefixes', argv: ['--act', 'off', '--plug=1', '--missing'] },
  { behaviour: 'an ambiguous prefix', argv: ['-o', 'off', '-n', '1', '--power=1'] },
  { behaviour: 'an unknown option', argv: ['-o', 'off', '-n', '1', '--frob'] },
  { behaviour: 'a value that is missing', argv: ['-n', '1', '-o'] },
  { behaviour: 'a value for a flag', argv: ['-o', 'off', '-n', '1', '--quiet=1'] },
  { behaviour: 'the last of several options', argv: ['-o', 'off', '-n', '1', '--action', 'status'] },
  { behaviour: 'an end of the options', argv: ['-o', 'status', '-n', '1', '--', '-o', 'off'] },
  { behaviour: 'a stray word while only looking', argv: ['stray', '-o', 'status', '-n', '1'] },
  { behaviour: 'a call by Pacemaker', stdin: 'nodename=1\naction=off\nport=1', pacemaker: true },

  { behaviour: 'status of fence_dummy', stdin: 'action=status', device: 'debian' },
  { behaviour: 'off of fence_dummy', stdin: 'action=off', device: 'debian' },
  { behaviour: 'on of fence_dummy', stdin: 'action=on', device: 'debian' },
  { behaviour: 'reboot of fence_dummy', argv: ['-o', 'reboot'], device: 'debian' },
  { behaviour: 'monitor of fence_dummy', argv: ['--action=monitor'], device: 'debian' },
  { behaviour: 'list of fence_dummy', stdin: 'action=list', device: 'debian' },
  { behaviour: 'validate-all of fence_dummy', stdin: 'action=validate-all', device: 'debian' },
  { behaviour: 'a delay of fence_dummy', stdin: 'action=off\ndelay=1', device: 'debian' },
  { behaviour: 'fence_dummy called by Pacemaker', stdin: 'port=a\naction=off\nnodename=a', device: 'debian', pacemaker: true },
  { behaviour: 'fence_dummy without an action', stdin: 'nodename=a', device: 'debian', better: plainly },

  { behaviour: 'a stray word in a power action', argv: ['-o', 'off', '-n', '1', 'status'], better: plainly },
  { behaviour: 'a blank after the name', stdin: 'action = status\nplug=1', better: plainly },
  { behaviour: 'a name in capitals', stdin: 'ACTION=status\nplug=1', better: plainly },
  { behaviour: 'a byte-order mark', stdin: '\uFEFFaction=status\nplug=1', better: plainly },
  { behaviour: 'empty input', stdin: '', device: 'single', better: plainly },
  { behaviour: 'no action', stdin: 'plug=1', better: plainly },
  { behaviour: 'the old name option', stdin: 'option=status\nplug=1', better: 'it means action, as it always did; here it is unknown, and the machine is rebooted' },
  { behaviour: 'plug and port that differ', stdin: 'action=off\nplug=2\nport=1', better: 'a contradiction is refused; the order in which Pacemaker sends lines is random' },
  { behaviour: 'an empty plug', stdin: 'action=off\nplug=\nmissing_as_off=1', better: judged },
  { behaviour: 'an empty plug among others', stdin: 'action=off\nplug=1,,2\nmissing_as_off=1', better: judged },
  { behaviour: 'an empty plug separator', stdin: 'action=status\nplug=1\nplug_separator=' },
  { behaviour: 'a plug named twice', stdin: 'action=off\nplug=1,1', better: 'told once' },
  { behaviour: 'help=0', stdin: 'action=off\nplug=1\nhelp=0', better: 'booleans mean what they say' },
  { behaviour: 'version=0', stdin: 'action=off\nplug=1\nversion=0', better: 'booleans mean what they say' },
  { behaviour: 'missing_as_off=0', stdin: 'action=off\nplug=9\nmissing_as_off=0', better: 'booleans mean what they say' },
  { behaviour: 'help=1 beside a power action', stdin: 'action=off\nplug=1\nhelp=1', better: 'exit status 0 would pass for a node fenced' },
  { behaviour: 'a boolean that is none', stdin: 'action=off\nplug=1\nquiet=maybe', better: judged },
  { behaviour: 'verbose_level that is no number', stdin: 'action=status\nplug=1\nverbose_level=x', better: judged },
  { behaviour: 'a negative power_wait', stdin: 'action=off\nplug=1\npower_wait=-1', better: judged },
  { behaviour: 'a negative delay', stdin: 'action=off\nplug=1\ndelay=-1', better: judged },
  { behaviour: 'reboot with retry_on=0', stdin: 'action=reboot\nplug=1\nretry_on=0', better: 'the machine is powered on once, as Rebooted says' },
  { behaviour: 'validate-all without a plug', stdin: 'action=validate-all', better: 'Pacemaker adds the plug at run time: a device is configured without' },
  { behaviour: 'retry_on=0 for on', stdin: 'action=on\nplug=2\npower_timeout=1\nretry_on=0', deaf: ['on'] },
]; // prettier-ignore
