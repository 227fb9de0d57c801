// i2cget and i2cset as shell scripts that behave as those of i2c-tools 4.3 do, on a board made of files.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FakeI2cTools {
  /** Where the two programs are. */
  readonly directory: string;
  /** Stands for /dev/i2c-1. */
  readonly device: string;
  dispose(): Promise<void>;
}

/** Every word register is one file, `r04`; a byte of it is its low byte, as in the kernel's i2c-stub. */
const common = `#!/bin/sh
directory=$(dirname "$0")
[ "$1" = -y ] || { echo 'would ask' >&2; exit 1; }
if [ ! -e "$directory/device" ] || [ "$2" != 1 ]; then
  echo "Error: Could not open file \\\`/dev/i2c-$2' or \\\`/dev/i2c/$2': No such file or directory" >&2; exit 1
fi
if [ -e "$directory/fault" ]; then . "$directory/fault"; fi
`;

export async function createFakeI2cTools(): Promise<FakeI2cTools> {
  const directory = await mkdtemp(join(tmpdir(), 'sleepi3-tools-'));
  const device = join(directory, 'device');
  await writeFile(device, '');
  await writeFile(
    join(directory, 'i2cget'),
    `${common}[ "$3" = 0x6e ] || { echo 'Error: Read failed' >&2; exit 2; }
value=0; [ ! -e "$directory/$4" ] || read -r value <"$directory/$4"
case $5 in b) printf '0x%02x\\n' $((value & 255));; w) printf '0x%04x\\n' "$value";; esac
`,
    { mode: 0o755 },
  );
  await writeFile(
    join(directory, 'i2cset'),
    `${common}[ "$3" = 0x6e ] || { echo 'Error: Write failed' >&2; exit 1; }
echo $(($5)) >"$directory/$4"
`,
    { mode: 0o755 },
  );
  return { directory, device, dispose: () => rm(directory, { recursive: true, force: true }) };
}
