import type { ToldIncident } from '../judge/compare.js';
import type { Machine } from '../machine/machine.js';
import type { Scenario } from './scenario.js';
import { expectRejoin } from './steps.js';

/** How the power goes, and how it comes back. */
interface PowerLoss {
  readonly whose: string;
  readonly lose: (machine: Machine) => void;
  readonly restore: (machine: Machine) => void;
  /** What can be told of each node afterwards. */
  readonly told: ToldIncident;
}

/** Both nodes lose their power at once. */
const bothDead = (name: string, { whose, lose, restore, told }: PowerLoss): Scenario => ({
  name,
  mustSee: `${whose} lose their power at once: the cluster comes back alone, and nobody shoots`,
  told: { incidents: [told, told] },
  async run(lab, verdict) {
    const boots = lab.machines.map((machine) => machine.boots);
    const start = lab.clock.now();
    lab.note('power lost');
    lab.machines.forEach(lose);
    await lab.clock.sleep(2000);
    lab.note('power back');
    lab.machines.forEach(restore);
    verdict.see(
      'both boot again',
      lab.machines.every((machine, index) => machine.boots === (boots[index] ?? 0) + 1),
    );
    await expectRejoin(lab, verdict, start);
    const shots = lab.machines.flatMap((machine) => lab.recording.pulses(machine.name, 'EXTOUT'));
    verdict.see('nobody shoots', shots.length === 0);
  },
});

export const mainsLoss = bothDead('both-dead', {
  whose: 'both nodes and their boards',
  lose: ({ board }) => {
    board.setSupply({ voltage1: 0, voltage2: 0 });
  },
  restore: ({ board }) => {
    board.setSupply({ voltage1: 12_000 });
  },
  told: { causes: ['power-lost'], wokenBy: 'poweron' },
});

export const piPowerLoss = bothDead('both-dead-boards-alive', {
  whose: 'both nodes, but not their boards,',
  lose: (machine) => {
    machine.powerOff();
  },
  restore: (machine) => {
    machine.powerOn('poweron');
  },
  // The boards had no part in it, and keep the flags of the last time.
  told: { causes: ['power-lost', 'both-dead'] },
});
