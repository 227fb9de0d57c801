// Every command as data, by pcs's own names.
export * as acl from './acl.js';
export * as alert from './alert.js';
export * as booth from './cluster/booth.js';
export * as cib from './cib.js';
export * as client from './cluster/client.js';
export * as cluster from './cluster/cluster.js';
export * as config from './config.js';
export * as constraint from './constraint.js';
export * as dr from './cluster/dr.js';
export * as host from './cluster/host.js';
export * as node from './cluster/node.js';
export * as pcsd from './cluster/pcsd.js';
export * as property from './property.js';
export * as quorum from './cluster/quorum.js';
export * as resource from './resource/resource.js';
export * as stonith from './resource/stonith.js';
export * as tag from './tag.js';
