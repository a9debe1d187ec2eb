import { type AlertRule, type AlertsOptions, createAlerts, feed } from 'spanmeter/alerts'
import { expect } from 'vitest'

/** About a number that is fed; it is to be looked at often. */
export const rule: AlertRule = {
  name: 'queue',
  metric: 'queue',
  condition: 'greater_than',
  threshold: 10,
  cooldownMs: 0,
}

export function watch(options: AlertsOptions) {
  return createAlerts({ fed: ['queue', 'other'], rules: [rule], intervalMs: 50, ...options })
}

type Watched = ReturnType<typeof watch>

/** Fires once, and is resolved. */
export async function fireOnce(alerts: Watched): Promise<void> {
  feed('queue', 20)
  await expect.poll(() => alerts.health().firing).toContain('queue')
  feed('queue', 0)
  await expect.poll(() => alerts.health().firing).toEqual([])
}

export const channelOf = (alerts: Watched, index = 0) => alerts.health().channels[index]!
