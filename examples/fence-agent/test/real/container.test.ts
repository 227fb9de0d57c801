// ocf:sleepi3:docker with heartbeat's real one, whose docker is a stand-in that keeps its containers in files.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';

const ours = join(import.meta.dirname, '../../ocf/docker');
const ocfRoot = '/usr/lib/ocf';
const heartbeats = `${ocfRoot}/resource.d/heartbeat/docker`;

/** What is asked of docker is a line in `log`; each of `containers` says what became of it. */
const docker = `#!/bin/sh
echo "$*" >> "$STATE/log"
for name; do :; done
container=$STATE/containers/$name
case $1 in
version) [ ! -e "$STATE/down" ] ;;
images) printf 'REPOSITORY TAG\\n%s\\n' "$(cat "$STATE/images")" ;;
pull) echo httpd latest > "$STATE/images" ;;
inspect)
  [ -e "$container" ] || { echo "Error: No such container: $name" >&2; exit 1; }
  case $* in *State.Running*) [ "$(cat "$container")" = running ] && echo true || echo false ;; esac
  ;;
run)
  [ -e "$STATE/down" ] && exit 125
  for word; do case $word in --name=*) container=$STATE/containers/\${word#*=} ;; esac; done
  [ ! -e "$container" ] || exit 125
  grep -q httpd "$STATE/images" || case $* in *--pull=never*) exit 125 ;; *) echo httpd latest > "$STATE/images" ;; esac
  echo created > "$container"
  [ ! -e "$STATE/busy-port" ] || exit 125
  [ -e "$STATE/exits" ] && echo exited > "$container" || echo running > "$container"
  ;;
start) echo running > "$container" ;;
stop | kill) echo exited > "$container" ;;
rm) [ "$(cat "$container")" != running ] && rm "$container" ;;
exec)
  [ "$2" = --help ] && exit
  echo >> "$STATE/asked"
  [ "$(wc -l < "$STATE/asked")" -gt "$(cat "$STATE/unhealthy")" ]
  ;;
esac
`;

/** What there is before an action, and what it is told. */
interface World {
  readonly container: 'absent' | 'created' | 'running' | 'exited';
  readonly image: boolean;
  /** What else is the matter: the daemon does not answer, the port is taken, the container ends at once. */
  readonly trouble: 'none' | 'down' | 'busy-port' | 'exits';
  /** How often the container's health is bad before it is good. */
  readonly unhealthy: number;
  readonly parameters: Readonly<Record<string, string>>;
}

const sound: World = { container: 'absent', image: true, trouble: 'none', unhealthy: 0, parameters: {} };

describe.runIf(haveRealParts(heartbeats))('ocf:sleepi3:docker', () => {
  let directory: string;
  let worlds = 0;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'container-'));
    writeFileSync(join(directory, 'docker'), docker);
    writeFileSync(join(directory, 'sleep'), '#!/bin/sh\n');
    for (const program of ['docker', 'sleep']) chmodSync(join(directory, program), 0o755);
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  function call(agent: string, action: string, world: Partial<World> = {}) {
    const { container, image, trouble, unhealthy, parameters } = { ...sound, ...world };
    const state = join(directory, String(worlds++));
    mkdirSync(join(state, 'containers'), { recursive: true });
    if (container !== 'absent') writeFileSync(join(state, 'containers/web'), `${container}\n`);
    writeFileSync(join(state, 'images'), image ? 'httpd latest\n' : '');
    writeFileSync(join(state, 'unhealthy'), String(unhealthy));
    if (trouble !== 'none') writeFileSync(join(state, trouble), '');
    const own = { image: 'httpd', name: 'web', run_opts: '--init -p 80:80', ...parameters };
    const { status, stdout, stderr } = spawnSync(agent, [action], {
      encoding: 'utf8',
      env: {
        ...{ PATH: `${directory}:/usr/sbin:/usr/bin:/sbin:/bin`, STATE: state, OCF_ROOT: ocfRoot },
        ...{ HA_RSCTMP: state, HA_LOGFILE: join(state, 'ha-log'), HA_LOGFACILITY: 'none' },
        ...{ OCF_RESOURCE_INSTANCE: 'Web', OCF_RESKEY_CRM_meta_timeout: '60000' },
        ...Object.fromEntries(Object.entries(own).map(([name, value]) => [`OCF_RESKEY_${name}`, value])),
      },
    });
    const text = (name: string) => (existsSync(join(state, name)) ? readFileSync(join(state, name), 'utf8') : '');
    const containers = readdirSync(join(state, 'containers')).map((name) => [name, text(`containers/${name}`).trim()]);
    const calls = text('log').trimEnd().split('\n');
    return { result: { status, containers, images: text('images') }, calls, stdout, stderr };
  }

  it('asks docker nothing before it starts the container', () => {
    const { result, calls } = call(ours, 'start');
    expect(result).toMatchObject({ status: 0, containers: [['web', 'running']] });
    expect(calls[0]).toBe('run --pull=never -d --name=web --init -p 80:80 httpd');
    const { calls: heartbeatsCalls } = call(heartbeats, 'start');
    expect(heartbeatsCalls.findIndex((line) => line.startsWith('run '))).toBeGreaterThan(1);
  });

  it('never pulls an image that nobody has allowed it to pull', () => {
    expect(call(ours, 'start', { image: false }).result).toEqual(call(heartbeats, 'start', { image: false }).result);
    expect(call(ours, 'start', { image: false }).result).toMatchObject({ containers: [], images: '' });
  });

  it('has started when the container is healthy, and not when it has ended', () => {
    const parameters = { monitor_cmd: 'true' };
    const { result, calls } = call(ours, 'start', { unhealthy: 2, parameters });
    expect(result).toMatchObject({ status: 0 });
    expect(calls.filter((line) => line === 'exec web true')).toHaveLength(3);
    const ended = call(ours, 'start', { trouble: 'exits' });
    expect(ended.result).toMatchObject({ status: 1 });
    expect(ended.stderr).toContain('exited after start');
  });

  it('comes to what heartbeat comes to, whatever there is and whatever is asked', { timeout: 300_000 }, () => {
    const world = fc.record<World>({
      container: fc.constantFrom('absent', 'created', 'running', 'exited'),
      image: fc.boolean(),
      trouble: fc.constantFrom('none', 'down', 'busy-port', 'exits'),
      unhealthy: fc.nat(2),
      parameters: fc.record(
        {
          monitor_cmd: fc.constant('true'),
          allow_pull: fc.constantFrom('true', 'false'),
          reuse: fc.constantFrom('true', 'false'),
          name: fc.constantFrom('', 'web'),
          image: fc.constantFrom('', 'httpd', 'httpd:latest'),
          run_cmd: fc.constant('httpd -X'),
        },
        { requiredKeys: [] },
      ),
    });
    fc.assert(
      fc.property(world, fc.constantFrom('start', 'start', 'stop', 'monitor', 'validate-all'), (there, action) => {
        expect(call(ours, action, there).result).toEqual(call(heartbeats, action, there).result);
      }),
      { numRuns: 60 },
    );
  });

  it("tells heartbeat's metadata", () => {
    expect(call(ours, 'meta-data').stdout).toBe(call(heartbeats, 'meta-data').stdout);
  });
});
