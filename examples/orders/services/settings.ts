import { z } from 'zod'
import { issuesOf } from '../workload/config'

/** What a service is configured by: variables of the environment. */
const schema = z.object({
  /** host:port, separated by commas. */
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((text) => text.split(',')),
  /** How long a consumer may be silent before the group gives its partitions to others, in ms. */
  KAFKA_SESSION_TIMEOUT_MS: z.coerce.number().int().min(6000).default(30_000),
  REDIS_URL: z.url(),
  HOST: z.string().default('127.0.0.1'),
  /** 0: any that is free. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
})

export type Settings = z.infer<typeof schema>

export function settingsFrom(environment: NodeJS.ProcessEnv): Settings {
  const { success, data, error } = schema.safeParse(environment)
  if (!success) throw new Error(`the environment of the service: ${issuesOf(error).join('; ')}`)
  return data
}
