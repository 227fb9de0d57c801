import { expect, it } from 'vitest';
import { asksForMetadata } from '../src/metadata-request.js';

it('knows the words in which Pacemaker and people ask for the metadata', () => {
  for (const words of [['-o', 'metadata'], ['--action', 'metadata'], ['--action=metadata']]) {
    expect(asksForMetadata(words, undefined), words.join(' ')).toBe(true);
  }
  for (const input of ['action=metadata\n', 'action=metadata']) expect(asksForMetadata([], input)).toBe(true);
});

it('leaves whatever else is said to the parser', () => {
  for (const words of [
    ...[
      [],
      ['-o'],
      ['-o', 'off'],
      ['-o metadata'],
      ['metadata', '-o'],
      ['-o', 'metadata', '-h'],
      ['--', '-o', 'metadata'],
    ],
    ...[
      ['--action=metadata', '-h'],
      ['--action=metadata', 'off'],
      ['--action', 'metadata', '--action', 'off'],
    ],
  ]) {
    expect(asksForMetadata(words, undefined), words.join(' ')).toBe(false);
  }
  for (const input of [
    '',
    'action=off',
    'action=metadata\naction=off\n',
    'action=metadata\nhelp=1',
    ' action=metadata',
  ]) {
    expect(asksForMetadata([], input), input).toBe(false);
  }
});
