// What Pacemaker tells an alert agent, in its environment (Pacemaker Explained, "Alert Agents": CRM_alert_*).
import { AlertError } from '../errors.js';
import { operationOf } from './fencing-operation.js';

interface Common {
  /** When it happened, ISO 8601. */
  readonly at: string;
  /** The file of receivers: the value of the alert's recipient; undefined when it names none. */
  readonly receivers: string | undefined;
}

export type PacemakerAlert =
  | (Common & {
      readonly kind: 'node';
      readonly node: string;
      readonly state: 'member' | 'lost';
    })
  | (Common & {
      readonly kind: 'fencing';
      readonly target: string;
      /** `reboot`, `off`, `on`; what CRM_alert_task says when the description does not. */
      readonly action: string;
      /** 0 when it succeeded, else an errno or a status of pacemaker-fenced. */
      readonly status: number;
      /** Pacemaker's own sentence. */
      readonly description: string;
    })
  | (Common & {
      readonly kind: 'resource';
      readonly resource: string;
      readonly node: string;
      /** `start`, `stop`, `monitor`, `promote` … */
      readonly task: string;
      /** ms; 0 for what is not repeated. */
      readonly interval: number;
      /** The agent's exit status, and the one that was expected. */
      readonly status: number;
      readonly expected: number;
      /** The exit status in words. */
      readonly description: string;
    });

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The alert in an environment; undefined for kinds that are nobody's business (attribute, and whatever a later version adds).
 *
 * @param now For an alert that does not say when it happened.
 * @throws AlertError `NOT_AN_ALERT` when it is not one, or is not whole.
 */
export function alertIn(environment: Environment, now: Date): PacemakerAlert | undefined {
  const text = (name: string) => {
    const value = environment[`CRM_alert_${name}`];
    if (value === undefined) throw new AlertError('NOT_AN_ALERT', `CRM_alert_${name} is not set`);
    return value;
  };
  const number = (name: string) => {
    const value = text(name);
    if (!/^-?\d+$/.test(value)) throw new AlertError('NOT_AN_ALERT', `CRM_alert_${name} is not a number: ${value}`);
    return Number(value);
  };
  const recipient = environment['CRM_alert_recipient'];
  const common: Common = {
    at: timeOf(environment) ?? now.toISOString(),
    receivers: recipient === '' ? undefined : recipient,
  };
  switch (text('kind')) {
    case 'node': {
      const state = text('desc');
      return state === 'member' || state === 'lost'
        ? { ...common, kind: 'node', node: text('node'), state }
        : undefined;
    }
    case 'fencing': {
      const description = text('desc');
      return {
        ...common,
        kind: 'fencing',
        target: text('node'),
        action: operationOf(description).action ?? text('task'),
        status: number('rc'),
        description,
      };
    }
    case 'resource':
      return {
        ...common,
        kind: 'resource',
        resource: text('rsc'),
        node: text('node'),
        task: text('task'),
        interval: number('interval'),
        status: number('rc'),
        expected: number('target_rc'),
        description: text('desc'),
      };
    default:
      return undefined;
  }
}

/** By the epoch, which has no format of its own; undefined where a Pacemaker gives only the text. */
function timeOf(environment: Environment): string | undefined {
  const seconds = environment['CRM_alert_timestamp_epoch'];
  if (seconds === undefined || !/^\d{1,12}$/.test(seconds)) return undefined;
  const microseconds = Number(environment['CRM_alert_timestamp_usec'] ?? 0);
  return new Date(Number(seconds) * 1000 + Math.floor((microseconds || 0) / 1000)).toISOString();
}
