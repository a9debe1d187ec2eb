import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Intensity, intensities, type ServiceName, serviceNames, type WorkloadConfig } from './config'
import { type OperationName, operationNames, operations } from './operations'

/** What an order may ask of the simulator. */
export const workloadRequest = z.strictObject({
  /** The same seed chooses the same operations. Default: the order's id. */
  seed: z.union([z.string().min(1).max(100), z.number()]).optional(),
  /** In all services. */
  intensity: z.enum(intensities).optional(),
  /** In all services, or by service. */
  operation: z
    .union([z.enum(operationNames), z.partialRecord(z.enum(serviceNames), z.enum(operationNames))], {
      error: `expected one of ${operationNames.join(', ')}, or an object of these by service (${serviceNames.join(', ')})`,
    })
    .optional(),
})

export type WorkloadRequest = z.infer<typeof workloadRequest>

/** The operation of an order in a service: what it asks for, else what its seed says. */
export function chooseOperation(
  config: WorkloadConfig,
  service: ServiceName,
  { operation, intensity, seed }: WorkloadRequest,
  orderId: string,
): OperationName {
  const forced = typeof operation === 'object' ? operation[service] : operation
  if (forced !== undefined) return forced
  // Two numbers that depend on nothing but the seed and the service: not on which order came first.
  const digest = createHash('sha256')
    .update(`${seed ?? orderId}\0${service}`)
    .digest()
  const { cpuShare, intensities: weights } = config.services[service]
  const type = share(digest, 0) < cpuShare ? 'cpu' : 'io'
  const wanted = intensity ?? pick(weights, share(digest, 4))
  return operationNames.find((name) => operations[name].type === type && operations[name].intensity === wanted)!
}

/** 0 … 1, without 1. */
function share(digest: Buffer, offset: number): number {
  return digest.readUInt32BE(offset) / 2 ** 32
}

/** One of the intensities, each as often as its weight has it. */
function pick(weights: Partial<Record<Intensity, number>>, at: number): Intensity {
  const named = intensities.filter((name) => weights[name] !== undefined)
  let left = at * named.reduce((sum, name) => sum + weights[name]!, 0)
  for (const name of named) {
    left -= weights[name]!
    if (left < 0) return name
  }
  return named.at(-1)!
}
