import { performanceNow } from '../../clock.js'
import type { SpanWatch } from '../span-watch.js'
import type { Alert } from '../types.js'
import type { CheckedRule } from './rule-options.js'
import type { Episode } from './rule-state.js'

/** When an episode began by the clock on the wall: once, so that its end follows from how long it lasted. */
const wallStart = new WeakMap<Episode, number>()

/** An episode as it is reported. */
export function alertOf(
  state: Alert['state'],
  rule: CheckedRule,
  episode: Episode,
  labels: Readonly<Record<string, string>>,
  spans: SpanWatch,
): Alert {
  const nowMs = performanceNow()
  const startedMs = wallStart.get(episode) ?? Date.now() - (nowMs - episode.startMs)
  wallStart.set(episode, startedMs)
  const untilMs = episode.endMs ?? nowMs
  const durationMs = Math.max(0, untilMs - episode.startMs)
  const { name, severity, metric, threshold, annotations } = rule
  return {
    ...{ name, state, severity, metric, threshold },
    value: episode.value,
    peak: episode.peak,
    startedAt: new Date(startedMs),
    ...(episode.endMs !== undefined && { endedAt: new Date(startedMs + durationMs) }),
    durationMs,
    spans: spans.between(episode.startMs, untilMs),
    labels: { ...labels, ...rule.labels },
    annotations: { ...annotations },
  }
}
