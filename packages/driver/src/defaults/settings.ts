/** The settings of /etc/default/sleepi3 as data. Names, ranges and defaults: the vendor's sleepi3-utils 1.0. */
import type { SettableParameterName } from '../board/parameters.js';

/** When a changed setting takes effect by itself. */
export type TakesEffect =
  /** The vendor's boot service writes it to the board: at the next boot, or now by setting `parameter`. */
  | { readonly at: 'boot'; readonly parameter: SettableParameterName }
  /** The vendor's services read it at the next boot, and nothing can be done earlier. */
  | { readonly at: 'boot' }
  /** It is read when the system goes down: a change made before is in time. */
  | { readonly at: 'shutdown' }
  /** Every program reads it when it starts. */
  | { readonly at: 'next use' };

/** One setting of the file. */
export type DefaultsSetting = (
  | { readonly kind: 'seconds'; readonly default: number }
  | { readonly kind: 'switch'; readonly default: boolean; readonly words: readonly [off: string, on: string] }
  | { readonly kind: 'address'; readonly default: number }
  | { readonly kind: 'bus'; readonly default: string }
  | { readonly kind: 'rtc'; readonly default: string }
) & {
  /** Who of the vendor's reads it: config.py and sleepi3ctl, as configparser does, or shell scripts and systemd. */
  readonly readBy: 'python' | 'shell';
  /** Python's programs have a default for it. */
  readonly optional?: true;
  readonly takesEffect: TakesEffect;
};

const yesNo = ['no', 'yes'] as const;
const zeroOne = ['0', '1'] as const;

export const defaultsSettings = {
  /** The clock's name under /sys/class/rtc. */
  RTC_DEVICE: { kind: 'rtc', readBy: 'shell', default: 'rtc0', takesEffect: { at: 'next use' } },
  /** Set the system's clock from the RTC at boot. */
  HCTOSYS: { kind: 'switch', readBy: 'shell', words: yesNo, default: true, takesEffect: { at: 'boot' } },
  /** Set the RTC from the system's clock at shutdown. */
  SYSTOHC: { kind: 'switch', readBy: 'shell', words: yesNo, default: true, takesEffect: { at: 'shutdown' } },
  /** 0x6E, 0x6D or 0x6B, by the DIP switch. */
  I2C_ADDRESS: { kind: 'address', readBy: 'python', optional: true, default: 0x6e, takesEffect: { at: 'next use' } },
  /** The number of the bus, as text. Another back end is chosen by options, not here: the vendor's programs read a number. */
  I2C_BUS: { kind: 'bus', readBy: 'python', optional: true, default: '1', takesEffect: { at: 'next use' } },
  /** s without a heartbeat until the board acts, 0 = off. */
  HEARTBEAT_TIMEOUT: {
    kind: 'seconds',
    readBy: 'python',
    default: 60,
    takesEffect: { at: 'boot', parameter: 'watchdog-timeout' },
  },
  /** Power-cycle after a boot that failed; otherwise cut. */
  RETRY_BOOT: { kind: 'switch', readBy: 'python', words: zeroOne, default: true, takesEffect: { at: 'shutdown' } },
  /** s that a boot may take, 0 = no limit. */
  BOOT_TIMEOUT: { kind: 'seconds', readBy: 'python', default: 90, takesEffect: { at: 'shutdown' } },
  /** s from shutdown to the cut, 0 = no cut. */
  POWEROFF_DELAY: { kind: 'seconds', readBy: 'python', default: 10, takesEffect: { at: 'shutdown' } },
  /** Whether EXTIN held for 10 s cuts the power: the switch that makes a node fenceable. */
  EXTIN_FORCED_SHUTDOWN: {
    kind: 'switch',
    readBy: 'python',
    words: zeroOne,
    default: false,
    takesEffect: { at: 'boot', parameter: 'extin-powerdown' },
  },
} as const satisfies Record<string, DefaultsSetting>;

export type DefaultsKey = keyof typeof defaultsSettings;

interface ValueOfKind {
  seconds: number;
  switch: boolean;
  address: number;
  bus: string;
  rtc: string;
}

/** The type of a setting's value, from the table. */
export type DefaultsValue<K extends DefaultsKey> = ValueOfKind[(typeof defaultsSettings)[K]['kind']];

/** All settings, with the defaults for those that the file does not have. */
export type Defaults = { readonly [K in DefaultsKey]: DefaultsValue<K> };
