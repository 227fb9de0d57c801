/** How much a line matters. */
export type LogLevel = 'error' | 'warning' | 'info' | 'debug';

/** Where an agent writes what happens. Texts of several lines become several lines; empty ones are dropped. */
export interface Log {
  /** Why the action failed. */
  error(message: string): void;
  /** Something is wrong, and the action goes on. */
  warning(message: string): void;
  /** What was done; seen with --verbose, and in the debug file. */
  info(message: string): void;
  /** Details; seen with --verbose, and in the debug file. */
  debug(message: string): void;
}

/** One place log lines go to. */
export interface LogSink {
  /** Debug: takes every line. Warning: only warnings and errors. */
  readonly threshold: 'warning' | 'debug';
  write(level: LogLevel, message: string): void;
}

/** A log to all of `sinks`, with every occurrence of the `secrets` blotted out. */
export function createLog(sinks: readonly LogSink[], secrets: readonly string[] = []): Log {
  // The longest first, so that a secret that contains another one is blotted out whole.
  const hidden = secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  const log = (level: LogLevel) => (message: string) => {
    const clean = hidden.reduce((text, secret) => text.replaceAll(secret, '***'), message);
    const important = level === 'error' || level === 'warning';
    for (const line of clean.split(/[\r\n\0]+/)) {
      if (line.trim() === '') continue;
      for (const sink of sinks) if (important || sink.threshold === 'debug') sink.write(level, line.trimEnd());
    }
  };
  return { error: log('error'), warning: log('warning'), info: log('info'), debug: log('debug') };
}

/** A line as fencing.py writes it: `2026-01-31 12:34:56,789 ERROR: message`, in local time. */
export function formatLine(time: Date, level: LogLevel, message: string): string {
  const two = (number: number, digits = 2) => String(number).padStart(digits, '0');
  const date = `${two(time.getFullYear(), 4)}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock},${two(time.getMilliseconds(), 3)} ${level.toUpperCase()}: ${message}\n`;
}
