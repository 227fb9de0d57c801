import { programConfig } from '../../tools/bundle/program-config.js';

// Less to read at every start; the names, by which an error can be traced, are kept.
export default programConfig('fence_sleepi3', { minifySyntax: true, minifyWhitespace: true });
