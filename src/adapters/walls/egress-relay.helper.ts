import { closeSync, openSync, writeSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

// Runs inside of the wall, without anything of ours but this file: programs speak TCP to a proxy, the only way out is a socket.
// Arguments: the socket, the port of the proxy, and ports of loopback that the person named.
const [socketPath = '', ...ports] = process.argv.slice(2);
const [proxyPort = 0, ...loopback] = ports.map(Number);

const join = (one: Socket, other: Socket): void => {
  one.pipe(other);
  other.pipe(one);
  one.on('error', () => other.destroy());
  other.on('error', () => one.destroy());
  one.on('close', () => other.destroy());
  other.on('close', () => one.destroy());
};

/** A program that knows no proxy is taken to the port that it meant. */
function ask(client: Socket, port: number): void {
  const proxy = connect(socketPath, () => proxy.write(`CONNECT localhost:${port} HTTP/1.1\r\n\r\n`));
  let head = '';
  const onData = (chunk: Buffer): void => {
    head += chunk.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    proxy.off('data', onData);
    if (!head.startsWith('HTTP/1.1 200 ')) return void client.destroy();
    client.write(Buffer.from(head.slice(end + 4), 'latin1'));
    join(client, proxy);
    client.resume();
  };
  client.pause();
  client.on('error', () => proxy.destroy());
  proxy.on('error', () => client.destroy());
  proxy.on('data', onData);
}

const listen = (port: number, onClient: (client: Socket) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    createServer(onClient).once('error', reject).listen(port, '127.0.0.1', resolve);
  });

void Promise.all([
  listen(proxyPort, (client) => join(client, connect(socketPath))),
  ...loopback.map((port) => listen(port, (client) => ask(client, port))),
]).then(
  () => {
    writeSync(1, 'ready');
    // Whoever started it waits for the end of this output. Its number must not become that of a connection.
    closeSync(1);
    openSync('/dev/null', 'w');
  },
  () => process.exit(1),
);
