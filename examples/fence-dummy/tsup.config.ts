import { programConfig } from '../../tools/bundle/program-config.js';

export default programConfig('fence_dummy', { minifySyntax: true, minifyWhitespace: true });
