import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/**
 * Counts the bytes that exporters write to their sockets. A socket belongs to an exporter that opens it or sends a
 * request over it, as `node:net`, `node:http` and `fetch` announce on their diagnostics channels. Bytes are counted
 * before encryption, except for gRPC, which encrypts on top of a socket that it opened.
 */
export class ExportTraffic {
  /** Whether the code that runs now is an exporter's. */
  readonly #isExporting: () => boolean
  readonly #known = new WeakSet<Socket>()
  /** Connected sockets, with the bytes that each had written when it was first seen. */
  readonly #sockets = new Map<Socket, number>()
  #closedBytes = 0
  /** The latest answer. */
  #bytes: number | undefined

  constructor(isExporting: () => boolean) {
    this.#isExporting = isExporting
    for (const [channel, listener] of this.#listeners) subscribe(channel, listener)
  }

  /** Bytes so far; undefined as long as no exporter was ever connected. It never decreases. */
  get bytes(): number | undefined {
    let sum = this.#closedBytes
    for (const [socket, before] of this.#sockets) sum += socket.bytesWritten - before
    // What a socket still has to write counts as written, until the socket is destroyed.
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
    // Some packages announce a stream of another class.
    if (!(socket instanceof Socket) || this.#known.has(socket) || socket.destroyed) return
    this.#known.add(socket)
    // What waits for a connection counts as written, even if the socket never connects.
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

/** A listener that throws would end the process, and mocks of sockets and requests may be of any kind. */
function harmless(listener: (message: Announced) => void): ChannelListener {
  return (message) => {
    try {
      listener(message as Announced)
    } catch {
      // The bytes of this one are not counted.
    }
  }
}
