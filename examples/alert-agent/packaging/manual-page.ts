// What the manual page alert_sleepi3(8) says beside the commands and options.
import type { ManualPageText } from '@sleepi3/program';
import { defaultReceiversFile, usualKinds } from '../src/receivers/receivers.js';

export const manualPage: ManualPageText = {
  description: [
    'Without a command it is called by Pacemaker: pcs alert create path=/usr/sbin/alert_sleepi3 id=sleepi3, then pcs alert ' +
      `recipient add sleepi3 value=${defaultReceiversFile}. Of all nodes that see an event one sends it.`,
    'An event waits in /var/lib/alert-sleepi3 until every receiver that wants its kind has it.',
  ],
  sections: {
    RECEIVERS: [
      [defaultReceiversFile, 'A JSON object with a list "receivers". Mode 0600, owner hacluster: it has secrets.'],
      ['{"mail": "ops@example.com", "from": "pi@example.com"}', 'By /usr/sbin/sendmail.'],
      ['{"webhook": "https://…", "headers": {…}}', 'A POST with the event as a JSON object.'],
      ['{"ntfy": "https://ntfy.sh/TOPIC", "token": "…"}', 'A message with title, priority and tag.'],
      ['"events": […]', `The kinds that are sent; by default ${usualKinds.join(', ')}.`],
    ],
    '"EXIT STATUS"': [
      ['0', 'All is well.'],
      ['1', 'It failed, and standard error says why; test: a receiver did not take the message.'],
      ['64', 'The command line cannot be carried out.'],
    ],
  },
  seeAlso: ['pcs (8)', 'cluster-setup (8)', 'fence_sleepi3 (8)'],
};
