// What may be wanted of a configuration: each says how far the configuration is from it, and what to run. Nothing is run.
export { clone, meta, property, resource, resourceDefaults, stonith } from './resources.js';
export { colocation, location, locationPrefers, order } from './constraints.js';
