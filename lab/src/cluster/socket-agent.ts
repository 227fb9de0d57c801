// The fence agent of the switched socket that the lab plays, for the guests: it asks the lab over HTTP.
import { labAddress } from '../network/network.js';
import { socketPort } from '../network/switched-socket.js';

/** Python, which the guests have for pcs. Its answer is the socket's; what it cannot reach has failed. */
export const socketAgentProgram = `#!/usr/bin/python3
import sys, urllib.request
given = dict(word.lstrip("-").split("=", 1) for word in sys.argv[1:] if "=" in word)
if len(sys.argv) < 2:
    given = dict(line.strip().split("=", 1) for line in sys.stdin if "=" in line)
action, node = given.get("action", ""), given.get("nodename", given.get("port", given.get("plug", "")))
if action in ("metadata", "meta-data"):
    print("""<?xml version="1.0"?>
<resource-agent name="fence_lab_socket" shortdesc="Switched socket of the lab"><longdesc>Switched socket of the lab.</longdesc>
<parameters><parameter name="plug"><content type="string"/></parameter></parameters>
<actions><action name="on"/><action name="off"/><action name="reboot"/><action name="status"/><action name="monitor"/><action name="metadata"/></actions>
</resource-agent>""")
    sys.exit(0)
if action == "monitor":
    node = ""
try:
    urllib.request.urlopen("http://${labAddress}:${socketPort}/%s/%s" % (action, node), data=b"", timeout=20).read()
except Exception as error:
    print("%s of %s: %s" % (action, node, error), file=sys.stderr)
    sys.exit(1)
`;
