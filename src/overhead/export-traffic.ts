import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Counts the bytes that are written to the sockets of exporters, before encryption. A socket belongs to an exporter when
 * one opens it, or sends a request over it, of what `node:net`, `node:http` and `fetch` announce on their diagnostics
 * channels; what gRPC sends over TLS is not announced.
 */
export class ExportTraffic {
  /** Whether the code that runs now is an exporter's. */
  readonly #isExporting: () => boolean
  /** The bytes that each had written when it was first seen. */
  readonly #sockets = new Map<Socket, number>()
  #closedBytes = 0
  #seen = false

  constructor(isExporting: () => boolean) {
    this.#isExporting = isExporting
    for (const [channel, listener] of this.#listeners) subscribe(channel, listener)
  }

  /** Bytes so far; undefined if no socket of an exporter was ever seen. It never goes back. */
  get bytes(): number | undefined {
    if (!this.#seen) return undefined
    let sum = this.#closedBytes
    for (const [socket, before] of this.#sockets) sum += socket.bytesWritten - before
    return sum
  }

  stop(): void {
    for (const [channel, listener] of this.#listeners) unsubscribe(channel, listener)
    for (const socket of [...this.#sockets.keys()]) this.#closed(socket)
  }

  readonly #listeners: readonly (readonly [string, ChannelListener])[] = [
    ['net.client.socket', (message) => this.#take((message as { socket: Socket }).socket)],
    ['undici:client:sendHeaders', (message) => this.#take((message as { socket: Socket }).socket)],
    [
      'http.client.request.start',
      (message) => {
        const { request } = message as { request: ClientRequest }
        if (!this.#isExporting()) return
        if (request.socket) this.#add(request.socket)
        else request.once('socket', (socket) => this.#add(socket))
      },
    ],
  ]

  #take(socket: Socket): void {
    if (this.#isExporting()) this.#add(socket)
  }

  #add(socket: Socket): void {
    if (this.#sockets.has(socket) || socket.destroyed) return
    this.#seen = true
    this.#sockets.set(socket, socket.bytesWritten)
    socket.once('close', () => this.#closed(socket))
  }

  #closed(socket: Socket): void {
    const before = this.#sockets.get(socket)
    if (before === undefined) return
    this.#sockets.delete(socket)
    this.#closedBytes += socket.bytesWritten - before
  }
}
