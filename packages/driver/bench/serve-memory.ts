// A board in memory served on the socket given as the argument, for the benches to have it in another process.
import { MemoryBus } from '../test/memory-bus.js';
import { serveBus } from '../test/unix-server.js';

await serveBus(new MemoryBus(), process.argv[2] ?? '');
console.log('ready');
