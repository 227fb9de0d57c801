// What sh does before Node starts. Pacemaker calls an alert agent for each start, stop and monitor that went well, and for each
// attribute of a node: at a take-over that is ten calls, beside what takes over. Those are no news, and sh ends them.
export default `
if [ $# = 0 ]; then
  case $CRM_alert_kind in
  attribute) exit 0 ;;
  resource) [ "$CRM_alert_rc" = "$CRM_alert_target_rc" ] && exit 0 ;;
  esac
fi`;
