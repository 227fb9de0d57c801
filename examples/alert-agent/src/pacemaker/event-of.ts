// Whether an alert of Pacemaker is worth a person's time, and what to say then.
import type { AlertEvent } from '../event.js';
import type { PacemakerAlert } from './environment.js';
import { type FencingOperation, isByHand, operationOf } from './fencing-operation.js';

type AlertOf<Kind extends PacemakerAlert['kind']> = Extract<PacemakerAlert, { kind: Kind }>;

/** Exit statuses of resource agents that a probe may well find: running where nothing was expected, in either role. */
const found = new Set([0, 8]);

/** Whether somebody has to know of it. Most alerts are of starts, stops and monitors that went well. */
export function isNews(alert: PacemakerAlert): boolean {
  switch (alert.kind) {
    case 'fencing':
      return alert.action !== 'on'; // unfencing is none
    case 'node':
      return true;
    case 'resource': {
      const { task, interval, status, expected } = alert;
      return status !== expected && !(task === 'monitor' && interval === 0 && found.has(status));
    }
  }
}

/** The event of an alert that is news. */
export function eventOf(alert: PacemakerAlert, reporter: string): AlertEvent {
  switch (alert.kind) {
    case 'fencing':
      return fencingEvent(alert, reporter);
    case 'node':
      return nodeEvent(alert, reporter);
    case 'resource':
      return resourceEvent(alert, reporter);
  }
}

function fencingEvent(alert: AlertOf<'fencing'>, reporter: string): AlertEvent {
  const { target, action, status, description, at } = alert;
  const operation = operationOf(description);
  const common = { kind: 'fencing', subject: target, reporter, at } as const;
  if (status !== 0) {
    return {
      ...common,
      severity: 'error',
      title: `${target} could not be fenced`,
      text:
        `${sentence(description)} Until a fencing of ${target} succeeds the cluster starts nothing of what ran there, so the ` +
        'service may be down. Pacemaker tries again by itself. Look at "pcs stonith history" and "fence_sleepi3 check". ' +
        `If ${target} is off for certain, with its power unplugged, "pcs stonith confirm ${target}" lets the cluster go on.`,
      key: `fencing-failed ${target}`,
      quietSeconds: 900,
    };
  }
  if (operation.confirmed) return { ...common, ...confirmation(target, operation) };
  const back =
    action === 'off'
      ? `${target} stays off. Switch it on when you know why it failed.`
      : `Nothing has to be done: ${target} is woken and comes back by itself.`;
  return {
    ...common,
    severity: isByHand(operation) ? 'info' : 'warning',
    title: `${target} was fenced`,
    text:
      `${operation.executor ?? 'The cluster'} cut the power of ${target} ${reasonFor(operation)}. What ran there is started ` +
      `on another node. ${back} "cluster-setup history" shows what happened.`,
    key: `fenced ${target}`,
    quietSeconds: 5,
  };
}

/** Of a confirmation: a warning also to the person who gave it, since nobody checked it. */
function confirmation(target: string, operation: FencingOperation) {
  return {
    severity: 'warning',
    title: `a person declared ${target} off`,
    text:
      `A person${placeOf(operation)} declared that ${target} is off, by "pcs stonith confirm". Nothing cut its power, and ` +
      `nothing checked that it is off. What ran there is started on another node. If ${target} still runs, the service runs ` +
      `twice and its data is at risk: unplug the power of ${target} at once. Otherwise ${target} stays off: switch it on when ` +
      'you know why it failed.',
    key: `confirmed ${target}`,
    quietSeconds: 5,
  } as const;
}

function reasonFor(operation: FencingOperation): string {
  if (!isByHand(operation)) return 'because the cluster had lost it, or could not stop what ran there';
  return `at the request of a person${placeOf(operation)}`;
}

/** ` on pi-a`, or nothing when it is not said where. */
function placeOf({ origin }: FencingOperation): string {
  return origin === undefined ? '' : ` on ${origin}`;
}

function nodeEvent({ node, state, at }: AlertOf<'node'>, reporter: string): AlertEvent {
  const common = { kind: 'node', severity: 'info', subject: node, reporter, at } as const;
  return state === 'lost'
    ? {
        ...common,
        title: `${node} left the cluster`,
        text:
          `${reporter} does not hear ${node} any more. If it was not shut down in order, the cluster fences it before it starts ` +
          'what ran there; a message about that follows.',
        key: `lost ${node}`,
        quietSeconds: 5,
      }
    : {
        ...common,
        title: `${node} is back`,
        text: `${node} is a member of the cluster again. Nothing has to be done.`,
        key: `back ${node}`,
        quietSeconds: 5,
      };
}

function resourceEvent(alert: AlertOf<'resource'>, reporter: string): AlertEvent {
  const { resource, node, task, status, expected, description, at } = alert;
  const failed = task === 'stop' || task === 'demote';
  const next = failed
    ? `A node that cannot stop a resource is fenced, so that it can be started elsewhere.`
    : 'The cluster starts it again, here or on another node.';
  return {
    kind: 'resource',
    severity: failed ? 'error' : 'warning',
    subject: resource,
    reporter,
    at,
    title: `${task} of ${resource} failed on ${node}`,
    text:
      `The ${task} of ${resource} on ${node} ended with ${status} (${description}), where ${expected} was expected. ${next} ` +
      `Look at its log on ${node}; after the remedy run "pcs resource cleanup ${resource}".`,
    key: `failed ${task} ${resource} ${node}`,
    quietSeconds: 900,
  };
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
