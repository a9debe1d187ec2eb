import { randomBytes } from 'node:crypto'
import { performanceNow } from '../../clock.js'
import { SpanNames } from '../../metrics/span-names.js'
import type { Monitor } from '../../monitor.js'
import { newSpan, roundMs, writeCost } from '../costs.js'
import type { RecordedSpan } from '../lines.js'
import { described, type UnwrittenSpans } from '../unwritten-spans.js'
import { watchIncoming } from './incoming.js'
import type { Description, OpenRequest } from './open-request.js'
import { watchOutgoing } from './outgoing.js'
import { OwnWork } from './own-work.js'

const maxNames = 200
const cpuBoundPercent = 80

/**
 * Rows for a program without OpenTelemetry: HTTP requests that it serves and makes, as Node.js announces them on its
 * diagnostics channels.
 */
export class RequestLog {
  readonly #spans: UnwrittenSpans
  readonly #monitor: Monitor
  readonly #attributes: boolean
  readonly #work: OwnWork<OpenRequest>
  readonly #names = new SpanNames(maxNames)
  readonly #stops: (() => void)[]
  readonly #ids = { prefix: randomBytes(8).toString('hex'), last: 0 }
  /** Those that are open, until it is written that they are. */
  readonly #young = new Set<OpenRequest>()
  #open = 0
  #begun = 0

  constructor(spans: UnwrittenSpans, monitor: Monitor, attributes: boolean) {
    this.#spans = spans
    this.#monitor = monitor
    this.#attributes = attributes
    this.#work = new OwnWork(monitor.backend === 'native')
    this.#stops = [
      watchIncoming({ begin: (describe) => this.#beginIncoming(describe), end: (request) => this.#end(request) }),
      watchOutgoing({
        begin: (describe) => this.#begin(this.#work.active, describe),
        end: (request) => this.#end(request),
      }),
      () => this.#work.stop(),
      spans.alsoOpen(() => this.#takeOpen()),
    ]
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }

  #beginIncoming(describe: () => Description): OpenRequest {
    this.#begun++
    const request = this.#begin(undefined, describe)
    this.#open++
    this.#work.enter(request)
    return request
  }

  #begin(parent: OpenRequest | undefined, describe: () => Description): OpenRequest {
    const spanId = (++this.#ids.last).toString(16).padStart(16, '0')
    const request = {
      account: undefined,
      window: this.#monitor.openSpan(false),
      startMs: performanceNow(),
      traceId: parent?.traceId ?? this.#ids.prefix + spanId,
      spanId,
      parentSpanId: parent?.spanId,
      beganShared: this.#open > 0,
      begun: this.#begun,
      describe,
    }
    this.#young.add(request)
    return request
  }

  #end(request: OpenRequest): void {
    const durationMs = performanceNow() - request.startMs
    const own = this.#work.leave(request)
    this.#young.delete(request)
    const description = request.describe()
    const recorded = this.#recordOf(request, description)
    recorded.durationMs = roundMs(durationMs)
    if (description.failed) recorded.flags |= 8
    writeCost(recorded, this.#monitor.closeSpanEssentials(request.window), own)
    if (own !== undefined && own.selfMs >= (cpuBoundPercent / 100) * durationMs) recorded.flags |= 1
    if (request.account !== undefined) {
      this.#open--
      if (request.beganShared || this.#begun > request.begun) recorded.flags |= 4
    }
    this.#spans.add(recorded)
  }

  #takeOpen(): RecordedSpan[] {
    const taken = described(this.#young, (request) => this.#recordOf(request, request.describe()))
    this.#young.clear()
    return taken
  }

  #recordOf(request: OpenRequest, { name, status, path }: Description): RecordedSpan {
    const { traceId, spanId, parentSpanId } = request
    const label = this.#names.labelFor(name) ?? 'other requests'
    const ids = { traceId, spanId, parentSpanId }
    const recorded = Object.assign(newSpan(), { name: label, startMs: roundMs(request.startMs) }, ids)
    if (this.#attributes) {
      recorded.attributes = { 'http.response.status_code': status, 'url.path': path.slice(0, 1000) }
    }
    return recorded
  }
}
