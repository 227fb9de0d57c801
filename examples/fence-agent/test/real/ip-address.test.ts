// ocf:sleepi3:IPaddr2 with heartbeat's real one: two nodes and a client in network namespaces, real addresses, real ARP.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';

const agent = join(import.meta.dirname, '../../ocf/IPaddr2');
const ocfRoot = '/usr/lib/ocf';

/** Needs heartbeat's agent, and root or a machine that lets anyone have namespaces. */
const possible =
  haveRealParts(`${ocfRoot}/resource.d/heartbeat/IPaddr2`, 'ip') &&
  spawnSync('unshare', ['--net', '--pid', '--fork', 'ip', 'link', 'show']).status === 0;

/** A client on a bridge, and two nodes on it, each answering HTTP with its name. `on N ACTION` runs the agent on node N. */
const stage = (scratch: string) => `
set -eu
ip link set lo up
ip link add bridge type bridge forward_delay 0
ip address add 192.0.2.1/24 dev bridge
ip link set bridge up
add() {
  unshare --net sleep 600 & eval "node$1=$!"
  pid=$!
  until [ "$(readlink /proc/$pid/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
  ip link add "port$1" type veth peer name eth0 netns "$pid"
  ip link set "port$1" master bridge up
  nsenter -t "$pid" -n sh -c "ip link set lo up; ip address add 192.0.2.1$1/24 dev eth0; ip link set eth0 up"
  nsenter -t "$pid" -n "$NODE" -e 'require("http").createServer((_, to) => to.end(process.argv[1])).listen(80)' "node $1" &
}
on() {
  eval "pid=\\$node$1"
  nsenter -t "$pid" -n env OCF_ROOT=${ocfRoot} HA_RSCTMP=${scratch}/"$1" OCF_RESOURCE_INSTANCE=VIP OCF_RESKEY_ip=192.0.2.99 \\
    OCF_RESKEY_cidr_netmask=24 HA_LOGFILE=${scratch}/log HA_LOGFACILITY=none "$AGENT" "$2"
}
mkdir ${scratch}/1 ${scratch}/2
add 1
add 2
`;

/** Asks without pause over new connections, and tells who answered and the longest time without an answer, ms. */
const client = `
const http = require('http');
const { writeFileSync, existsSync } = require('fs');
const [ready, moved, end] = process.argv.slice(1);
const answers = [], failures = [];
let last, longest = 0;
const ask = () => new Promise((resolve) => {
  const request = http.get({ host: '192.0.2.99', agent: false, timeout: 5000 }, (from) => {
    let text = '';
    from.on('data', (data) => (text += data)).on('end', () => resolve(text));
  });
  request.on('error', (error) => { failures.push(error.code); resolve(); }).on('timeout', () => {
    request.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
  });
});
(async () => {
  for (let ending = false; !ending; ) {
    ending = existsSync(end);
    const answer = await ask();
    if (answer === undefined) {
      ending = false;
      continue;
    }
    const now = performance.now();
    if (last !== undefined) longest = Math.max(longest, now - last);
    last = now;
    if (answers.at(-1) !== answer) answers.push(answer);
    if (answers.length <= 2) writeFileSync([ready, moved][answers.length - 1], '');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  console.log(JSON.stringify({ answers, failures, longest }));
})();
`;

describe.runIf(possible)('the VIP', () => {
  let scratch: string;
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'vip-'));
  });
  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true });
  });

  /** Runs it on a new stage; what it prints. */
  function act(script: string): string {
    const place = mkdtempSync(join(scratch, 'stage-'));
    const words = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', stage(place) + script];
    const { stdout, stderr, status } = spawnSync('unshare', words, {
      encoding: 'utf8',
      timeout: 120_000,
      env: {
        PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
        NODE: process.execPath,
        AGENT: agent,
        PLACE: place,
        CLIENT: client,
      },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.any(String) });
    return stdout;
  }

  /** Moves it from the first node to the second by these commands while a client asks. */
  const moved = (commands: string) =>
    JSON.parse(
      act(`
        on 1 start
        "$NODE" -e "$CLIENT" "$PLACE/ready" "$PLACE/moved" "$PLACE/end" > "$PLACE/seen" & client=$!
        until [ -e "$PLACE/ready" ]; do sleep 0.05; done
        # A start announces the address several times, from the background: until then the client would go to and fro.
        while grep -qsE '^(IPaddr2|send_arp|arping)' /proc/[0-9]*/comm; do sleep 0.05; done
        ${commands}
        until [ -e "$PLACE/moved" ]; do sleep 0.05; done
        touch "$PLACE/end"
        wait $client
        cat "$PLACE/seen"
      `),
    ) as { readonly answers: readonly string[]; readonly failures: readonly string[]; readonly longest: number };

  it('answers at all times while it is handed over', () => {
    const { answers, failures } = moved(
      'on 1 migrate_to; on 2 migrate_from; until [ -e "$PLACE/moved" ]; do sleep 0.05; done; on 1 stop',
    );
    expect(answers).toEqual(['node 1', 'node 2']);
    // A connection that is open when the address moves belongs to the old node, and may be reset; none may wait in vain.
    expect(failures.filter((code) => code !== 'ECONNRESET')).toEqual([]);
    expect(failures.length).toBeLessThanOrEqual(1);
  });

  it('is away for as long as the cluster takes between stop and start, where it is not', () => {
    const { answers, longest } = moved('on 1 stop; sleep 1; on 2 start');
    expect(answers).toEqual(['node 1', 'node 2']);
    expect(longest).toBeGreaterThan(1000);
  });

  it('is not handed over by a node that does not have it', () => {
    expect(act('on 1 migrate_to || echo "exit $?"')).toContain('exit 7');
  });

  it('is taken over although a search for duplicates, which would find the old node, is configured', () => {
    const script = 'on 1 start; (export OCF_RESKEY_run_arping=true; on 2 migrate_from) && on 2 monitor && echo taken';
    expect(act(script)).toContain('taken');
  });

  it('is held, looked at and let go as by the other agent', () => {
    const script =
      'for what in validate-all start monitor start stop stop; do on 1 $what; done; on 1 monitor || echo "exit $?"';
    expect(act(script)).toContain('exit 7');
  });
});

describe.runIf(possible)('its metadata', () => {
  const metadata = (path: string) =>
    spawnSync(path, ['meta-data'], { encoding: 'utf8', env: { ...process.env, OCF_ROOT: ocfRoot } }).stdout;
  const actions = (text: string) => [...text.matchAll(/<action name="([\w-]+)"/g)].map(([, name]) => name);
  const parameters = (text: string) => [...text.matchAll(/<parameter name="(\w+)"/g)].map(([, name]) => name);

  it("has heartbeat's parameters and actions, and the two of a migration", () => {
    const [ours, theirs] = [metadata(agent), metadata(`${ocfRoot}/resource.d/heartbeat/IPaddr2`)];
    expect(parameters(ours).length).toBeGreaterThan(10);
    expect(parameters(ours)).toEqual(parameters(theirs));
    expect(actions(ours)).toEqual([...actions(theirs), 'migrate_to', 'migrate_from']);
  });
});

describe('without the other agent', () => {
  it('says so, by the exit status for what is not installed', () => {
    const { status, stderr } = spawnSync(agent, ['monitor'], { encoding: 'utf8', env: { OCF_ROOT: '/nowhere' } });
    expect({ status, stderr }).toMatchObject({ status: 5, stderr: expect.stringContaining('install resource-agents') });
  });
});
