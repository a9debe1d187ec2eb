import { randomBytes } from 'node:crypto'
import { performanceNow } from '../../clock.js'
import { SpanNames } from '../../metrics/span-names.js'
import type { Monitor } from '../../monitor.js'
import { newSpan, roundMs, writeCost } from '../costs.js'
import type { EndedSpans } from '../ended-spans.js'
import { watchIncoming } from './incoming.js'
import type { OpenRequest, Outcome } from './open-request.js'
import { watchOutgoing } from './outgoing.js'
import { OwnWork } from './own-work.js'

const maxNames = 200
const cpuBoundPercent = 80

/**
 * Rows for a program without OpenTelemetry: HTTP requests that it serves and makes, as Node.js announces them on its
 * diagnostics channels.
 */
export class RequestLog {
  readonly #ended: EndedSpans
  readonly #monitor: Monitor
  readonly #attributes: boolean
  readonly #work: OwnWork<OpenRequest>
  readonly #names = new SpanNames(maxNames)
  readonly #stops: (() => void)[]
  readonly #ids = { prefix: randomBytes(8).toString('hex'), last: 0 }
  #open = 0
  #begun = 0

  constructor(ended: EndedSpans, monitor: Monitor, attributes: boolean) {
    this.#ended = ended
    this.#monitor = monitor
    this.#attributes = attributes
    this.#work = new OwnWork(monitor.backend === 'native')
    this.#stops = [
      watchIncoming({ begin: () => this.#beginIncoming(), end: (request, outcome) => this.#end(request, outcome) }),
      watchOutgoing({
        begin: () => this.#begin(this.#work.active),
        end: (request, outcome) => this.#end(request, outcome),
      }),
      () => this.#work.stop(),
    ]
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }

  #beginIncoming(): OpenRequest {
    this.#begun++
    const request = this.#begin(undefined)
    this.#open++
    this.#work.enter(request)
    return request
  }

  #begin(parent: OpenRequest | undefined): OpenRequest {
    const spanId = (++this.#ids.last).toString(16).padStart(16, '0')
    return {
      account: undefined,
      window: this.#monitor.openSpan(false),
      startMs: performanceNow(),
      traceId: parent?.traceId ?? this.#ids.prefix + spanId,
      spanId,
      parentSpanId: parent?.spanId,
      beganShared: this.#open > 0,
      begun: this.#begun,
    }
  }

  #end(request: OpenRequest, { name, failed, status, path }: Outcome): void {
    const durationMs = performanceNow() - request.startMs
    const own = this.#work.leave(request)
    const { startMs, traceId, spanId, parentSpanId } = request
    const ids = { traceId, spanId, parentSpanId }
    const times = { startMs: roundMs(startMs), durationMs: roundMs(durationMs) }
    const label = this.#names.labelFor(name) ?? 'other requests'
    const recorded = Object.assign(newSpan(), { name: label, flags: failed ? 8 : 0 }, times, ids)
    writeCost(recorded, this.#monitor.closeSpanEssentials(request.window), own)
    if (own !== undefined && own.selfMs >= (cpuBoundPercent / 100) * durationMs) recorded.flags |= 1
    if (request.account !== undefined) {
      this.#open--
      if (request.beganShared || this.#begun > request.begun) recorded.flags |= 4
    }
    if (this.#attributes) {
      recorded.attributes = { 'http.response.status_code': status, 'url.path': path.slice(0, 1000) }
    }
    this.#ended.add(recorded)
  }
}
