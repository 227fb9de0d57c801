// What a resource or fence agent says of itself: its parameters and actions.
import {
  content,
  each,
  lenient,
  listIn,
  maybe,
  optional,
  parseFlag,
  shape,
  text,
  type WithUnknown,
} from '../xml/shape.js';
import { parseXml } from '../xml/tree.js';

/**
 * An agent's metadata (OCF resource agent API 1.0 and 1.1; fence agents add to it). Agents come from many hands, so
 * what is not understood is kept in `unknown` and hardly anything is required.
 */
export interface AgentMetadata extends WithUnknown {
  readonly name: string;
  /** Version of the agent, as the root's attribute. */
  readonly version: string | undefined;
  /** The short description of a fence agent. */
  readonly shortdesc: string | undefined;
  /** Version of the API it keeps to, or of itself in old agents. */
  readonly apiVersions: readonly AgentText[];
  readonly longDescriptions: readonly AgentText[];
  readonly shortDescriptions: readonly AgentText[];
  readonly vendorUrl: AgentText | undefined;
  readonly parameters: readonly AgentParameter[];
  readonly actions: readonly AgentAction[];
}

/** A text, in one language. */
export interface AgentText extends WithUnknown {
  readonly lang: string | undefined;
  /** As written, line breaks and all. */
  readonly text: string;
}

/** A parameter: an instance attribute of the resources made from the agent. */
export interface AgentParameter extends WithUnknown {
  readonly name: string;
  readonly required: boolean | undefined;
  /** No two resources may have the same value. */
  readonly unique: boolean | undefined;
  /** No two resources may have the same values in all parameters of this group. */
  readonly uniqueGroup: string | undefined;
  /** Can be changed without a restart. */
  readonly reloadable: boolean | undefined;
  /** Marked as deprecated by an attribute (fence agents). */
  readonly deprecated: boolean | undefined;
  /** The parameter it takes the place of (fence agents). */
  readonly obsoletes: string | undefined;
  readonly longDescriptions: readonly AgentText[];
  readonly shortDescriptions: readonly AgentText[];
  readonly content: AgentParameterContent | undefined;
  /** Its command line option (fence agents). */
  readonly getopt: AgentGetopt | undefined;
}

/** What a parameter holds. */
export interface AgentParameterContent extends WithUnknown {
  /** `string`, `integer`, `boolean`, `time`, `second`, `select` … */
  readonly type: string | undefined;
  readonly default: string | undefined;
  /** The values of a `select`. */
  readonly options: readonly AgentParameterOption[];
}

export interface AgentParameterOption extends WithUnknown {
  readonly value: string;
}

export interface AgentGetopt extends WithUnknown {
  /** `-o, --action=[action]`. */
  readonly mixed: string;
}

/** An action and the times advised for it. */
export interface AgentAction extends WithUnknown {
  readonly name: string;
  readonly timeout: string | undefined;
  readonly interval: string | undefined;
  readonly startDelay: string | undefined;
  readonly role: string | undefined;
  readonly depth: string | undefined;
  /** Runs on the target itself (fence agents: unfencing). */
  readonly onTarget: boolean | undefined;
  /** Runs by itself when a node joins (fence agents: unfencing). */
  readonly automatic: boolean | undefined;
}

const agentText = shape<AgentText>({ lang: optional(text('lang')), text: content() });
const longDescriptions = each({ longdesc: agentText });
const shortDescriptions = each({ shortdesc: agentText });
const looseFlag = (name: string) => lenient([name], parseFlag);

const agentMetadata = shape<AgentMetadata>({
  name: text('name'),
  version: optional(text('version')),
  shortdesc: optional(text('shortdesc')),
  apiVersions: each({ version: agentText }),
  longDescriptions,
  shortDescriptions,
  vendorUrl: maybe('vendor-url', agentText),
  parameters: listIn('parameters', {
    parameter: shape<AgentParameter>({
      name: text('name'),
      required: looseFlag('required'),
      unique: looseFlag('unique'),
      uniqueGroup: optional(text('unique-group')),
      reloadable: looseFlag('reloadable'),
      deprecated: looseFlag('deprecated'),
      obsoletes: optional(text('obsoletes')),
      longDescriptions,
      shortDescriptions,
      content: maybe(
        'content',
        shape<AgentParameterContent>({
          type: optional(text('type')),
          default: optional(text('default')),
          options: each({ option: shape<AgentParameterOption>({ value: text('value') }) }),
        }),
      ),
      getopt: maybe('getopt', shape<AgentGetopt>({ mixed: text('mixed') })),
    }),
  }),
  actions: listIn('actions', {
    action: shape<AgentAction>({
      name: text('name'),
      timeout: optional(text('timeout')),
      interval: optional(text('interval')),
      startDelay: optional(text('start-delay')),
      role: optional(text('role')),
      depth: optional(text('depth')),
      onTarget: looseFlag('on_target'),
      automatic: looseFlag('automatic'),
    }),
  }),
});

/**
 * Reads an agent's metadata: what `crm_resource --show-metadata AGENT` writes.
 *
 * @throws PcsError `MALFORMED_ANSWER` for anything but one whole, well-formed `resource-agent`.
 */
export function parseAgentMetadata(xml: string): AgentMetadata {
  const source = 'crm_resource';
  return agentMetadata.read(parseXml(xml, { root: 'resource-agent', source }), source);
}
