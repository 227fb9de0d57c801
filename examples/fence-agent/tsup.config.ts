import { programConfig } from '../../tools/bundle/program-config.js';

// Less to read at every start. Built again it is the same to the byte, so that the place in an error's trace leads to the source.
export default programConfig('fence_sleepi3', {
  secondPart: 'workings',
  front: 'front',
  minifyIdentifiers: true,
  minifySyntax: true,
  minifyWhitespace: true,
});
