// The metadata as a text. The bundler asks for it once (`?built`): to render it at every start takes as long as all the rest.
import { renderMetadata } from '@sleepi3/fence-protocol';
import { version } from '../package.json';
import { createAgent } from './agent.js';

export default renderMetadata(
  createAgent(version, () => Promise.reject(new Error('nothing is run here'))),
  'fence_sleepi3',
);
