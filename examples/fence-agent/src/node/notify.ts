// Tells the service manager how this service is: sd_notify(3). Node has no datagram sockets of the file system, so a helper
// passes the lines on: perl, which is there on every Debian (perl-base is essential). It is started once, for a process that
// had to be started for each sign of life could not be when memory is short, and a sound keeper would be taken for hung.
import { type ChildProcess, spawn } from 'node:child_process';

const passOn = `
  use Socket;
  $SIG{TERM} = $SIG{INT} = $SIG{HUP} = 'IGNORE';
  (my $path = $ENV{NOTIFY_SOCKET}) =~ s/^@/\\0/;
  socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die;
  while (<STDIN>) { chomp; send($socket, $_, 0, sockaddr_un($path)); }
`;

export interface ServiceManager {
  /** Says one thing, such as `READY=1`. */
  notify(state: string): void;
}

/** The manager that started this service; one that nobody listens to where there is none. */
export function serviceManager(notifySocket: string | undefined, log: (message: string) => void): ServiceManager {
  if (!notifySocket) return { notify: () => undefined };
  let helper: ChildProcess | undefined;
  const start = () => {
    const child = spawn('/usr/bin/perl', ['-e', passOn], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { NOTIFY_SOCKET: notifySocket },
    });
    const lost = (error: unknown) => {
      if (helper === child) helper = undefined; // the next word starts another one
      if (error instanceof Error) log(`the service manager cannot be notified: ${error.message}`);
    };
    child.once('error', lost);
    child.once('exit', lost);
    child.stdin.on('error', lost);
    child.unref();
    return child;
  };
  return {
    notify: (state) => {
      helper ??= start();
      helper.stdin?.write(`${state.replaceAll('\n', ' ')}\n`);
    },
  };
}
