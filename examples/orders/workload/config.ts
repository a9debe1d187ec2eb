/** What work the services make up: schema and defaults of its configuration. */

import { readFileSync } from 'node:fs'
import { z } from 'zod'

export const serviceNames = ['api', 'processing', 'notification', 'analytics'] as const
export const types = ['cpu', 'io'] as const
export const intensities = ['light', 'medium', 'heavy', 'severe'] as const

export type ServiceName = (typeof serviceNames)[number]
export type WorkloadType = (typeof types)[number]
export type Intensity = (typeof intensities)[number]

const serviceWorkload = z.strictObject({
  /** Of the orders, 0 … 1: their work is CPU; of the others it is input and output. */
  cpuShare: z.number().min(0).max(1),
  /** How often each intensity comes, in proportion; one that is not named never comes. */
  intensities: z
    .partialRecord(z.enum(intensities), z.number().positive())
    .refine((weights) => Object.keys(weights).length > 0, 'expected at least one intensity'),
})

const schema = z.strictObject({
  /** By how much the work is more or less than on the machine it was sized for. */
  scale: z.number().positive().max(100).default(1),
  services: z.strictObject({
    api: serviceWorkload,
    processing: serviceWorkload,
    notification: serviceWorkload,
    analytics: serviceWorkload,
  }),
})

export type WorkloadConfig = z.infer<typeof schema>

export const defaults: WorkloadConfig = {
  scale: 1,
  services: {
    api: { cpuShare: 0.4, intensities: { light: 3, medium: 1 } },
    processing: { cpuShare: 0.7, intensities: { medium: 5, heavy: 3, severe: 1 } },
    notification: { cpuShare: 0.3, intensities: { light: 5, medium: 3, heavy: 1 } },
    analytics: { cpuShare: 0.5, intensities: { medium: 7, heavy: 2, severe: 1 } },
  },
}

/** Throws an error that names each place that is not as it should be. `what` names the whole. */
export function parseConfig(value: unknown, what: string): WorkloadConfig {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  throw new Error(`${what}: ${issuesOf(error).join('; ')}`)
}

/** The configuration that the environment asks for: a file of JSON in WORKLOAD_CONFIG, a factor in WORKLOAD_SCALE. */
export function configFrom({ WORKLOAD_CONFIG: file, WORKLOAD_SCALE: scale }: NodeJS.ProcessEnv): WorkloadConfig {
  const config = file ? parseConfig(readJson(file), `WORKLOAD_CONFIG ${file}`) : defaults
  return scale ? parseConfig({ ...config, scale: Number(scale) }, `WORKLOAD_SCALE ${JSON.stringify(scale)}`) : config
}

/** `items.0.quantity: expected a number` for each. */
export function issuesOf({ issues }: z.core.$ZodError): string[] {
  return issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`WORKLOAD_CONFIG ${file} cannot be read as JSON: ${(error as Error).message}`)
  }
}
