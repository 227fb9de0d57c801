// The program as a table: the command line, the help, the completion and the manual page read it.
import { type CommandLine as Understood, eventKinds, type Program, severities } from '@sleepi3/program';
import { defaultReceiversFile } from './receivers/receivers.js';

const file = [{ name: 'FILE', optional: true }] as const;

export const program = {
  name: 'alert_sleepi3',
  summary: 'alert agent for Pacemaker that says what happened and what has to be done',
  commands: {
    send: {
      operands: [{ name: 'TITLE' }, { name: 'TEXT', optional: true }],
      summary: 'send an event of another program',
      description:
        'Puts the event into the spool, which alert-sleepi3.service delivers. The same event is not sent again within a minute.',
      options: {
        kind: { choices: eventKinds, default: 'roll', description: 'What the event is about; receivers choose by it' },
        severity: { choices: severities, default: 'warning', description: 'How much it matters' },
        subject: {
          value: 'SUBJECT',
          description: 'The node, resource or program that it is about',
          otherwise: 'this machine',
        },
        receivers: { value: 'FILE', default: defaultReceiversFile, description: 'The file of receivers' },
      },
    },
    deliver: {
      summary: 'send the receivers what waits, until nothing is left; run by alert-sleepi3.service',
      description:
        'A receiver has 10 s, and holds up no other. One that did not take a message is tried again after 10 s, 30 s, 1 min, ' +
        '5 min and then every 15 min, for a day, and as soon as it took another one. At most a hundred events wait. It ends when nothing has come for 20 s.',
      options: {},
    },
    check: {
      operands: file,
      summary: 'check the file of receivers, and report everything that is wrong with it',
      description: `FILE is ${defaultReceiversFile} by default. Prints each receiver with the kinds of events it gets.`,
      options: {},
    },
    test: {
      operands: file,
      summary: 'send a test message to each receiver, and report who took it',
      description: `FILE is ${defaultReceiversFile} by default. Exit status 1 when a receiver did not take the message.`,
      options: {},
    },
  },
  epilogue: [
    'Without a command it is called by Pacemaker, with the event in its environment (CRM_alert_*):',
    '  pcs alert create path=/usr/sbin/alert_sleepi3 id=sleepi3',
    `  pcs alert recipient add sleepi3 value=${defaultReceiversFile}`,
  ],
} as const satisfies Program;

export type CommandLine = Understood<(typeof program)['commands']>;
