// pcs booth: tickets between clusters.
import type { CibCommand, Command } from '../../command/command.js';
import {
  cibChange,
  change,
  type Change,
  flags,
  type Force,
  type RequestTimeout,
  type SkipOffline,
} from '../../command/change.js';
import { address, invalid, nodeName, type Options, pairs, section } from '../../command/words.js';

/** Which booth, when there are several. */
export interface BoothName {
  /** Default `booth`. */
  readonly name?: string;
}

/** `pcs booth setup`: their number together must be odd. */
export const setup = (
  sites: readonly string[],
  arbitrators: readonly string[],
  { name, ...force }: BoothName & Force = {},
): Command<Change> => {
  if (sites.length < 2) invalid('booth needs at least two sites');
  if ((sites.length + arbitrators.length) % 2 === 0) invalid('the number of sites and arbitrators must be odd');
  return change(
    [
      ...['booth', 'setup', 'sites', ...sites.map((one) => address(one, 'site'))],
      ...section(
        'arbitrators',
        arbitrators.map((one) => address(one, 'arbitrator')),
      ),
    ],
    { ...force, options: named(name) },
  );
};

/** `pcs booth destroy`: removes the local configuration files. */
export const destroy = ({ name, ...force }: BoothName & Force = {}): Command<Change> =>
  change(['booth', 'destroy'], { ...force, options: named(name) });

/** `pcs booth create`: booth as a resource at this IP address. */
export const create = (ip: string, { name, ...force }: BoothName & Force = {}): CibCommand<Change> =>
  cibChange(['booth', 'create', 'ip', address(ip, 'ip')], { ...force, options: named(name) });

/** `pcs booth delete`: the resource. */
export const remove = ({ name, ...force }: BoothName & Force = {}): CibCommand<Change> =>
  cibChange(['booth', 'delete'], { ...force, options: named(name) });
export { remove as delete };

/** `pcs booth restart`: the resource. */
export const restart = ({ name, ...force }: BoothName & Force = {}): Command<Change> =>
  change(['booth', 'restart'], { ...force, options: named(name) });

/** `pcs booth ticket …` */
export const ticket = {
  /** `pcs booth ticket add`. */
  add: (one: string, { options, name, ...force }: BoothName & Force & { readonly options?: Options } = {}) =>
    change(['booth', 'ticket', 'add', ticketName(one), ...pairs(options)], { ...force, options: named(name) }),
  /** `pcs booth ticket delete`. */
  delete: (one: string, { name }: BoothName = {}) =>
    change(['booth', 'ticket', 'delete', ticketName(one)], { options: named(name) }),
  /** `pcs booth ticket grant`: to a site by its address; default the local one. */
  grant: (one: string, { site, name }: BoothName & { readonly site?: string } = {}) =>
    siteTicket('grant', one, site, name),
  /** `pcs booth ticket revoke`. */
  revoke: (one: string, { site, name }: BoothName & { readonly site?: string } = {}) =>
    siteTicket('revoke', one, site, name),
  /** `pcs booth ticket cleanup`, since pcs 0.12. */
  cleanup: (one: string): Command<Change> =>
    change(['booth', 'ticket', 'cleanup', ticketName(one)], {
      variants: [{ without: 'booth.ticket.cleanup', unsupported: 'it cannot clean up booth tickets' }],
    }),
  /** `pcs booth ticket standby`, since pcs 0.12. */
  standby: (one: string): Command<Change> => standbyTicket('standby', one),
  /** `pcs booth ticket unstandby`, since pcs 0.12. */
  unstandby: (one: string): Command<Change> => standbyTicket('unstandby', one),
};

/** `pcs booth sync`: the local configuration to all nodes. */
export const sync = ({ name, ...options }: BoothName & SkipOffline & RequestTimeout = {}): Command<Change> =>
  change(['booth', 'sync'], { ...options, options: named(name) });

/** `pcs booth pull`: the configuration from another node. */
export const pull = (node: string, { name, ...options }: BoothName & RequestTimeout = {}): Command<Change> =>
  change(['booth', 'pull', nodeName(node)], { ...options, options: named(name) });

/** `pcs booth enable`: the arbitrator service, at boot. */
export const enable = ({ name }: BoothName = {}): Command<Change> => service('enable', name);
/** `pcs booth disable`. */
export const disable = ({ name }: BoothName = {}): Command<Change> => service('disable', name);
/** `pcs booth start`: the arbitrator service. */
export const start = ({ name }: BoothName = {}): Command<Change> => service('start', name);
/** `pcs booth stop`. */
export const stop = ({ name }: BoothName = {}): Command<Change> => service('stop', name);

function named(name: string | undefined): string[] {
  return flags({ '--name': name === undefined ? undefined : nodeName(name, 'booth name') });
}

function ticketName(value: string): string {
  return nodeName(value, 'ticket');
}

function siteTicket(word: string, one: string, site: string | undefined, name: string | undefined): Command<Change> {
  return change(['booth', 'ticket', word, ticketName(one), ...(site === undefined ? [] : [address(site, 'site')])], {
    options: named(name),
  });
}

function standbyTicket(word: string, one: string): Command<Change> {
  return change(['booth', 'ticket', word, ticketName(one)], {
    variants: [{ without: 'booth.ticket.standby', unsupported: 'it cannot put booth tickets into standby' }],
  });
}

function service(word: string, name: string | undefined): Command<Change> {
  return change(['booth', word], { options: named(name) });
}
