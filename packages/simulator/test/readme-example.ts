import { createHarness, record } from '@sleepi3/simulator';

const { boards, clock } = createHarness({ coldRegisters: { inputControl: 0x01 } }); // EIPDE: EXTIN cuts the power
const [shooter, target] = boards;
const recording = record(boards, 'One fencing');
await clock.advance(2_000);
await shooter.bus.writeByte(0x6e, 0x0d, 1); // assert EXTOUT, as a fence agent does over I2C
await clock.advance(12_000); // at once: the clock is virtual
await shooter.bus.writeByte(0x6e, 0x0d, 0);
await clock.advance(2_000);
console.log(target.powered, recording.pulses(target.name, 'EXTIN')); // false [ { start: 2000, end: 14000, open: false } ]
target.setSwitch(true); // someone presses its switch
await clock.advance(6_000);
export const picture = recording.toSvg(); // what you see below
