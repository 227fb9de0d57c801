import { describe, expect, it } from 'vitest';
import { baseSource, parseDebianSources, sourcesList } from '../parts/debian-sources.js';

describe("the machine's Debian sources", () => {
  const text = [
    'http://mirror.test/debian/|bookworm|main',
    'http://mirror.test/debian/|bookworm|main',
    'http://mirror.test/debian/|bookworm-updates|main',
    'http://mirror.test/security/|bookworm-security|main',
    'http://elsewhere.test/node/|nodistro|main',
    'http://mirror.test/debian/|bookworm|contrib',
    '',
  ].join('\n');

  it('are those of the guests’ release, each once', () => {
    expect(parseDebianSources(text, 'bookworm').map(({ suite }) => suite)).toEqual([
      'bookworm',
      'bookworm-updates',
      'bookworm-security',
    ]);
  });

  it('become the guests’ own, and debootstrap begins with the release itself', () => {
    const sources = parseDebianSources(text, 'bookworm');
    expect(baseSource(sources, 'bookworm')?.uri).toBe('http://mirror.test/debian/');
    expect(sourcesList(sources)).toBe(
      'deb http://mirror.test/debian/ bookworm main\n' +
        'deb http://mirror.test/debian/ bookworm-updates main\n' +
        'deb http://mirror.test/security/ bookworm-security main\n',
    );
  });

  it('are those of another release in the same places, unless apt knows them by itself', () => {
    expect(parseDebianSources(text, 'trixie').map(({ suite }) => suite)).toEqual([
      'trixie',
      'trixie-updates',
      'trixie-security',
    ]);
    const known = `${text}http://other.test/debian/|trixie|main\n`;
    expect(parseDebianSources(known, 'trixie').map(({ uri }) => uri)).toEqual(['http://other.test/debian/']);
  });

  it('lack the base system on a machine without a repository of Debian', () => {
    expect(
      baseSource(parseDebianSources('http://elsewhere.test/node/|nodistro|main', 'trixie'), 'trixie'),
    ).toBeUndefined();
  });
});
