// Every command as data, by pcs's own names.
export * as acl from './acl.js';
export * as alert from './alert.js';
export * as booth from './booth.js';
export * as cib from './cib.js';
export * as client from './client.js';
export * as cluster from './cluster.js';
export * as config from './config.js';
export * as constraint from './constraint.js';
export * as dr from './dr.js';
export * as host from './host.js';
export * as node from './node.js';
export * as pcsd from './pcsd.js';
export * as property from './property.js';
export * as quorum from './quorum.js';
export * as resource from './resource.js';
export * as stonith from './stonith.js';
export * as tag from './tag.js';
