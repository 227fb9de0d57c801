import { describe, expect, it } from 'vitest';
import { hasListener } from '../src/scenarios/steps.js';

const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const socket = (local: string, remote: string, state: string) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 20911 1 0000000000000000 100 0 0 10 0\n`;

describe('a listener, by /proc/net/tcp', () => {
  it.each([
    ['of IPv4', socket('00000000:3EEE', '00000000:0000', '0A')],
    ['of IPv6', socket('00000000000000000000000000000000:3EEE', '00000000000000000000000000000000:0000', '0A')],
  ])('%s is seen', (_, line) => {
    expect(hasListener(heading + line, 16110)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['another port', socket('00000000:0016', '00000000:0000', '0A')],
    ["a connection to another machine's port that has ended", socket('D30BA8C0:A1B2', 'B30BA8C0:3EEE', '06')],
    ['a connection that is open', socket('D30BA8C0:3EEE', 'B30BA8C0:A1B2', '01')],
  ])('%s is none', (_, line) => {
    expect(hasListener(heading + line, 16110)).toBe(false);
  });
});
