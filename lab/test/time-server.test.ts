import { describe, expect, it } from 'vitest';
import { answerTo } from '../src/network/time-server.js';

/** A client's request, version 4, with a transmit time-stamp to be told back. */
const request = Buffer.alloc(48);
request[0] = 0x23;
request.writeUInt32BE(0xdead_beef, 40);
request.writeUInt32BE(0x0102_0304, 44);

describe("the guests' time", () => {
  it('is told as a server of the first stratum tells it', () => {
    const answer = answerTo(request, 1_700_000_000.5);
    expect(answer?.[0]).toBe(0x24);
    expect(answer?.[1]).toBe(1);
    expect(answer?.subarray(24, 32)).toEqual(request.subarray(40, 48));
    for (const offset of [16, 32, 40]) {
      expect(answer?.readUInt32BE(offset)).toBe(1_700_000_000 + 2_208_988_800);
      expect(answer?.readUInt32BE(offset + 4)).toBe(2 ** 31);
    }
  });

  it('begins to count anew in 2036, as NTP does', () => {
    expect(answerTo(request, 2_085_978_496)?.readUInt32BE(40)).toBe(0);
  });

  it('is not told to what is no request', () => {
    expect(answerTo(request.subarray(0, 47), 0)).toBeUndefined();
    expect(answerTo(Buffer.alloc(48), 0)).toBeUndefined();
  });
});
