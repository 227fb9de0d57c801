// The commands of fence devices and levels, on a file.
import { commands } from '../../src/index.js';
import { meta, option, type OnFile } from './on-file.js';

const { stonith } = commands;

export const stonithCommands: readonly OnFile[] = [
  {
    command: stonith.create(
      'fence_raspi',
      'fence_ipmilan',
      { ip: '1.2.3.4', username: 'u', pcmk_host_list: 'raspberrypi-1 raspberrypi-2', pcmk_host_check: 'static-list' },
      { meta: { 'resource-stickiness': 1 } },
    ),
    then: [
      '//primitive[@id="fence_raspi" and @class="stonith" and @type="fence_ipmilan"]',
      option('fence_raspi', 'pcmk_host_list', 'raspberrypi-1 raspberrypi-2'),
      option('fence_raspi', 'pcmk_host_check', 'static-list'),
    ],
  },
  { command: stonith.delete('F1'), then: ['not(//primitive[@id="F1"])'] },
  { command: stonith.disable('F1'), then: [meta('F1', 'target-role', 'Stopped')] },
  { command: stonith.meta('F1', { 'target-role': 'Stopped' }), then: [meta('F1', 'target-role', 'Stopped')] },
  {
    command: stonith.op.add('F1', 'monitor', { interval: '44s' }, { force: true }),
    then: ['//*[@id="F1"]//op[@interval="44s"]'],
  },
  { command: stonith.op.delete('F1', 'monitor', { interval: '60s' }), then: ['not(//*[@id="F1"]//op)'] },
  { command: stonith.op.deleteById('F1-monitor-interval-60s'), then: ['not(//*[@id="F1"]//op)'] },
  {
    command: stonith.level.add(3, 'n1', ['F1', 'F2']),
    then: ['//fencing-level[@index="3" and @target="n1" and @devices="F1,F2"]'],
  },
  { command: stonith.level.add(3, { node: 'n2' }, 'F1'), then: ['//fencing-level[@index="3" and @target="n2"]'] },
  { command: stonith.level.add(1, { regexp: 'n[12]' }, 'F1'), then: ['//fencing-level[@target-pattern="n[12]"]'] },
  {
    command: stonith.level.add(1, { attribute: 'rack', value: 'a=b' }, 'F1'),
    then: ['//fencing-level[@target-attribute="rack" and @target-value="a=b"]'],
  },
  { command: stonith.level.delete(2), then: ['not(//fencing-level[@index="2"])'] },
  { command: stonith.level.delete(2, { target: 'n2' }), then: ['not(//fencing-level[@index="2"])'] },
  {
    command: stonith.level.delete(1, { target: 'n1', devices: ['F1'] }),
    then: ['not(//*[@id="fl-n1-1"])', '//*[@id="fl-n2-2"]'],
  },
  { command: stonith.level.clear({ target: 'n1' }), then: ['not(//*[@id="fl-n1-1"])', '//*[@id="fl-n2-2"]'] },
  { command: stonith.level.clear({ devices: ['F2'] }), then: ['//*[@id="fl-n1-1"]', 'not(//*[@id="fl-n2-2"])'] },
  { command: stonith.level.clear({ all: true }), then: ['not(//fencing-level)'] },
];
