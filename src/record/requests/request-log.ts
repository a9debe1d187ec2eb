import { randomBytes } from 'node:crypto'
import { performanceNow } from '../../clock.js'
import { SpanNames } from '../../metrics/span-names.js'
import type { Monitor } from '../../monitor.js'
import { type AttributeRules, exceedsMemory, isCpuBound } from '../../otel/attributes.js'
import { newSpan, roundMs, writeCost } from '../costs.js'
import type { RecordedSpan } from '../lines.js'
import { described, type UnwrittenSpans } from '../unwritten-spans.js'
import { watchIncoming } from './incoming.js'
import type { Description, OpenRequest } from './open-request.js'
import { watchOutgoing } from './outgoing.js'
import { OwnWork } from './own-work.js'

const maxNames = 200

/**
 * Rows for a program without OpenTelemetry: HTTP requests that it serves and makes, as Node.js announces them on its
 * diagnostics channels.
 */
export class RequestLog {
  readonly #spans: UnwrittenSpans
  readonly #monitor: Monitor
  readonly #rules: AttributeRules
  readonly #attributes: boolean
  readonly #work: OwnWork<OpenRequest>
  readonly #names = new SpanNames(maxNames)
  readonly #stops: (() => void)[]
  readonly #ids = { prefix: randomBytes(8).toString('hex'), last: 0 }
  /** Those that are open, until it is written that they are. */
  readonly #young = new Set<OpenRequest>()
  /** All that are open. Their windows keep the sampler awake. */
  readonly #all = new Set<OpenRequest>()
  #open = 0
  #begun = 0

  constructor(spans: UnwrittenSpans, monitor: Monitor, rules: AttributeRules, attributes: boolean) {
    this.#spans = spans
    this.#monitor = monitor
    this.#rules = rules
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
    for (const { window } of this.#all) this.#monitor.dropSpan(window)
    this.#all.clear()
    this.#young.clear()
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
    this.#all.add(request)
    return request
  }

  /** Those that are open when this stops end afterwards. */
  #end(request: OpenRequest): void {
    if (!this.#all.delete(request)) return
    const durationMs = performanceNow() - request.startMs
    const own = this.#work.leave(request)
    this.#young.delete(request)
    const stats = this.#monitor.closeSpanEssentials(request.window)
    const isServed = request.account !== undefined
    if (isServed) this.#open--
    // May throw, where the program has changed the request.
    const description = request.describe()
    const recorded = this.#recordOf(request, description)
    recorded.durationMs = roundMs(durationMs)
    if (description.failed) recorded.flags |= 8
    writeCost(recorded, stats, own)
    // What the process used meanwhile says nothing of a request that nothing is known of.
    if (stats !== undefined && own !== undefined && isCpuBound(stats, { own, shared: false }, this.#rules))
      recorded.flags |= 1
    if (stats !== undefined && exceedsMemory(stats, this.#rules)) recorded.flags |= 2
    if (isServed && (request.beganShared || this.#begun > request.begun)) recorded.flags |= 4
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
