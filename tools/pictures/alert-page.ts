// Two alerts as a person reads them on a phone, in the programs' own words.
import { judgeHealth, parseDefaults } from '../../packages/driver/src/index.js';
import { eventOf } from '../../examples/alert-agent/src/pacemaker/event-of.js';
import { alertOf } from '../../examples/fence-agent/src/watch/readiness.js';
import { escaped } from './escaped.js';

const [first, second] = ['raspberrypi-1', 'raspberrypi-2'] as const;

/** What the line keeper sends when EIPDE has become 0. */
function notReady() {
  const board = {
    ...({ extin: false, extout: false, 'extin-count': 0, 'extin-trigger': 'edge' } as const),
    ...{ 'extin-powerdown': false, 'watchdog-timeout': 60 },
  };
  const defaults = parseDefaults('EXTIN_FORCED_SHUTDOWN=1\nHEARTBEAT_TIMEOUT=60\n');
  const findings = judgeHealth({ board, defaults }).filter(({ id }) => id === 'extin-powerdown');
  return alertOf({ ready: false, findings, node: first, peer: second }, first);
}

/** What the alert agent sends of a fencing. */
function fenced() {
  const description = `Operation reboot of ${second} by ${first} for pacemaker-controld.1@${first}: OK (ref=1)`;
  const alert = { at: '', receivers: undefined, kind: 'fencing', target: second, action: 'reboot', status: 0 } as const;
  return eventOf({ ...alert, description }, first);
}

export function alertPage(): string {
  const messages = [
    { ...notReady(), time: '12:01' },
    { ...fenced(), time: '19:00' },
  ];
  const drawn = messages.map(
    ({ severity, title, text, time }) =>
      `<article><header><b class="${severity}">${severity}</b><time>${time}</time></header><h2>${escaped(title)}</h2><p>${escaped(text)}</p></article>`,
  );
  return `<!doctype html>
<meta charset="utf-8">
<title>Alerts</title>
<style>
body { margin: 0; width: 390px; color: #1b222a; background: #edf0f3; font: 16px/1.45 "DejaVu Sans", sans-serif; }
h1 { margin: 0; padding: 14px 16px; color: #fff; background: #2f7f6d; font-size: 16px; }
article { margin: 12px; padding: 12px 14px; border: 1px solid #dbe1e6; border-radius: 8px; background: #fff; }
article header { display: flex; justify-content: space-between; align-items: center; font-size: 13px; color: #66727e; }
article b { padding: 1px 9px; border-radius: 10px; color: #fff; font-weight: normal; background: #5f6b77; }
article b.error { background: #b3372f; }
article b.warning { background: #a07400; }
h2 { margin: 8px 0 4px; font-size: 16px; }
p { margin: 0; }
</style>
<h1>cluster-alerts</h1>
${drawn.join('\n')}
`;
}
