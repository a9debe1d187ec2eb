import { channelNames, channelTypes } from '../delivery/check-channel.js'
import { builtInMetrics } from '../metrics.js'
import { conditions, maxMs, severities } from '../rules/rule-options.js'

const between = (minimum: number, maximum: number, description: string) => ({
  type: 'number',
  ...{ minimum, maximum, description },
})
const whole = (minimum: number, maximum: number, description: string) => ({
  type: 'integer',
  ...{ minimum, maximum, description },
})
const text = (description: string) => ({ type: 'string', minLength: 1, pattern: '\\S', description })
const texts = (name: string, description: string) => ({
  type: 'object',
  propertyNames: { pattern: name },
  additionalProperties: { type: 'string' },
  description,
})
const label = '^[a-zA-Z_]\\w*$'

const rule = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'metric', 'condition', 'threshold'],
  properties: {
    name: text('Names the alert, and is unique'),
    metric: {
      type: 'string',
      anyOf: [{ enum: builtInMetrics }, { type: 'string' }],
      description: 'One that is measured, or one of those in fed',
    },
    condition: { enum: conditions },
    threshold: { type: 'number' },
    clearThreshold: { type: 'number', description: 'The alert goes on until the metric is back at this value' },
    forMs: between(0, maxMs, 'How long the condition must hold without a break before the alert fires'),
    keepFiringForMs: between(0, maxMs, 'How long the alert goes on after the condition has ended'),
    averageMs: {
      anyOf: [{ const: 0 }, { type: 'number', minimum: 10, maximum: 60_000 }],
      description: 'Over how long CPU and memory are averaged before they are compared; 0: each sample by itself',
    },
    severity: { enum: severities, default: 'warning' },
    cooldownMs: {
      ...between(0, maxMs, 'A channel that was sent this alert is not sent it again for so long'),
      default: 300_000,
    },
    labels: texts(label, 'Labels of the alert'),
    annotations: texts(label, 'Annotations of the alert; summary takes the place of the text that is made for it'),
  },
}

const delivery = {
  queueSize: { ...whole(1, 10_000, 'How many alerts may wait'), default: 100 },
  maxPerHour: { ...whole(0, 1e6, 'How many firing alerts are sent in an hour at the most; 0: no limit'), default: 20 },
  timeoutMs: { ...between(1, 600_000, 'How long an answer may take'), default: 10_000 },
  retryForMs: { ...between(0, 7 * maxMs, 'For how long an alert is tried'), default: maxMs },
}

const ofChannels: Readonly<Record<string, object>> = {
  url: { type: 'string', format: 'uri', pattern: '^[hH][tT][tT][pP][sS]?://', description: 'The address' },
  urlFile: text('A file that holds the address, relative to this one'),
  routingKey: text('The integration key'),
  routingKeyFile: text('A file that holds the integration key, relative to this one'),
  headers: texts('^[\\w-]+$', 'Headers of the request'),
  repeatMs: { ...between(100, 3_600_000, 'How often an alert that fires is posted again'), default: 60_000 },
  holdMs: { ...between(0, 3_600_000, 'How long an alert is kept active at the least'), default: 60_000 },
}

const channels = channelTypes.map((type) => {
  const own = channelNames[type].map((name) => [name, ofChannels[name]!] as const)
  const secret = type === 'pagerduty' ? 'routingKey' : 'url'
  return {
    type: 'object',
    additionalProperties: false,
    required: ['type'],
    oneOf: [{ required: [secret] }, { required: [`${secret}File`] }],
    properties: { type: { const: type }, ...Object.fromEntries(own), ...delivery },
  }
})

/** What a file of alerts looks like, for editors. It says the same as the checks, but for what one value says of another. */
export const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Alerts of spanmeter',
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    rules: { type: 'array', items: rule },
    channels: { type: 'array', items: { oneOf: channels } },
    fed: { type: 'array', items: text('A name'), description: 'Metrics that the application reports by feed()' },
    labels: texts(label, 'Labels of all alerts'),
    intervalMs: { ...between(50, 60_000, 'How often the rules are looked at'), default: 1000 },
  },
}
