// A million random requests: none may crash the agent or move anything that was not plainly asked for. And what one
// request costs, next to the start of the process that carries it.
import fc from 'fast-check';
import { judge, notingAgent, randomRequest } from '../test/random-requests.js';

const count = Number(process.env['REQUESTS'] ?? 1_000_000);
const noting = notingAgent();
let acted = 0;
let spent = 0;

await fc.assert(
  fc.asyncProperty(randomRequest, async (request) => {
    const start = performance.now();
    const wrong = await judge(noting, request);
    spent += performance.now() - start;
    if (noting.told.length > 0) acted++;
    if (wrong !== undefined) throw new Error(wrong);
  }),
  { numRuns: count, endOnFailure: true },
);
console.log(
  `ok   ${count} random requests: no crash, nothing moved unasked; ${acted} of them did ask, ` +
    `${((spent / count) * 1000).toFixed(1)} µs each`,
);
