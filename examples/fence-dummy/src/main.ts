import { nodeHost, runFenceAgent } from '@sleepi3/fence-protocol';
import { dummyAgent } from './agent.js';

const host = nodeHost(process);
void runFenceAgent(
  dummyAgent(host.name, () => Math.random()),
  host,
).then((exitStatus) => process.exit(exitStatus));
