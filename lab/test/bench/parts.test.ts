import type { Pulse } from '@sleepi3/simulator';
import { expect, it } from 'vitest';
import { describeParts, marksOfBoards, marksOfJournal, partsOf } from '../../src/bench/parts.js';
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

const begin = 1795982400;

it('tells the parts of a silence in which the service does not wait for the fencing', () => {
  const parts = partsOf(marksOfJournal(journal, pacemaker.steps, begin), begin, begin + 4.1);
  expect(describeParts(parts)).toBe(
    'detection 1.20, membership 1.30, election 0.40, fencing request 0.50, start 0.50, answer 0.20',
  );
  expect(parts.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(4.1);
});

it('tells what the boards did in between, also of a second pulse that only wakes', () => {
  const pulses: Readonly<Record<string, readonly Pulse[]>> = {
    'raspberrypi-2 EXTOUT': [
      { start: 100, end: 12_100, open: false },
      { start: 404_200, end: 416_200, open: false },
      { start: 416_700, end: 417_000, open: false },
    ],
    'raspberrypi-1 power': [
      { start: 0, end: 200, open: false },
      { start: 300, end: 414_200, open: false },
      { start: 416_700, end: 430_000, open: true },
    ],
  };
  const recording = { pulses: (group: string, name: string) => [...(pulses[`${group} ${name}`] ?? [])] };
  const boards = marksOfBoards(recording, { shooter: 'raspberrypi-2', target: 'raspberrypi-1' }, 400_000);
  const told = marksOfJournal(journal, pacemaker.steps, begin).map(({ name, at }) => ({ name, at: at - begin + 400 }));
  const parts = partsOf([...told, ...boards], 400, 416.5);
  expect(describeParts(parts)).toBe(
    'detection 1.20, membership 1.30, election 0.40, fencing request 0.50, start 0.50, EXTOUT 0.30, cut 10.00, fenced 1.70, hold 0.30, answer 0.30',
  );
});

it('tells the parts of a fencing that is asked for, in which corosync notices the cut during the hold', () => {
  const asked = `1795982400.300000 raspberrypi-2 pacemaker-fenced[806]:  notice: Client stonith_admin.1200 wants to fence (reboot) raspberrypi-1 using any device
1795982400.300100 raspberrypi-2 pacemaker-fenced[806]:  notice: Requesting peer fencing (reboot) targeting raspberrypi-1
1795982413.900000 raspberrypi-2 corosync[700]:   [TOTEM ] A processor failed, forming new configuration: token timed out (1000ms), waiting 1200ms for consensus.
1795982415.100000 raspberrypi-2 corosync[700]:   [TOTEM ] A new membership (2.e) was formed. Members left: 1
1795982415.200000 raspberrypi-2 pacemaker-fenced[806]:  notice: Operation 'reboot' targeting raspberrypi-1 by raspberrypi-2 for stonith_admin.1200@raspberrypi-2: OK (complete)
`;
  const parts = partsOf(marksOfJournal(asked, pacemaker.steps, begin), begin, begin + 15.3);
  expect(describeParts(parts)).toBe('fencing request 0.30, detection 13.60, membership 1.20, fenced 0.10, answer 0.10');
});

it('leaves out what was not told or done, and never counts what was before', () => {
  const earlier = '1795982399.900000 raspberrypi-2 corosync[700]:   [TOTEM ] A new membership (2.d) was formed.\n';
  expect(marksOfJournal(earlier, pacemaker.steps, begin)).toEqual([]);
  const asserted = {
    pulses: (_: string, name: string) => (name === 'EXTOUT' ? [{ start: 5, end: 9, open: true }] : []),
  };
  const nodes = { shooter: 'raspberrypi-2', target: 'raspberrypi-1' };
  expect(marksOfBoards(asserted, nodes, 5)).toEqual([{ name: 'EXTOUT', at: 0.005 }]);
  expect(marksOfBoards(asserted, nodes, 6)).toEqual([]);
  expect(partsOf([{ name: 'EXTOUT', at: 0.005 }], 1, 5)).toEqual([{ name: 'answer', seconds: 4 }]);
});

it("tells keepalived's", () => {
  const theirs = `1795982403.600000 raspberrypi-2 Keepalived_vrrp[900]: (VIP) Backup received priority 0 advertisement
1795982403.700000 raspberrypi-2 Keepalived_vrrp[900]: (VIP) Entering MASTER STATE
`;
  expect(describeParts(partsOf(marksOfJournal(theirs, keepalived.steps, begin), begin, begin + 4))).toBe(
    'detection 3.60, election 0.10, answer 0.30',
  );
});
