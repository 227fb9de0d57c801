// The TypeScript of guides, in a folder where it compiles and runs against the packages' sources.
import ts from 'typescript';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');
const bin = (name: string) => join(root, 'node_modules/.bin', name);

const paths = {
  ...Object.fromEntries(
    ['driver', 'fence-protocol', 'pcs', 'simulator'].map((name) => [
      `@sleepi3/${name}`,
      [join(root, `packages/${name}/src/index.ts`)],
    ]),
  ),
  ...Object.fromEntries(
    ['fence-protocol', 'pcs'].map((name) => [
      `@sleepi3/${name}/testing`,
      [join(root, `packages/${name}/src/testing/index.ts`)],
    ]),
  ),
};

function refuse({ messageText }: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
}

/** A temporary folder with files in it. */
export class ExampleFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'guide-'));

  constructor(files: Readonly<Record<string, string>>) {
    this.write({
      'package.json': '{ "type": "module" }\n',
      'tsconfig.json': JSON.stringify({
        extends: join(root, 'tsconfig.base.json'),
        compilerOptions: { paths, typeRoots: [join(root, 'node_modules/@types')] },
        include: ['**/*.ts'],
      }),
      ...files,
    });
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.path, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  /** What the compiler says of the files in it, and not of the packages' sources once more; empty when it is content. */
  compile(): string {
    const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: refuse };
    const config = ts.getParsedCommandLineOfConfigFile(join(this.path, 'tsconfig.json'), {}, host);
    if (config === undefined) throw new Error(`${this.path} has no tsconfig.json`);
    const program = ts.createProgram(config.fileNames, config.options);
    const found = config.fileNames.flatMap((name) => {
      const file = program.getSourceFile(name);
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    });
    return ts.formatDiagnostics([...config.errors, ...program.getOptionsDiagnostics(), ...found], {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => this.path,
      getNewLine: () => '\n',
    });
  }

  /** Runs one of the files. Node's own options may go before it. */
  async run(...words: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
    const env = { ...process.env, TSX_TSCONFIG_PATH: join(this.path, 'tsconfig.json') };
    return promisify(execFile)(bin('tsx'), words, { cwd: this.path, env, encoding: 'utf8' });
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}
