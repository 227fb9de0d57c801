/** Where corosync keeps its configuration. */
export const corosyncConf = '/etc/corosync/corosync.conf';
