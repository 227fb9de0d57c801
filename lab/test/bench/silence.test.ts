import { expect, it } from 'vitest';
import { describeParts, partsOf } from '../../src/bench/silence.js';
import { keepalived, pacemaker } from '../../src/bench/ways.js';

/** Lines as Debian 12 writes them. */
const journal = `1795982400.100000 raspberrypi-2 corosync[700]:   [TOTEM ] Token has not been received in 750 ms
1795982401.200000 raspberrypi-2 corosync[700]:   [TOTEM ] A processor failed, forming new configuration: token timed out (1000ms), waiting 1200ms for consensus.
1795982402.500000 raspberrypi-2 corosync[700]:   [TOTEM ] A new membership (2.e) was formed. Members left: 1
1795982402.900000 raspberrypi-2 pacemaker-controld[810]:  notice: State transition S_ELECTION -> S_INTEGRATION
1795982403.400000 raspberrypi-2 pacemaker-controld[810]:  notice: Requesting fencing (reboot) targeting node raspberrypi-1
1795982403.900000 raspberrypi-2 pacemaker-controld[810]:  notice: Result of start operation for VIP on raspberrypi-2: ok
1795982415.900000 raspberrypi-2 pacemaker-fenced[806]:  notice: Operation 'reboot' targeting raspberrypi-1 by raspberrypi-2 for pacemaker-controld.810@raspberrypi-2: OK
`;

it('tells the parts of a silence in which the service does not wait for the fencing', () => {
  const parts = partsOf(journal, pacemaker.steps, 1795982400, 1795982404.1);
  expect(describeParts(parts)).toBe(
    'detection 1.20, membership 1.30, election 0.40, fencing request 0.50, start 0.50, answer 0.20',
  );
  expect(parts.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(4.1);
});

it('leaves out what was not told, and never counts a line of before', () => {
  const earlier = '1795982399.900000 raspberrypi-2 corosync[700]:   [TOTEM ] A new membership (2.d) was formed.\n';
  expect(partsOf(earlier, pacemaker.steps, 1795982400, 1795982404)).toEqual([{ name: 'answer', seconds: 4 }]);
});

it("tells keepalived's", () => {
  const theirs = `1795982403.600000 raspberrypi-2 Keepalived_vrrp[900]: (VIP) Backup received priority 0 advertisement
1795982403.700000 raspberrypi-2 Keepalived_vrrp[900]: (VIP) Entering MASTER STATE
`;
  expect(describeParts(partsOf(theirs, keepalived.steps, 1795982400, 1795982404))).toBe(
    'detection 3.60, election 0.10, answer 0.30',
  );
});
