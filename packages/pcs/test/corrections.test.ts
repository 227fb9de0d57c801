import { describe, expect, it } from 'vitest';
import {
  type ClusterConfiguration,
  type Correction,
  corrections,
  invocation,
  parseClusterConfiguration,
  together,
} from '../src/index.js';

/** Two nodes, a fence device, a cloned resource and one in a group, with the constraints given. */
function configuration({
  constraints = '',
  properties = '',
  options = '',
  meta = '',
  op = '',
} = {}): ClusterConfiguration {
  return parseClusterConfiguration(`<cib admin_epoch="0" epoch="1" num_updates="0" crm_feature_set="3.17.0"><configuration>
    <crm_config><cluster_property_set id="cib-bootstrap-options">${properties}</cluster_property_set></crm_config>
    <nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>
    <resources>
      <primitive id="F" class="stonith" type="fence_x"><instance_attributes id="fi">${options}</instance_attributes></primitive>
      <primitive id="A" class="ocf" provider="pacemaker" type="Dummy">
        <instance_attributes id="ai">${options}</instance_attributes><meta_attributes id="am">${meta}</meta_attributes>
        <operations>${op}</operations></primitive>
      <clone id="Bs"><primitive id="B" class="ocf" provider="pacemaker" type="Dummy"/></clone>
      <group id="G"><primitive id="C" class="ocf" provider="pacemaker" type="Dummy"/>
        <primitive id="D" class="ocf" provider="pacemaker" type="Dummy"/></group>
    </resources>
    <constraints>${constraints}</constraints></configuration></cib>`);
}

const pair = (name: string, value: string) => `<nvpair id="p-${name}" name="${name}" value="${value}"/>`;
const run = ({ commands }: Correction) => commands.map((command) => invocation(command).argv.slice(1).join(' '));
const dummy = 'ocf:pacemaker:Dummy';

