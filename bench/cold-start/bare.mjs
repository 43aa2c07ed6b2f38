// The floor: Node, its HTTP server, an answer. No library, no function, nobody asked.
import { createServer } from 'node:http';

const server = createServer((incoming, outgoing) => {
  incoming.resume().on('end', () => outgoing.writeHead(202).end());
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
