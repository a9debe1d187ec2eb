import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Child } from './child'
import type { Backing } from './kafka-broker'
import { findProgram, freePort } from './programs'

/** The Redis of REDIS_URL, else a redis-server with its files in `folder`, else a substitute. */
export async function startRedis({ REDIS_URL }: NodeJS.ProcessEnv, folder: string): Promise<Backing> {
  if (REDIS_URL) return { address: REDIS_URL, description: `Redis at ${new URL(REDIS_URL).host}` }
  const port = await freePort()
  const program = findProgram('redis-server')
  const address = `redis://127.0.0.1:${port}`
  const where = `at 127.0.0.1:${port}`
  if (program === undefined) {
    const child = new Child([process.execPath, join(__dirname, 'redis-substitute.js'), `${port}`], process.env, [
      'ignore',
      'ignore',
      'inherit',
      'ipc',
    ])
    await answering(child, port)
    return {
      address,
      description: `a substitute for Redis in JavaScript ${where}, since redis-server is not installed`,
      child,
    }
  }
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes']
  const child = new Child([...endsWithParent(), program, ...options], process.env, 'ignore')
  await answering(child, port)
  return { address, description: `redis-server ${where}`, child }
}

/** Where util-linux can do that. */
function endsWithParent(): string[] {
  const setpriv = findProgram('setpriv')
  return setpriv === undefined ? [] : [setpriv, '--pdeathsig=TERM']
}

async function answering(child: Child, port: number): Promise<void> {
  let end: string | undefined
  void child.ended.then((how) => {
    end = how
  })
  while (end === undefined) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch {
      await sleep(20)
    } finally {
      socket.destroy()
    }
  }
  throw new Error(`Redis ${end}`)
}
