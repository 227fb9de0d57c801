// The resource agents' own word on a resource, on the node that may have to run it.
import { type AddressDesign, present, type PrimitiveDesign } from '../../cluster/design.js';
import { primitive } from '../../cluster/elements.js';
import { SetupError } from '../../errors.js';
import { hasImage } from '../../nodes/docker.js';
import type { Machine } from '../../nodes/machine.js';
import { hasProgram } from '../../nodes/packages.js';
import type { Reality } from '../reality.js';
import { type Action, done, type Todo } from '../step.js';

/** As long as validate-all may take. */
const patienceMs = 60_000;

/**
 * Whether the agent takes the resource's options on this node.
 * @throws SetupError `NOT_READY` with the agent's reasons when it does not.
 */
export async function validated(
  reality: Reality,
  node: string,
  design: PrimitiveDesign & Partial<Pick<AddressDesign, 'interfaces'>>,
): Promise<Todo> {
  const configuration = await reality.configuration();
  // It has been asked, and the cluster runs it.
  if (configuration?.resource(design.id) !== undefined && primitive(configuration, design).differences.length === 0) {
    return done;
  }
  const action = validation(node, design);
  const machine = reality.machine(node);
  if (!(await canBeAsked(machine, design))) {
    return { differences: [{ what: `${design.id} on ${node}`, should: 'valid' }], actions: [action] };
  }
  const { exitCode, stdout, stderr } = await machine.run(action.program, action.argv, {
    exitCodes: Array.from({ length: 256 }, (_, code) => code),
    timeoutMs: patienceMs,
  });
  if (exitCode === 0) return done;
  throw new SetupError(
    'NOT_READY',
    `${node}: ${design.agent} does not take the options of ${design.id}: ${reasons(`${stdout}\n${stderr}`)}; change them in the file`,
  );
}

/** Before the packages and the image are there, the agent has nothing to look at. */
async function canBeAsked(machine: Machine, { options }: PrimitiveDesign): Promise<boolean> {
  if (!(await hasProgram(machine, 'crm_resource'))) return false;
  const image = options['image'];
  return typeof image === 'string' ? hasImage(machine, image) : true;
}

function validation(
  node: string,
  { agent, options, interfaces = [] }: PrimitiveDesign & Partial<Pick<AddressDesign, 'interfaces'>>,
): Extract<Action, { kind: 'run' }> {
  const [standard = '', provider = '', type = ''] = agent.split(':');
  const nic = interfaces.find((one) => one.node === node)?.name;
  const all = Object.entries({ ...present(options), ...(nic !== undefined && { nic }) });
  return {
    kind: 'run',
    node,
    program: 'crm_resource',
    argv: [
      ...['--validate', '--class', standard, '--provider', provider, '--agent', type],
      ...all.flatMap(([name, value]) => ['--option', `${name}=${value}`]),
    ],
    timeoutMs: patienceMs,
  };
}

/** What the agent said: its reasons, or else whatever there is. */
function reasons(text: string): string {
  const said = [...text.matchAll(/(?:^|\s)ERROR: (.+)$|^ocf-exit-reason:(.+)$/gm)].map(([, error, reason]) =>
    (error ?? reason ?? '').trim(),
  );
  return [...new Set(said)].join('; ') || text.trim().split('\n').slice(-2).join('; ');
}
