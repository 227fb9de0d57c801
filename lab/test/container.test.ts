import { expect, it } from 'vitest';
import { parseLibraries } from '../src/image/container.js';

it('finds the files that a program is linked to', () => {
  const text = `	linux-vdso.so.1 (0x00007ffff7fc8000)
	libpcre2-8.so.0 => /lib/x86_64-linux-gnu/libpcre2-8.so.0 (0x00007ffff7e5b000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007ffff7c7a000)
	/lib64/ld-linux-x86-64.so.2 (0x00007ffff7fca000)
`;
  expect(parseLibraries(text)).toEqual([
    '/lib/x86_64-linux-gnu/libpcre2-8.so.0',
    '/lib/x86_64-linux-gnu/libc.so.6',
    '/lib64/ld-linux-x86-64.so.2',
  ]);
});
