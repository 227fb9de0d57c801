// The Debian package of a program of examples/: what all of them bring, beside what is the program's own.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { licencesOfBundled } from './bundled-licences.js';
import { htmlPages } from './html-pages.js';
import { buildDebianPackage, type DebianPackage, type PackagedFile } from './debian-package.js';

export interface ProgramPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture?: DebianPackage['architecture'];
  /** The folder with the READMEs, and `packaging/` with the control file and the maintainer scripts. */
  readonly home: string;
  /** The path of the bundled program. */
  readonly program: string;
  /** Its manual page, as roff. */
  readonly manualPage: (date: Date) => string;
  /** What is installed besides, by its place without the first slash. */
  readonly files: DebianPackage['files'];
  readonly conffiles?: readonly string[];
  /** What the copyright file says of the files that come from others. */
  readonly copyright?: string;
}

/**
 * Builds the package and puts it into `directory`.
 *
 * @param epoch - Every time in it, s since 1970.
 * @returns Its path.
 */
export function buildProgramPackage(
  { name, version, architecture, home, program, manualPage, files, conffiles = [], copyright = '' }: ProgramPackage,
  directory: string,
  epoch: number,
): string {
  const date = new Date(epoch * 1000);
  const read = (path: string) => readFileSync(join(home, path), 'utf8');
  const control = read('packaging/control');
  const documentation = `usr/share/doc/${name}`;
  return buildDebianPackage(
    {
      name,
      version,
      ...(architecture !== undefined && { architecture }),
      control,
      files: {
        [`usr/sbin/${basename(program)}`]: forDebiansNode(program),
        ...files,
        [`usr/share/man/man8/${basename(program)}.8.gz`]: gzipped(manualPage(date)),
        [`${documentation}/copyright`]: {
          content:
            readFileSync(join(import.meta.dirname, 'copyright'), 'utf8') +
            licencesOfBundled(join(dirname(program), 'metafile-cjs.json')) +
            copyright,
        },
        [`${documentation}/README.md.gz`]: gzipped(read('README.md')),
        [`${documentation}/README.ja.md.gz`]: gzipped(read('README.ja.md')),
        ...htmlPages(name),
        [`${documentation}/changelog.gz`]: gzipped(changelog(name, version, control, date)),
      },
      conffiles,
      scripts: maintainerScripts(join(home, 'packaging')),
    },
    directory,
    epoch,
  );
}

/** A bundled program that runs on Debian's own Node, wherever PATH may lead. */
function forDebiansNode(path: string): PackagedFile {
  const text = readFileSync(path, 'utf8');
  const ours = text.startsWith('#!/bin/sh\n')
    ? text.replace('\nexec node ', '\nexec /usr/bin/node ')
    : text.replace(/^#!.*/, '#!/usr/bin/node');
  return { content: ours, mode: 0o755 };
}

/** A text as Debian wants documentation and manual pages. */
function gzipped(content: string): PackagedFile {
  return { content: gzipSync(content, { level: 9 }) };
}

function changelog(name: string, version: string, control: string, date: Date): string {
  const maintainer = /^Maintainer: (.*)$/m.exec(control)?.[1] ?? '';
  return `${name} (${version}) unstable; urgency=medium

  * Release ${version}.

 -- ${maintainer}  ${date.toUTCString().replace('GMT', '+0000')}
`;
}

function maintainerScripts(folder: string): NonNullable<DebianPackage['scripts']> {
  const there = (['postinst', 'prerm', 'postrm'] as const).filter((script) => existsSync(join(folder, script)));
  return Object.fromEntries(there.map((script) => [script, readFileSync(join(folder, script), 'utf8')]));
}
