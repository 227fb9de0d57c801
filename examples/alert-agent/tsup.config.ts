import { programConfig } from '../../tools/bundle/program-config.js';

/**
 * Pacemaker calls an alert agent for each start, stop and monitor that went well, and for each attribute of a node: at a take-over
 * that is ten calls, beside what takes over.
 */
const isNoNews =
  '[ $# = 0 ] && { [ "$CRM_alert_kind" = attribute ] || [ "$CRM_alert_kind:$CRM_alert_rc" = "resource:$CRM_alert_target_rc" ]; }';

export default programConfig('alert_sleepi3', { nothingToDoIf: isNoNews });
