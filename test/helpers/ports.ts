import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port that nobody listens on now; below those that the kernel gives to whoever asks for any, and takes for connections. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000)
    const server = createServer().listen(port, '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch {
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}
