import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/**
 * Counts the bytes that are written to the sockets of exporters. A socket belongs to an exporter when one opens it, or
 * sends a request over it, of what `node:net`, `node:http` and `fetch` announce on their diagnostics channels. Before
 * encryption, but for gRPC, which encrypts a socket that it has opened.
 */
export class ExportTraffic {
  /** Whether the code that runs now is an exporter's. */
  readonly #isExporting: () => boolean
  readonly #known = new WeakSet<Socket>()
  /** Those that are connected, with the bytes that each had written when it was first seen. */
  readonly #sockets = new Map<Socket, number>()
  #closedBytes = 0
  /** What was told last. */
  #bytes: number | undefined

  constructor(isExporting: () => boolean) {
    this.#isExporting = isExporting
    for (const [channel, listener] of this.#listeners) subscribe(channel, listener)
  }

  /** Bytes so far; undefined as long as no exporter was ever connected. It never goes back. */
  get bytes(): number | undefined {
    let sum = this.#closedBytes
    for (const [socket, before] of this.#sockets) sum += socket.bytesWritten - before
    // What a socket still has to write counts as written; if it is destroyed, it does not any more.
    if (this.#bytes !== undefined) this.#bytes = Math.max(this.#bytes, sum)
    return this.#bytes
  }

  stop(): void {
    for (const [channel, listener] of this.#listeners) unsubscribe(channel, listener)
    for (const socket of [...this.#sockets.keys()]) this.#closed(socket)
  }

  readonly #listeners: readonly (readonly [string, ChannelListener])[] = [
    ['net.client.socket', harmless(({ socket }) => this.#take(socket))],
    ['undici:client:sendHeaders', harmless(({ socket }) => this.#take(socket))],
    [
      'http.client.request.start',
      harmless(({ request }) => {
        if (request.socket) this.#take(request.socket)
        else if (this.#isExporting()) request.once('socket', (socket: unknown) => this.#add(socket))
      }),
    ],
  ]

  #take(socket: unknown): void {
    if (this.#isExporting()) this.#add(socket)
  }

  #add(socket: unknown): void {
    // Others have streams that stand for one.
    if (!(socket instanceof Socket) || this.#known.has(socket) || socket.destroyed) return
    this.#known.add(socket)
    // What waits for a connection counts as written, even if there never is one.
    const { secureConnecting = false } = socket as TLSSocket & { secureConnecting?: boolean }
    if (secureConnecting) socket.once('secureConnect', () => this.#count(socket, 0))
    else if (socket.pending) socket.once('connect', () => this.#count(socket, 0))
    else this.#count(socket, socket.bytesWritten)
  }

  #count(socket: Socket, before: number): void {
    this.#bytes ??= 0
    this.#sockets.set(socket, before)
    socket.once('close', () => this.#closed(socket))
  }

  #closed(socket: Socket): void {
    const before = this.#sockets.get(socket)
    if (before === undefined) return
    this.#sockets.delete(socket)
    this.#closedBytes += socket.bytesWritten - before
  }
}

interface Announced {
  socket: unknown
  request: ClientRequest
}

/** What it throws would end the process, and stand-ins for sockets and requests may be of any kind. */
function harmless(listener: (message: Announced) => void): ChannelListener {
  return (message) => {
    try {
      listener(message as Announced)
    } catch {
      // Its bytes are not counted.
    }
  }
}
