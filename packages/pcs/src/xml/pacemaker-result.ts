// What all of Pacemaker's tools have in common with --output-as=xml: a <pacemaker-result> that ends in a <status>.
import { notRunning, PcsError, type PcsErrorCode } from '../errors.js';
import { content, integer, listIn, one, optional, type Parts, shape, type Shape, text } from './shape.js';
import type { WithUnknown } from './shape.js';
import { parseXml, type XmlElement } from './tree.js';

/** How a Pacemaker tool says it ended; always code 0 in a model, since anything else is thrown. */
export interface ToolStatus extends WithUnknown {
  /** Pacemaker's exit code (crm_exit_t). */
  readonly code: number;
  /** Its meaning: `OK`, `Not connected` … */
  readonly message: string;
  /** What the tool complained about on the way. */
  readonly errors: readonly ToolMessage[];
}

/** One line of complaint. */
export interface ToolMessage extends WithUnknown {
  readonly text: string;
}

/** The part of an answer that all tools share. */
export interface ToolAnswer extends WithUnknown {
  /** Version of the answer's schema: `2.25` in Pacemaker 2.1.5, `2.38` in 3.0.0. */
  readonly apiVersion: string;
  /** The command line that was answered. */
  readonly request: string | undefined;
  /** How the tool ended. */
  readonly status: ToolStatus;
}

const toolMessage = shape<ToolMessage>({ text: content() });

const toolStatus = shape<ToolStatus>({
  code: integer('code'),
  message: text('message'),
  errors: listIn('errors', { error: toolMessage }),
});

/** The parts of {@link ToolAnswer}, to spread into the shape of a whole answer. */
export const toolAnswer: Parts<ToolAnswer> = {
  apiVersion: text('api-version'),
  request: optional(text('request')),
  status: one('status', toolStatus),
};

const envelope = shape<ToolAnswer>(toolAnswer);
const disconnected = shape<{ description: string | undefined; state: string | undefined } & WithUnknown>({
  description: optional(text('description')),
  state: optional(text('pacemakerd-state')),
});

const daemonHealth = shape<{ state: string } & WithUnknown>({ state: text('state') });

/**
 * Reads the answer of a tool run with `--output-as=xml`.
 *
 * @throws PcsError `MALFORMED_ANSWER` when it is not one, whole and well-formed; `NOT_RUNNING`, `PERMISSION_DENIED` or
 * `REFUSED` when it is one but says that the tool failed.
 */
export function readToolAnswer<T>(xml: string, source: string, answer: Shape<T>): T {
  const root = parseXml(xml, { root: 'pacemaker-result', source });
  throwIfFailed(root, source, xml);
  return answer.read(root, source);
}

function throwIfFailed(root: XmlElement, source: string, stdout: string): void {
  const { status } = envelope.read(root, source);
  if (status.code !== 0) {
    const said = status.errors.map((error) => error.text).join('; ');
    const message = `${source}: ${said === '' ? status.message : said}`;
    const code = CODES.get(status.code) ?? 'REFUSED';
    throw new PcsError(code, code === 'NOT_RUNNING' ? notRunning(message) : message, { exitCode: status.code, stdout });
  }
  // Newer crm_mon (api-version 2.26 on) may say this with status 0 (Pacemaker's xml/api/crm_mon-2.26.rng).
  const gone = root.children.find(({ name }) => name === 'crm-mon-disconnected');
  if (gone !== undefined) {
    const { description, state } = disconnected.read(gone, source);
    const message = `${source}: not connected to the cluster: ${[description, state].filter(Boolean).join(', ')}`;
    throw new PcsError('NOT_RUNNING', notRunning(message), { stdout });
  }
  // While Pacemaker starts or stops, crm_mon tells of pacemakerd in the place of the cluster, with status 0 (seen with 2.1.5;
  // xml/api/crm_mon-2.25.rng).
  const daemon = root.children.find(({ name }) => name === 'pacemakerd');
  if (daemon !== undefined && !root.children.some(({ name }) => name === 'summary')) {
    const { state } = daemonHealth.read(daemon, source);
    const why = status.errors.map((error) => `; ${error.text}`).join('');
    throw new PcsError('NOT_RUNNING', `${source}: Pacemaker is not ready: pacemakerd is in state ${state}${why}`, {
      stdout,
    });
  }
}

/** Pacemaker's exit codes with a meaning of their own (include/crm/common/results.h, crm_exit_t). */
const CODES: ReadonlyMap<number, PcsErrorCode> = new Map([
  [4, 'PERMISSION_DENIED'],
  [5, 'NOT_INSTALLED'],
  [64, 'USAGE'],
  [102, 'NOT_RUNNING'],
  [105, 'NOT_FOUND'],
  [124, 'TIMEOUT'],
]);
