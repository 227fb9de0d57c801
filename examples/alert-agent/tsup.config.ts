import { programConfig } from '../../tools/bundle/program-config.js';

export default programConfig('alert_sleepi3', { front: 'front' });
