// The XML by which Pacemaker, pcs and crmsh learn what the agent is, takes and can do.
import type { AgentOption, FenceAgent } from '../definition.js';
import { escapeXml } from './xml.js';

/** The metadata, valid against metadata.rng of fence-agents. `name` is the base name the agent was called by. */
export function renderMetadata(agent: FenceAgent, name: string): string {
  return render(agent, name, agent.longDescription.replaceAll(/\\f[BPIR]|^\.(?:P|TP|br)\n/gm, ''));
}

/** The same for the generator of manual pages: roff macros stay in the long description. */
export function renderManpage(agent: FenceAgent, name: string): string {
  return render(agent, name, agent.longDescription);
}

/** The long and the short form as help and metadata show them: `-n, --plug=[id]`. */
export function forms(option: AgentOption): string {
  const takesValue = option.kind !== 'boolean' || option.written === true;
  const argument = takesValue
    ? `=[${option.valueName ?? option.choices?.join('|') ?? (option.written ? 'true/false' : 'value')}]`
    : '';
  return `${option.short === undefined ? '' : `-${option.short}, `}--${option.long}${argument}`;
}

function render(agent: FenceAgent, name: string, longDescription: string): string {
  const lines = [
    '<?xml version="1.0" ?>',
    `<resource-agent name="${escapeXml(name)}" shortdesc="${escapeXml(agent.shortDescription)}" >`,
    ...(agent.symlinks ?? []).map(
      (link) => `<symlink name="${escapeXml(link.name)}" shortdesc="${escapeXml(link.shortDescription)}"/>`,
    ),
    `<longdesc>${escapeXml(longDescription)}</longdesc>`,
    `<vendor-url>${escapeXml(agent.vendorUrl)}</vendor-url>`,
    '<parameters>',
    ...parameters(agent).flatMap(renderParameter),
    '</parameters>',
    '<actions>',
    ...actionLines(agent),
    '</actions>',
    '</resource-agent>',
  ];
  return lines.join('\n') + '\n';
}

interface Parameter {
  readonly name: string;
  readonly option: AgentOption;
  /** How this name and the option's other name relate, as attributes. */
  readonly relation: string;
}

/** Every option by its name, and by its old name if it has one, sorted by order, then name. */
function parameters(agent: FenceAgent): Parameter[] {
  const all = [...agent.options.values()].flatMap((option): Parameter[] => {
    const { name, oldName } = option;
    if (oldName === undefined) return [{ name, option, relation: '' }];
    return [
      { name: oldName, option, relation: ' deprecated="1"' },
      { name, option, relation: ` obsoletes="${oldName}"` },
    ];
  });
  return all.sort((a, b) => a.option.order - b.option.order || (a.name < b.name ? -1 : 1));
}

function renderParameter({ name, option, relation }: Parameter): string[] {
  const value = option.default === undefined ? '' : `default="${escapeXml(option.default)}" `;
  const type = option.written ? 'string' : option.kind;
  return [
    `\t<parameter name="${name}" unique="0" required="${option.required ? 1 : 0}"${relation}>`,
    `\t\t<getopt mixed="${escapeXml(forms(option))}" />`,
    ...(type === 'select'
      ? [
          `\t\t<content type="select" ${value} >`,
          ...(option.choices ?? []).map((one) => `\t\t\t<option value="${escapeXml(one)}" />`),
          '\t\t</content>',
        ]
      : [`\t\t<content type="${type}" ${value} />`]),
    `\t\t<shortdesc lang="en">${escapeXml(option.shortDescription ?? option.description)}</shortdesc>`,
    '\t</parameter>',
  ];
}

function actionLines(agent: FenceAgent): string[] {
  return agent.actions.map((action) => {
    if (action !== 'on') return `\t<action name="${action}" />`;
    return `\t<action name="on"${agent.onTarget ? ' on_target="1"' : ''} automatic="${(agent.automatic ?? agent.fabric) ? 1 : 0}"/>`;
  });
}
