/** The service: an ordinary Express application that is stopped by a message of its parent. */

import { rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { monitor, recording, shutDownTracing } from './instrument'
import { type FromService, SCRATCH_FOLDER, type ToService } from './messages'
import { addRoutes } from './routes'

const app = express()
addRoutes(app)

const server = app.listen(0, '127.0.0.1', (error) => {
  if (error) throw error
  send({ type: 'listening', port: (server.address() as AddressInfo).port })
})

process.on('message', (message: ToService) => {
  if (message.type === 'stop') void stop()
})
// Ctrl-C reaches the whole process group; the parent decides what happens then.
process.on('SIGINT', () => {})
// A parent that was killed outright cannot clean up any more.
process.on('disconnect', orphaned)

function orphaned(): void {
  rmSync(process.env[SCRATCH_FOLDER]!, { recursive: true, force: true })
  process.exit(1)
}

async function stop(): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeIdleConnections()
  })
  const health = monitor.health()
  const flushError = await shutDownTracing().then(
    () => undefined,
    (error) => String(error),
  )
  process.off('disconnect', orphaned)
  // From here on nothing may keep the process alive: it ends by itself, without process.exit().
  const { folder } = recording
  send({ type: 'stopped', health, recording: folder, ...(flushError !== undefined && { flushError }) }, () =>
    process.disconnect(),
  )
}

function send(message: FromService, sent: () => void = () => {}): void {
  process.send!(message, sent)
}