describe('a correction', () => {
  const monitor = '<op id="m" name="monitor" interval="10s"/>';
  it.each<readonly [what: string, correction: Correction]>([
    ['a property', corrections.property(configuration({ properties: pair('batch-limit', '4') }), { 'batch-limit': 4 })],
    [
      'a property under its new name',
      corrections.property(
        parseClusterConfiguration(
          '<cib admin_epoch="0" epoch="1" num_updates="0" crm_feature_set="3.20.5"><configuration><crm_config>' +
            `<cluster_property_set id="x">${pair('fencing-enabled', 'yes')}</cluster_property_set></crm_config>` +
            '<nodes/><resources/><constraints/></configuration></cib>',
        ),
        { 'stonith-enabled': true },
      ),
    ],
    [
      'a word for true',
      corrections.property(configuration({ properties: pair('stonith-enabled', '1') }), { 'stonith-enabled': true }),
    ],
    ['what is not to be set', corrections.property(configuration(), { 'batch-limit': null })],
    [
      'an infinite score',
      corrections.resource(
        configuration({ meta: pair('resource-stickiness', '1000000') }),
        'A',
        dummy,
        {},
        {
          meta: { 'resource-stickiness': 'INFINITY' },
        },
      ),
    ],
    [
      'a role by its former name',
      corrections.meta(configuration({ meta: pair('target-role', 'Master') }), 'A', { 'target-role': 'Promoted' }),
    ],
    [
      'a time of the fencer',
      corrections.stonith(configuration({ options: pair('pcmk_reboot_timeout', '60') }), 'F', 'fence_x', {
        pcmk_reboot_timeout: '1min',
      }),
    ],
    [
      'a list of hosts',
      corrections.stonith(configuration({ options: pair('pcmk_host_list', ' N1,n2 ') }), 'F', 'fence_x', {
        pcmk_host_list: 'n1 n2',
      }),
    ],
    [
      'what the agent takes for the same',
      corrections.resource(
        configuration({ options: pair('ip', 'FD00::1') }),
        'A',
        dummy,
        { ip: 'fd00:0::1' },
        {
          sameOption: (name, one, other) => name === 'ip' && one.length < other.length,
        },
      ),
    ],
    ['an agent without its provider', corrections.resource(configuration(), 'A', 'Dummy', { fake: undefined })],
    [
      "an operation's timeout that nobody says",
      corrections.resource(
        configuration({ op: monitor }),
        'A',
        dummy,
        {},
        {
          op: { monitor: { interval: 10, timeout: '20s' } },
        },
      ),
    ],
    ['a clone', corrections.clone(configuration(), 'B', { id: 'Bs' })],
    ['a clone of any name', corrections.clone(configuration(), 'B')],
    ['a place in a group', corrections.colocation(configuration(), 'D', 'C')],
    ['an order in a group', corrections.order(configuration(), 'C', 'D')],
    [
      'a ban by a rule',
      corrections.location(
        configuration({
          constraints:
            '<rsc_location id="x" rsc="A"><rule id="r" score="-INFINITY">' +
            '<expression id="e" attribute="#uname" operation="eq" value="n2"/></rule></rsc_location>',
        }),
        'A',
        'N2',
        { id: 'ban', score: '-INFINITY' },
      ),
    ],
    [
      'a preference',
      corrections.locationPrefers(
        configuration({ constraints: '<rsc_location id="x" rsc="A" node="n2" score="1000000"/>' }),
        'A',
        { n2: 'INFINITY' },
      ),
    ],
  ])('of %s that is there changes nothing', (_, correction) => {
    expect(correction).toEqual({ differences: [], commands: [] });
  });

  it('says what differs, and what pcs is to be told', () => {
    const cib = configuration({
      options: pair('fake', 'x') + pair('other', 'y'),
      meta: pair('priority', '1'),
      op: monitor,
    });
    const correction = corrections.resource(
      cib,
      'A',
      dummy,
      { fake: 'z', other: null, more: 1 },
      {
        meta: { priority: '+1', 'is-managed': false },
        op: { monitor: { interval: '10s', timeout: '7s' }, start: [{ timeout: '9s' }] },
      },
    );
    expect(correction.differences).toEqual([
      { what: 'A fake', is: 'x', should: 'z' },
      { what: 'A other', is: 'y' },
      { what: 'A more', is: undefined, should: '1' },
      { what: 'A is-managed', is: undefined, should: 'false' },
      { what: 'A monitor', is: 'interval=10s', should: 'interval=10s timeout=7s' },
      { what: 'A start', is: undefined, should: 'timeout=9s' },
    ]);
    expect(run(correction)).toEqual([
      'resource update A fake=z other= more=1 op monitor interval=10s timeout=7s op start timeout=9s meta is-managed=false',
    ]);
  });

  it('makes what is not there, without what must not be set', () => {
    const correction = corrections.stonith(
      configuration(),
      'N',
      'fence_x',
      { ip: 1, delay: null },
      { meta: { a: null } },
    );
    expect(correction.differences).toEqual([{ what: 'N', should: 'fence_x' }]);
    expect(run(correction)).toEqual(['stonith create N fence_x ip=1']);
    expect(corrections.clone(configuration(), 'A', { meta: { interleave: true } }).differences).toEqual([
      { what: 'A-clone', should: 'a clone, interleave=true' },
    ]);
  });

  it('replaces a constraint under the id that is its own', () => {
    const constraints =
      '<rsc_colocation id="mine" rsc="A" with-rsc="Bs" score="5"/><rsc_order id="o" first="Bs" then="A" kind="Optional"/>' +
      '<rsc_location id="l" rsc="A" node="n1" score="3"/>';
    const cib = configuration({ constraints });
    expect(run(corrections.colocation(cib, 'A', 'Bs', { id: 'mine' }))).toEqual([
      'constraint delete mine',
      'constraint colocation add A with Bs score=INFINITY id=mine',
    ]);
    expect(run(corrections.order(cib, 'Bs', 'A', { id: 'o' }))).toEqual([
      'constraint delete o',
      'constraint order Bs then A id=o',
    ]);
    const preference = corrections.location(cib, 'A', 'n1', { id: 'l', score: 4 });
    expect(preference.differences).toEqual([{ what: 'A on n1 by 4', is: 'otherwise', should: 'always' }]);
    expect(run(preference)).toEqual(['constraint delete l', 'constraint location add l resource%A n1 4']);
    expect(corrections.locationPrefers(cib, 'A', { n1: 3, n2: '-INFINITY' }).differences).toEqual([
      { what: 'A off n2', should: 'always' },
    ]);
  });

  it('makes a constraint anew that is about to be lost', () => {
    const cib = configuration({ constraints: '<rsc_colocation id="c" rsc="A" with-rsc="Bs" score="INFINITY"/>' });
    expect(run(corrections.colocation(cib, 'A', 'Bs', { id: 'c' }))).toEqual([]);
    expect(run(corrections.colocation(cib, 'A', 'Bs', { id: 'd', anew: true }))).toEqual([
      'constraint colocation add A with Bs score=INFINITY id=d',
    ]);
  });

  it.each<readonly [what: string, correct: (cib: ClusterConfiguration) => Correction, message: RegExp]>([
    ['another agent', (cib) => corrections.resource(cib, 'A', 'ocf:heartbeat:IPaddr2'), /'pcs resource delete A'$/],
    ['a fence device', (cib) => corrections.resource(cib, 'F', dummy), /is stonith:fence_x.*'pcs stonith delete F'$/],
    ['a group', (cib) => corrections.resource(cib, 'G', dummy), /is a group/],
    ['a member of a group', (cib) => corrections.clone(cib, 'C'), /'pcs resource ungroup G C'$/],
    ['another clone', (cib) => corrections.clone(cib, 'B', { id: 'x' }), /'pcs resource unclone B'$/],
    [
      'a colocation of another score',
      (cib) => corrections.colocation(cib, 'A', 'Bs', { score: '-INFINITY' }),
      /'pcs constraint delete c'$/,
    ],
    ['another order', (cib) => corrections.order(cib, 'Bs', 'A', { kind: 'Serialize' }), /'pcs constraint delete o'$/],
  ])('never turns %s into something else', (_, correct, message) => {
    const constraints =
      '<rsc_colocation id="c" rsc="A" with-rsc="Bs" score="5"/><rsc_order id="o" first="Bs" then="A"/>';
    expect(() => correct(configuration({ constraints }))).toThrow(
      expect.objectContaining({ code: 'ALREADY_EXISTS', message: expect.stringMatching(message) }),
    );
  });

  it('of what is not there says so', () => {
    expect(() => corrections.meta(configuration(), 'nosuch', { a: 1 })).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });

  it('may be one of several', () => {
    const cib = configuration();
    const one = corrections.property(cib, { 'batch-limit': 4 });
    expect(together(one, corrections.resourceDefaults(cib, { 'resource-stickiness': 1 }))).toMatchObject({
      differences: [{ what: 'batch-limit' }, { what: 'resource-stickiness' }],
      commands: [{ program: 'pcs' }, { program: 'pcs' }],
    });
  });
});
