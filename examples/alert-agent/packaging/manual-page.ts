// The manual page alert_sleepi3(8).
import type { ManualPage } from '@sleepi3/program';
import { eventKinds, severities } from '../src/event.js';
import { defaultReceiversFile, usualKinds } from '../src/receivers/receivers.js';

export function manualPage(version: string, date: Date): ManualPage {
  return {
    name: 'alert_sleepi3',
    version,
    date,
    summary: 'alert agent for Pacemaker that says what happened and what has to be done',
    synopsis: [
      '',
      'tell --kind KIND --severity SEVERITY --subject SUBJECT TITLE [TEXT]',
      'deliver',
      'check [FILE]',
      'test [FILE]',
    ],
    description: [
      'Without a command it is called by Pacemaker: pcs alert create path=/usr/sbin/alert_sleepi3 id=sleepi3, then pcs alert ' +
        `recipient add sleepi3 value=${defaultReceiversFile}. Of all nodes that see an event one tells it.`,
      'An event waits in /var/lib/alert-sleepi3 until every receiver that wants its kind has it. alert-sleepi3.service delivers: a ' +
        'receiver has 10 s, and one that did not take a message is tried again after 10 s, 30 s, 1 min, 5 min and then every 15 min, ' +
        'for a day. At most a hundred events wait.',
    ],
    commands: [
      {
        name: 'tell',
        description: 'Takes in an event of another program.',
        options: [
          ['--kind KIND', `One of ${eventKinds.join(', ')}.`],
          ['--severity SEVERITY', `One of ${severities.join(', ')}; by default warning.`],
          ['--subject SUBJECT', 'The node, resource or program that it is about.'],
          ['--receivers FILE', `The file of receivers; by default ${defaultReceiversFile}.`],
        ],
      },
      { name: 'deliver', description: 'Tells the receivers what waits, until nothing is left.', options: [] },
      { name: 'check', description: 'Checks the file of receivers, and says all that is wrong with it.', options: [] },
      { name: 'test', description: 'Sends a test message to each receiver, and says who took it.', options: [] },
    ],
    sections: {
      RECEIVERS: [
        [defaultReceiversFile, 'A JSON object with a list "receivers". Mode 0600, owner hacluster: it has secrets.'],
        ['{"mail": "ops@example.com", "from": "pi@example.com"}', 'By /usr/sbin/sendmail.'],
        ['{"webhook": "https://…", "headers": {…}}', 'A POST with the event as a JSON object.'],
        ['{"ntfy": "https://ntfy.sh/TOPIC", "token": "…"}', 'A message with title, priority and tag.'],
        ['"events": […]', `The kinds that are told; by default ${usualKinds.join(', ')}.`],
      ],
      '"EXIT STATUS"': [
        ['0', 'All is well.'],
        ['1', 'It failed, and standard error says why; test: a receiver did not take the message.'],
        ['64', 'The command line cannot be carried out.'],
      ],
    },
    seeAlso: ['pcs (8)', 'cluster-setup (8)', 'fence_sleepi3 (8)'],
  };
}
