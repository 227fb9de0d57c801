import { programConfig } from '../../tools/bundle/program-config.js';

// Less to read at every start; the names of functions and classes, by which an error can be traced, are kept.
export default programConfig('fence_sleepi3', {
  keepNames: true,
  minifyIdentifiers: true,
  minifySyntax: true,
  minifyWhitespace: true,
});
