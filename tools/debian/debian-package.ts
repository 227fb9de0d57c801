// A Debian package as data, and dpkg-deb called on it. The same sources and the same time give the same bytes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface PackagedFile {
  readonly content: string | Buffer;
  /** 0644 by default. */
  readonly mode?: number;
}

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** `all` by default. */
  readonly architecture?: string;
  /** The control file, with `@VERSION@`, `@ARCHITECTURE@` and `@INSTALLED_SIZE@` in their places. */
  readonly control: string;
  /** What is installed, by its place without the first slash. */
  readonly files: Readonly<Record<string, PackagedFile>>;
  /** Files under /etc that belong to the administrator, by their places without the first slash. */
  readonly conffiles?: readonly string[];
  readonly scripts?: Readonly<Partial<Record<'postinst' | 'prerm' | 'postrm', string>>>;
}

/**
 * Builds the package and puts it into `directory`.
 *
 * @param epoch - Every time in it, s since 1970.
 * @returns Its path.
 */
export function buildDebianPackage(
  { name, version, architecture = 'all', control, files, conffiles = [], scripts = {} }: DebianPackage,
  directory: string,
  epoch: number,
): string {
  const target = join(directory, `${name}_${version}_${architecture}.deb`);
  const stage = mkdtempSync(join(tmpdir(), `${name}-`));
  try {
    chmodSync(stage, 0o755);
    for (const [path, file] of Object.entries(files)) place(stage, path, file);
    const size = String(installedSize(files));
    const controlText = control
      .replace('@VERSION@', version)
      .replace('@ARCHITECTURE@', architecture)
      .replace('@INSTALLED_SIZE@', size);
    place(stage, 'DEBIAN/control', { content: controlText });
    place(stage, 'DEBIAN/md5sums', { content: checksums(files) });
    if (conffiles.length > 0)
      place(stage, 'DEBIAN/conffiles', { content: conffiles.map((path) => `/${path}\n`).join('') });
    for (const [script, content] of Object.entries(scripts)) {
      place(stage, `DEBIAN/${script}`, { content, mode: 0o755 });
    }
    const build = ['dpkg-deb', '--root-owner-group', '-Zxz', '--build', stage, target];
    execFileSync('env', [`SOURCE_DATE_EPOCH=${epoch}`, ...build], { stdio: ['ignore', 'ignore', 'inherit'] });
    return target;
  } finally {
    rmSync(stage, { recursive: true });
  }
}

function place(stage: string, path: string, { content, mode = 0o644 }: PackagedFile): void {
  const target = join(stage, path);
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  writeFileSync(target, content);
  chmodSync(target, mode);
}

/** KiB. */
function installedSize(files: DebianPackage['files']): number {
  return Object.values(files).reduce((sum, { content }) => sum + Math.ceil(content.length / 1024) + 1, 0);
}

function checksums(files: DebianPackage['files']): string {
  return Object.entries(files)
    .map(([path, { content }]) => `${createHash('md5').update(content).digest('hex')}  ${path}\n`)
    .join('');
}
