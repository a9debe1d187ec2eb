import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type AlertRule, createAlerts, feed } from 'spanmeter/alerts'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { AlertmanagerServer } from './helpers/alertmanager'
import { packageRoot } from './helpers/child'
import { PrometheusServer } from './helpers/prometheus'
import { type Received, Receiver } from './helpers/receiver'

// examples/observability/alertmanager.yml in a real Alertmanager, with short times and receivers of the test.

interface Route {
  routes?: Route[]
  group_wait?: string
  group_interval?: string
  repeat_interval?: string
}
interface Config {
  route: Route
  receivers: { name: string }[]
}

const folder = join(packageRoot, 'examples/observability')
const file = join(folder, 'alertmanager.yml')
const missing = ['/usr/bin/amtool', '/usr/bin/promtool'].filter((program) => !existsSync(program))
const unless =
  missing.length === 0 ? '' : " (skipped: install Debian's packages prometheus and prometheus-alertmanager first)"

const escalationMs = 3000
const shorter: Record<string, string> = { '30s': '1s', '15m': `${escalationMs}ms`, '5m': '300ms' }

function shortened(route: Route): Route {
  const [wait, interval] = [route.group_wait, route.group_interval].map((time) => time && (shorter[time] ?? time))
  return {
    ...route,
    ...(wait && { group_wait: wait }),
    ...(interval && { group_interval: interval }),
    ...(route.routes && { routes: route.routes.map(shortened) }),
  }
}

/** The example with a webhook in the place of each receiver that is told. */
function configFor(receiver: Receiver): Config {
  const { route, receivers, ...others } = parse(readFileSync(file, 'utf8')) as Config
  const webhook = (name: string) => ({ url: `${receiver.url}/${name}`, send_resolved: true })
  return {
    ...others,
    route: shortened(route),
    receivers: receivers.map(({ name }) => (name === 'log' ? { name } : { name, webhook_configs: [webhook(name)] })),
  }
}

const heard = ({ received }: Receiver, alertname: string) =>
  received
    .filter(({ body }) => body.groupLabels.alertname === alertname)
    .map(({ path, body }: Received) => `${path.slice(1)} ${body.status}`)

describe.skipIf(unless !== '')(`Alertmanager${unless}`, () => {
  const amtool = (...args: string[]) =>
    execFileSync('amtool', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

  test('accepts the configuration', () => expect(amtool('check-config', file)).toContain('SUCCESS'))

  test.each([
    ['critical', 'on-call,escalation'],
    ['warning', 'chat'],
    ['info', 'log'],
  ])('sends what is %s to %s', (severity, receivers) => {
    expect(amtool('config', 'routes', 'test', `--config.file=${file}`, `severity=${severity}`).trim()).toBe(receivers)
  })

  test('alerts of a service arrive by severity, go further up, and resolve; failures of a receiver are survived', async () => {
    await using receiver = await Receiver.start([503, 503])
    await using alertmanager = await AlertmanagerServer.start(configFor(receiver))
    const base = { condition: 'greater_than', threshold: 10 } as const
    const rules: AlertRule[] = [
      { ...base, name: 'Critical', metric: 'critical', severity: 'critical' },
      { ...base, name: 'Warning', metric: 'warning', severity: 'warning' },
      { ...base, name: 'Short', metric: 'short', severity: 'warning' },
      { ...base, name: 'Info', metric: 'info', severity: 'info' },
    ]
    const fed = rules.map(({ metric }) => metric)
    const channels = [{ type: 'alertmanager', url: alertmanager.url, repeatMs: 10_000, holdMs: 4000 } as const]
    await using alerts = createAlerts({ fed, rules, channels, intervalMs: 100, labels: { instance: 'a:1' } })
    for (const metric of fed) feed(metric, 20)
    // Over at once: it is to be heard of all the same.
    feed('short', 0)
    await expect.poll(() => heard(receiver, 'Critical')).toContain('escalation firing')
    const [onCall, escalation] = ['on-call', 'escalation'].map(
      (name) => receiver.received.find(({ path, body }) => path === `/${name}` && body.status === 'firing')!.atMs,
    )
    expect(escalation! - onCall!).toBeGreaterThan(escalationMs / 2)
    await expect.poll(() => heard(receiver, 'Warning')).toContain('chat firing')
    await expect.poll(() => heard(receiver, 'Short')).toContain('chat resolved')
    expect(heard(receiver, 'Warning')).not.toContain('chat resolved')
    for (const metric of fed) feed(metric, 0)
    for (const [name, message] of [
      ['Critical', 'on-call resolved'],
      ['Critical', 'escalation resolved'],
      ['Warning', 'chat resolved'],
    ] as const) {
      await expect.poll(() => heard(receiver, name)).toContain(message)
    }
    expect(heard(receiver, 'Info')).toEqual([])
    expect(alerts.health().channels[0]).toMatchObject({ failed: 0, dropped: 0 })
  })

  test('an alert of Prometheus goes the same way, and what is worse says it all', async () => {
    await using receiver = await Receiver.start()
    await using alertmanager = await AlertmanagerServer.start(configFor(receiver))
    let seconds = 8
    const service = createServer((_request, response) => {
      response.setHeader('content-type', 'text/plain')
      response.end(`spanmeter_loop_blocked_max_seconds ${seconds}\n`)
    }).listen(0, '127.0.0.1')
    await once(service, 'listening')
    const { port } = service.address() as AddressInfo
    const alerting = { rules: join(folder, 'alerts.yml'), port: alertmanager.port }
    try {
      await using _prometheus = await PrometheusServer.start({ service: port }, alerting)
      await expect.poll(() => heard(receiver, 'EventLoopBlockedLong')).toContain('on-call firing')
      seconds = 0.001
      await expect.poll(() => heard(receiver, 'EventLoopBlockedLong')).toContain('on-call resolved')
      expect(heard(receiver, 'EventLoopBlocked')).not.toContain('chat firing')
    } finally {
      service.close()
      service.closeAllConnections()
    }
  })
})
