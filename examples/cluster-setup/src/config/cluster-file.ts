// The cluster file: every key there is, with its default. All but the nodes have one: those of the article's apachecluster.
import { eventKinds } from '@sleepi3/program';
import { choice, integer, list, map, object, optional, text, type ValueOf } from './fields.js';

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = `(?:${octet}\\.){3}${octet}`;
const ipv6 = '[0-9A-Fa-f:]*:[0-9A-Fa-f:]*(?:\\.\\d+){0,3}';

const address = {
  pattern: new RegExp(`^(?:${ipv4}|${ipv6})$`),
  allowed: 'an IPv4 or IPv6 address',
} as const;

const networkInterface = {
  pattern: /^[A-Za-z0-9_.:-]{1,15}$/,
  allowed: 'the name of a network interface, such as eth0',
} as const;

const resourceId = {
  pattern: /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/,
  allowed: 'a letter or _, then letters, digits, _ and -, at most 63 in all',
} as const;

/** One line of text for an option; control characters would end up on a command line. */
const line = { pattern: /^[^\p{Cc}\p{Cs}]{1,1000}$/u, allowed: 'one line of text' } as const;

const webAddress = {
  pattern: /^https?:\/\/[^\s/@]+(?:\/\S*)?$/,
  allowed: 'an http or https address without user and password',
} as const;

