#!/usr/bin/env node
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { defineFenceAgent, nodeHost, runFenceAgent, standard, string } from '@sleepi3/fence-protocol';

// Relays that Linux drives as LEDs: /sys/class/leds/<plug>/brightness is 1 or 0.
const agent = defineFenceAgent({
  name: 'fence_relay',
  shortDescription: 'Fence agent for relays that are driven as LEDs',
  longDescription: 'Cuts and restores the power of the machines behind the relays.',
  vendorUrl: 'https://docs.kernel.org/leds/leds-class.html',
  options: {
    plug: standard,
    directory: string({ default: '/sys/class/leds', description: 'Where the relays are' }),
  },
  async powerStatus({ plug, options }) {
    const brightness = await readFile(`${options.directory}/${plug}/brightness`, 'utf8');
    return Number(brightness) > 0 ? 'on' : 'off';
  },
  async setPower({ plug, options, action }) {
    await writeFile(`${options.directory}/${plug}/brightness`, action === 'on' ? '1' : '0');
  },
  async list({ options }) {
    return (await readdir(options.directory)).map((id) => ({ id }));
  },
});

void runFenceAgent(agent, nodeHost(process)).then((exitStatus) => process.exit(exitStatus));
