import { programConfig } from '../../tools/bundle/program-config.js';

export default programConfig('rolling-reboot');