export const clusterFile = object({
  description: 'A cluster of Raspberry Pis with slee-Pi 3 boards, wired to fence each other.',
  fields: {
    cluster: text({
      pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/,
      allowed: 'letters, digits, _ . and -, at most 15 in all',
      default: 'apachecluster',
      description: "The cluster's name.",
    }),
    nodes: list({
      description:
        'The nodes: two, wired to each other, or three and more in a ring, CN5 of each to CN4 of the next one in this order, and of ' +
        'the last to the first. cluster-setup init writes two from what the machines are.',
      min: 2,
      max: 16,
      item: object({
        description: 'One Raspberry Pi.',
        fields: {
          name: text({
            pattern: /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
            allowed: 'a host name: letters, digits and -',
            description: 'Its host name (hostnamectl), which is its name in the cluster.',
          }),
          addresses: list({
            description:
              'Its address on each link between the nodes, the same number on each; the first also goes into /etc/hosts.',
            min: 1,
            max: 8,
            item: text({ ...address, description: 'An address on one link.' }),
          }),
          interface: optional(
            text({ ...networkInterface, description: 'Its network interface for the VIP; by default vip.interface.' }),
          ),
        },
      }),
    }),
    preferred: optional(
      text({
        pattern: /^[A-Za-z0-9-]+$/,
        allowed: 'the name of one of the nodes',
        description:
          'Where the service starts first, and of two nodes the one that survives when both shoot at once; by default the first one.',
      }),
    ),
    vip: object({
      description: 'The virtual IP address, by which clients reach the service.',
      fields: {
        resource: text({ ...resourceId, default: 'VIP', description: 'Its name as a resource.' }),
        address: text({ ...address, default: '192.168.11.215', description: 'The address.' }),
        prefix: integer({ min: 1, max: 128, default: 24, description: 'The length of its network prefix.' }),
        interface: optional(
          text({
            ...networkInterface,
            description: 'The network interface on both nodes; by default the one with an address in the same network.',
          }),
        ),
        handover: choice({
          words: ['make-before-break', 'break-before-make'],
          default: 'make-before-break',
          description:
            'How a planned move goes in hot-standby. make-before-break: the address is on the new node before it leaves the ' +
            'old one, and for a moment on both (ocf:sleepi3:IPaddr2, migrated live). break-before-make: it is never on both, ' +
            'and the service is away in between (ocf:heartbeat:IPaddr2, as always in active-passive), for a network that ' +
            'shuts a port on which an address is seen twice.',
        }),
      },
    }),
    containers: list({
      description: 'The containers that are the service.',
      min: 1,
      max: 16,
      default: [{ resource: 'Apache_container', name: 'httpd-test', image: 'httpd', ports: ['80:80'] }],
      item: object({
        description: 'One container.',
        fields: {
          resource: text({ ...resourceId, description: 'Its name as a resource.' }),
          name: text({
            pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
            allowed: 'letters, digits, _ . and -, a letter or digit first',
            description: "The container's name.",
          }),
          image: text({
            pattern: /^[A-Za-z0-9][A-Za-z0-9_./:@-]{0,254}$/,
            allowed: 'the name of an image, such as httpd or registry:5000/httpd:2.4',
            description: 'The image; it is pulled on both nodes beforehand, never while failing over.',
          }),
          ports: list({
            description: 'Published ports, as in docker run -p.',
            min: 0,
            max: 64,
            default: [],
            item: text({
              pattern: /^(?:[0-9a-fA-F.:[\]]+:)?\d{1,5}(?:-\d{1,5})?:\d{1,5}(?:-\d{1,5})?(?:\/(?:tcp|udp|sctp))?$/,
              allowed: 'HOST:CONTAINER, such as 80:80 or 53:53/udp, in quotes',
              description: 'HOST:CONTAINER.',
            }),
          }),
          run_options: optional(
            text({
              ...line,
              description:
                'More options for docker run, on one line. --init is always given: without it a stop takes long.',
            }),
          ),
          command: optional(text({ ...line, description: 'What to run in the container instead of its own command.' })),
          health: optional(
            object({
              description: 'How to see that the service works, not only that the container runs.',
              fields: {
                command: text({ ...line, description: 'Run in the container; exit 0 is well.' }),
                interval: integer({ min: 1, max: 3600, default: 10, unit: 's', description: 'Between two runs.' }),
                timeout: integer({ min: 1, max: 3600, default: 20, unit: 's', description: 'For one run.' }),
              },
            }),
          ),
        },
      }),
    }),
    mode: choice({
      words: ['hot-standby', 'active-passive'],
      default: 'hot-standby',
      description:
        'hot-standby: the containers run on both nodes and only the VIP moves, in well under a second for a planned move. ' +
        'active-passive: the containers run on one node and move with the VIP, for services that must not run twice.',
    }),
    takeover: choice({
      words: ['after-fencing', 'at-once'],
      default: 'after-fencing',
      description:
        'When the peer of a lost node takes over. after-fencing: when the lost node is known to be off, the hold later. ' +
        'at-once: within seconds (requires=quorum on VIP and containers), at this price: when only the link between the nodes ' +
        'is cut, BOTH nodes hold the VIP for the length of the hold. Only for services without shared state.',
    }),
    fencing: object({
      description: 'How the nodes cut each other off.',
      fields: {
        hold: integer({
          min: 12,
          max: 60,
          default: 12,
          unit: 's',
          description: "How long EXTOUT is held; the peer's board cuts the power after 10 s, give or take one.",
        }),
        delay: integer({
          min: 2,
          max: 10,
          default: 3,
          unit: 's',
          description:
            'How much later the preferred one of two nodes is shot, so that it shoots first when both want to.',
        }),
        timeout: integer({
          min: 60,
          max: 600,
          default: 60,
          unit: 's',
          description:
            'For one fencing, and for the start and each monitor of its device; at least twice the hold and 8 s.',
        }),
        monitor: integer({
          min: 10,
          max: 3600,
          default: 60,
          unit: 's',
          description: 'Between two looks at whether fencing would work.',
        }),
        second: optional(
          object({
            description:
              'A second means, by an agent of another kind, tried when the wire has failed (pcs stonith level). Best one that does ' +
              'not share power with its target, as the slee-Pi does: a switched socket, a PoE switch.',
            fields: {
              agent: text({
                pattern: /^fence_[a-z0-9_]{1,60}$/,
                allowed: 'the name of a fence agent, such as fence_apc_snmp',
                description: "The agent, of Debian's fence-agents or of your own in /usr/sbin on both nodes.",
              }),
              options: map({
                key: /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/,
                value: /^[^\p{Cc}\p{Cs}]{1,1000}$/u,
                allowed: 'options of the agent with one line of text each',
                default: {},
                description:
                  'Its options, as pcs stonith describe AGENT has them: ip, username and the like. No secrets.',
              }),
              plugs: map({
                key: /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/,
                value: /^[A-Za-z0-9_./-]{1,64}$/,
                allowed: 'the names of the nodes, each with its outlet or port',
                default: {},
                description: 'By which outlet or port the agent knows each node; by default by the name of the node.',
              }),
              password: optional(
                text({
                  ...line,
                  description:
                    'Its password. It goes into a file that root alone can read, on each node, and the agent gets it by ' +
                    'password_script; never onto a command line or into the configuration of the cluster.',
                }),
              ),
            },
          }),
        ),
      },
    }),
    quorum: object({
      description: 'Who may go on when the nodes lose each other.',
      fields: {
        device: optional(
          object({
            description:
              'A third vote, of corosync-qnetd on a machine outside the cluster: any Debian that has its own power and network path. ' +
              'With it nobody fences without quorum, and one node starts alone after a power cut. Without this key the ' +
              'quorum stays as it is: two_node, unless somebody added a device.',
            fields: {
              host: text({
                pattern: new RegExp(`^(?:${ipv4}|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)$`),
                allowed: 'a host name or an IPv4 address',
                description:
                  'The machine, as the nodes reach it. It has the packages corosync-qnetd and pcs, both running, and the same ' +
                  'password for hacluster.',
              }),
              algorithm: choice({
                words: ['ffsplit', 'lms'],
                default: 'ffsplit',
                description:
                  'ffsplit: the vote goes to one of two equal halves, the preferred node in doubt. lms: it goes to the last node ' +
                  'that reaches the machine; on two nodes they differ only in a tie.',
              }),
            },
          }),
        ),
      },
    }),
    alerts: list({
      description:
        'Who gets an alert when a node was fenced, could not be fenced, or something else went wrong; sent by alert_sleepi3.',
      min: 0,
      max: 8,
      default: [],
      item: object({
        description: 'One receiver: a mail address, a webhook or an ntfy topic.',
        fields: {
          mail: optional(text({ ...line, description: 'Sent by mail, through sendmail of the node.' })),
          from: optional(text({ ...line, description: 'The sender of the mail.' })),
          webhook: optional(text({ ...webAddress, description: 'Gets a POST with a JSON object.' })),
          ntfy: optional(text({ ...webAddress, description: 'Server and topic of ntfy: https://ntfy.sh/TOPIC.' })),
          token: optional(text({ ...line, description: 'The access token of ntfy.' })),
          events: list({
            description: 'The kinds of events that are sent.',
            min: 1,
            max: 6,
            default: ['fencing', 'resource', 'readiness', 'roll'],
            item: choice({
              words: eventKinds.filter((kind) => kind !== 'test'),
              description:
                'fencing: a node was or could not be fenced; node: a node left or is back; resource: an operation failed; ' +
                'readiness: a node can no longer be fenced, or can again; roll: a rolling reboot failed; turn: a turn of it begins, or was well.',
            }),
          }),
        },
      }),
    }),
    reboot: optional(
      object({
        description:
          'A restart of each node in its turn, while the other one serves; by rolling-reboot, whose settings are written from here ' +
          'on both nodes. Without it nothing is restarted.',
        fields: {
          window: text({
            pattern: /^(?:always|(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d)$/,
            allowed: 'HH:MM-HH:MM, or always',
            default: '03:00-05:00',
            description: 'Local time in which a turn may begin; the timer starts when it opens.',
          }),
          when: choice({
            words: ['always', 'required'],
            default: 'always',
            description: 'required: only when /run/reboot-required is there.',
          }),
          url: optional(
            text({
              ...webAddress,
              description: 'Where the service answers; by default the VIP at the first port of the first container.',
            }),
          ),
          health_url: optional(
            text({
              ...webAddress,
              description: "Where a node's own instance answers; {node} stands for its name: http://{node}/",
            }),
          ),
          soak: integer({
            min: 0,
            max: 86400,
            default: 60,
            unit: 's',
            description: 'How long all must stay well before the next node.',
          }),
          failback: choice({
            words: ['yes', 'no'],
            default: 'no',
            description: 'Whether the service is moved back to where it was; costs a second move.',
          }),
        },
      }),
    ),
    timers: object({
      description: 'How often the cluster looks, and how long it waits.',
      fields: {
        stickiness: integer({
          min: 2,
          max: 100000,
          default: 100,
          description: 'How much a resource wants to stay where it is; above 1, so that nothing moves back by itself.',
        }),
        monitor: integer({
          min: 1,
          max: 3600,
          default: 10,
          unit: 's',
          description: 'Between two looks at the VIP, and at a container without a health check.',
        }),
        start: integer({ min: 10, max: 3600, default: 90, unit: 's', description: 'For the start of a container.' }),
        stop: integer({ min: 20, max: 3600, default: 90, unit: 's', description: 'For the stop of a container.' }),
        token: optional(
          integer({
            min: 500,
            max: 60000,
            unit: 'ms',
            description:
              'How long a node must be silent until corosync takes it for lost (totem token); fencing begins 1.2 times as long ' +
              'after that. By default what corosync has, 3000 unless somebody changed it. Shorter makes every recovery from a ' +
              'failure shorter, and fences a node that only stalls for that long.',
          }),
        ),
      },
    }),
  },
});

/** A cluster file's content, with the defaults filled in. */
export type ClusterFile = ValueOf<typeof clusterFile>;
