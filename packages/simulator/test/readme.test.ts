import { readFile } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';

const file = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8');

it('the example of the README runs, prints what it says, and draws the picture shown there', async () => {
  const example = await file('test/readme-example.ts');
  expect(await file('README.md')).toContain(`\`\`\`ts\n${example}\`\`\``);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const { picture } = (await import('./readme-example.js')) as { picture: string };
  expect(log.mock.calls).toEqual([[false, [{ start: 2000, end: 14_000, open: false }]]]);
  log.mockRestore();
  await expect(picture).toMatchFileSnapshot('../fencing.svg');
});
