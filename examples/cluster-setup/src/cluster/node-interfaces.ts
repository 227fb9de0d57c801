// The VIP's network interface where it has another name on each node: one set of options for each node, under a rule. pcs
// writes no rules into a resource's options, so these are written by cibadmin, on the same copy of the CIB.
import type { AttributeSet, CibCommand, ClusterConfiguration, Correction } from '@sleepi3/pcs';
import type { AddressDesign } from './design.js';

/** Brings the sets to the design, and takes away those that it does not have. */
export function nodeInterfaces(configuration: ClusterConfiguration, { id, interfaces }: AddressDesign): Correction {
  const existing = configuration.resource(id);
  const sets = existing?.kind === 'primitive' ? existing.instanceAttributes : [];
  const isOurs = (set: AttributeSet) => set.id?.startsWith(`${id}-nic-on-`) ?? false;
  const wanted = interfaces.map(({ node, name }) => ({ setId: `${id}-nic-on-${node}`, node, name }));
  const same = ({ setId, node, name }: (typeof wanted)[number]) =>
    sets.some((set) => set.id === setId && nodeOf(set) === node && nicOf(set) === name);
  const extra = sets.filter((set) => isOurs(set) && !wanted.some((one) => one.setId === set.id && same(one)));
  const missing = wanted.filter((one) => !same(one));
  return {
    differences: [
      ...missing.map(({ setId, node, name }) => {
        const is = sets.find((set) => set.id === setId);
        return { what: `${id} nic on ${node}`, is: is && nicOf(is), should: name };
      }),
      ...extra
        .filter((set) => !wanted.some(({ setId }) => setId === set.id))
        .map((set) => ({ what: `${id} nic on ${nodeOf(set) ?? ''}`, is: nicOf(set) })),
    ],
    commands: [
      ...extra.map((set) => cibChange('--delete', `--xpath=//instance_attributes[@id='${set.id ?? ''}']`)),
      ...missing.map(({ setId, node, name }) =>
        // Without a class this primitive is no valid one: were it not there already, it would be refused.
        cibChange(
          ...['--modify', '--allow-create', '--scope=resources'],
          `--xml-text=<primitive id="${id}">${ruled(setId, node, name)}</primitive>`,
        ),
      ),
    ],
  };
}

function nodeOf({ rule }: AttributeSet): string | undefined {
  const [expression] = rule?.expressions ?? [];
  return expression?.kind === 'attribute' && expression.attribute === '#uname' ? expression.value : undefined;
}

function nicOf({ pairs }: AttributeSet): string | undefined {
  return pairs.find(({ name }) => name === 'nic')?.value;
}

/** All texts are names that the cluster file has checked; none needs quoting in XML. */
function ruled(setId: string, node: string, nic: string): string {
  return (
    `<instance_attributes id="${setId}"><rule id="${setId}-rule" score="INFINITY">` +
    `<expression id="${setId}-rule-expression" attribute="#uname" operation="eq" value="${node}"/></rule>` +
    `<nvpair id="${setId}-nic" name="nic" value="${nic}"/></instance_attributes>`
  );
}

function cibChange(...options: readonly string[]): CibCommand<void> {
  return { program: 'cibadmin', options, onFile: true, parse: () => undefined };
}
